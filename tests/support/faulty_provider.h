// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cctype>
#include <functional>
#include <map>
#include <mutex>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "feeds/recorded_grid.h"
#include "feeds/recordings.h"
#include "net/clock.h"
#include "net/http.h"
#include "net/http_server.h"
#include "support/gzip.h"
#include "support/raw_server.h"

namespace carbon::feeds {

/// A way in which a provider's answer goes wrong.
struct Fault {
  enum class Delivery { whole, none, half, stalled };

  const char* name;
  std::function<net::HttpResponse(net::HttpResponse)> spoil;  ///< gets the good answer
  Delivery delivery = Delivery::whole;  ///< else the connection ends, or nothing comes any more
};

inline net::HttpResponse Answered(int status, std::string body,
                                  std::map<std::string, std::string> headers = {}) {
  return {.status = status, .headers = std::move(headers), .body = std::move(body)};
}

/// The number of the body's first carbonIntensity becomes `text`.
inline net::HttpResponse WithIntensity(net::HttpResponse good, const std::string& text) {
  constexpr std::string_view kKey = "\"carbonIntensity\":";
  const size_t at = good.body.find(kKey);
  if (at != std::string::npos) {
    const size_t from = at + kKey.size();
    good.body.replace(from, good.body.find_first_of(",}", from) - from, text);
  }
  return good;
}

inline net::HttpResponse Replacing(net::HttpResponse good, const std::string& what,
                                   const std::string& with) {
  for (size_t at = good.body.find(what); at != std::string::npos;
       at = good.body.find(what, at + with.size())) {
    good.body.replace(at, what.size(), with);
  }
  return good;
}

inline const std::vector<Fault>& Faults() {
  using R = net::HttpResponse;
  static const std::vector<Fault> faults = {
      {"500", [](const R&) { return Answered(500, R"({"error":"internal"})"); }},
      {"502 in HTML", [](const R&) { return Answered(502, "<html>Bad Gateway</html>"); }},
      {"503", [](const R&) { return Answered(503, "", {{"retry-after", "60"}}); }},
      {"404",
       [](const R&) { return Answered(404, R"({"error":"No recent data for zone \"DE\""})"); }},
      {"401 for the zone",
       [](const R&) {
         return Answered(401, R"({"error":"Request unauthorized for zoneKey=DE,secret-token"})");
       }},
      {"401 for the token",
       [](const R&) { return Answered(401, R"({"error":"Invalid auth-token"})"); }},
      {"429", [](const R&) { return Answered(429, "", {{"retry-after", "30"}}); }},
      {"HTML with 200", [](const R&) { return Answered(200, "<html>Welcome</html>"); }},
      {"empty", [](const R&) { return Answered(200, ""); }},
      {"truncated",
       [](R good) { return Answered(200, good.body.substr(0, good.body.size() / 2)); }},
      {"null", [](R good) { return WithIntensity(std::move(good), "null"); }},
      {"NaN", [](R good) { return WithIntensity(std::move(good), "NaN"); }},
      {"1e308", [](R good) { return WithIntensity(std::move(good), "1e308"); }},
      {"negative", [](R good) { return WithIntensity(std::move(good), "-5"); }},
      {"a text", [](R good) { return WithIntensity(std::move(good), "\"100\""); }},
      {"another zone",
       [](R good) { return Replacing(std::move(good), "\"zone\":\"", "\"zone\":\"X-"); }},
      {"another kind", [](R good) { return Replacing(std::move(good), "lifecycle", "direct"); }},
      {"ten years old",
       [](R good) {
         return Replacing(std::move(good), "\"datetime\":\"202", "\"datetime\":\"201");
       }},
      {"a redirection",
       [](const R&) { return Answered(302, "", {{"location", "http://127.0.0.1:1/"}}); }},
      {"a gzip bomb",
       [](const R&) {
         return Answered(200, Gzip(std::string(size_t{8} << 20, ' ')),
                         {{"content-encoding", "gzip"}});
       }},
      {"dropped before the answer", [](R good) { return good; }, Fault::Delivery::none},
      {"dropped within the answer", [](R good) { return good; }, Fault::Delivery::half},
      {"stalled", [](R good) { return good; }, Fault::Delivery::stalled},
  };
  return faults;
}

/// A recorded grid behind a real server, a part of whose answers is spoilt, all of them during an
/// outage.
class FaultyProvider {
 public:
  FaultyProvider(const std::vector<Recording>& recordings, const net::Clock& clock, double share,
                 uint32_t seed)
      : grid_(recordings, "secret-token"),
        clock_(clock),
        share_(share),
        random_(seed),
        server_([this](Peer& peer) { Serve(peer); }) {}

  void Outage(Time from, Time to) { outage_ = {from, to}; }
  std::string Url() const { return server_.Url("/v3"); }
  std::map<std::string, uint64_t> spoilt() const {
    const std::lock_guard lock(mutex_);
    return spoilt_;
  }
  uint64_t requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  /// Each stall takes a client's whole patience, in real time.
  static constexpr uint64_t kMostStalls = 3;

  void Serve(Peer& peer) {
    while (const auto heard = peer.Hear()) {
      const auto [response, delivery] = Answer(Understood(*heard));
      if (!Deliver(peer, response, delivery)) {
        return;
      }
    }
  }

  static bool Deliver(Peer& peer, const net::HttpResponse& response, Fault::Delivery delivery) {
    std::string headers;
    for (const auto& [name, value] : response.headers) {
      headers += name;
      headers += ": " + value + "\r\n";
    }
    const std::string text = carbon::Answer(response.status, response.body, headers);
    switch (delivery) {
      case Fault::Delivery::whole:
        return peer.Say(text);
      case Fault::Delivery::half:
        (void)peer.Say(std::string_view(text).substr(0, text.size() - response.body.size() / 2));
        return false;
      case Fault::Delivery::stalled:
        peer.AwaitClose();
        return false;
      case Fault::Delivery::none:
        break;
    }
    return false;
  }

  /// A request of our own client: "GET TARGET HTTP/1.1", headers, no body.
  static net::ServerRequest Understood(const std::string& heard) {
    std::istringstream lines(heard);
    std::string method;
    std::string target;
    std::string line;
    lines >> method >> target;
    std::getline(lines, line);
    auto request = *net::ParseTarget(target);
    request.method = method;
    while (std::getline(lines, line) && line != "\r") {
      const size_t colon = line.find(':');
      std::string name = line.substr(0, colon);
      std::transform(name.begin(), name.end(), name.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      request.headers[name] = std::string(Trim(std::string_view(line).substr(colon + 1)));
    }
    return request;
  }

  std::pair<net::HttpResponse, Fault::Delivery> Answer(const net::ServerRequest& request) {
    const Time now = clock_.Now();
    const std::lock_guard lock(mutex_);
    ++requests_;
    if (now >= outage_.first && now < outage_.second) {
      return {Answered(503, "down for a day"), Fault::Delivery::whole};
    }
    net::HttpResponse good = grid_.Answer(request, now);
    if (std::uniform_real_distribution<double>()(random_) >= share_) {
      return {std::move(good), Fault::Delivery::whole};
    }
    const Fault* fault = &Faults()[random_() % Faults().size()];
    if (fault->delivery == Fault::Delivery::stalled && spoilt_[fault->name] >= kMostStalls) {
      fault = Faults().data();
    }
    ++spoilt_[fault->name];
    return {fault->spoil(std::move(good)), fault->delivery};
  }

  const RecordedGrid grid_;
  const net::Clock& clock_;
  const double share_;
  mutable std::mutex mutex_;  ///< guards what follows
  std::mt19937 random_;
  std::pair<Time, Time> outage_{};
  std::map<std::string, uint64_t> spoilt_;
  uint64_t requests_ = 0;
  RawServer server_;  ///< last: it calls back
};

}  // namespace carbon::feeds
