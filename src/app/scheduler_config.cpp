// SPDX-License-Identifier: Apache-2.0
#include "app/scheduler_config.h"

#include <arpa/inet.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "app/yaml_text.h"
#include "base/text.h"

namespace carbon::app {
namespace {

namespace json = boost::json;

constexpr std::string_view kV1 = "kubescheduler.config.k8s.io/v1";
constexpr std::string_view kV1Beta3 = "kubescheduler.config.k8s.io/v1beta3";
constexpr int kMostWeight = 1000;
constexpr Duration kLongestTimeout = std::chrono::seconds(5);

// ---- Names

bool IsDnsLabel(std::string_view text) {
  constexpr size_t kLongest = 63;
  return !text.empty() && text.size() <= kLongest && text.front() != '-' && text.back() != '-' &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

bool IsDnsName(std::string_view text) {
  constexpr size_t kLongest = 253;
  const auto labels = Split(text, '.');
  return text.size() <= kLongest && std::all_of(labels.begin(), labels.end(), IsDnsLabel);
}

// ---- How an extender is asked

bool IsIpv6(const std::string& text) {
  in6_addr address{};
  return inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

bool IsPort(std::string_view text) {
  const auto port = ParseInt(text);
  return port && *port > 0 && *port <= std::numeric_limits<uint16_t>::max();
}

/// The host of "HOST", "HOST:PORT" or "[IPV6]:PORT", without brackets; else nothing.
std::optional<std::string> HostOf(std::string_view authority) {
  const bool bracketed = authority.starts_with('[');
  const size_t end = std::min(authority.find(bracketed ? ']' : ':'), authority.size());
  const std::string host(authority.substr(0, end).substr(bracketed ? 1 : 0));
  const std::string_view rest =
      authority.substr(std::min(end + (bracketed ? 1 : 0), authority.size()));
  const bool good_host = bracketed ? end < authority.size() && IsIpv6(host) : IsDnsName(host);
  const bool good_port = rest.empty() || (rest.front() == ':' && IsPort(rest.substr(1)));
  return good_host && good_port ? std::optional(host) : std::nullopt;
}

struct Url {
  bool secure = false;
  std::string host;
};

/// Boost.URL 1.81 reads http://127.0.0.1.example as the address 127.0.0.1 and a path.
Result<Url> ParseUrl(const std::string& text) {
  constexpr std::string_view kPlain = "http://";
  constexpr std::string_view kSecure = "https://";
  constexpr std::string_view kPathLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
  const bool secure = text.starts_with(kSecure);
  if (secure || text.starts_with(kPlain)) {
    const size_t begin = secure ? kSecure.size() : kPlain.size();
    const size_t path = std::min(text.find('/', begin), text.size());
    auto host = HostOf(std::string_view(text).substr(begin, path - begin));
    if (host && text.find_first_not_of(kPathLetters, path) == std::string::npos) {
      return Url{.secure = secure, .host = *std::move(host)};
    }
  }
  return Invalid("--url: '" + Printable(text) +
                 "' is not http://ADDRESS:PORT or https://HOST:PORT");
}

bool IsOfThisMachine(const std::string& host) {
  in_addr v4{};
  in6_addr v6{};
  return host == "localhost" ||
         (inet_pton(AF_INET, host.c_str(), &v4) == 1 && host.starts_with("127.")) ||
         (inet_pton(AF_INET6, host.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6));
}

struct NamedFlag {
  const char* name;
  const std::string& value;
};

Status CheckPlain(const ExtenderCall& call, const std::string& host) {
  const ExtenderCertificates& files = call.certificates;
  for (const NamedFlag& flag : {NamedFlag{"--ca-file", files.ca_file},
                                {"--cert-file", files.cert_file},
                                {"--key-file", files.key_file},
                                {"--server-name", files.server_name}}) {
    if (!flag.value.empty()) {
      return Invalid(std::string(flag.name) +
                     ": plain HTTP knows no certificates; leave it out, or give an https --url");
    }
  }
  if (!IsOfThisMachine(host)) {
    return Invalid("--url: " + Printable(call.url) +
                   " is not on this machine, so others could answer in plain HTTP; give an https "
                   "URL with --ca-file, --cert-file and --key-file");
  }
  return {};
}

bool IsAbsolutePath(std::string_view text) {
  return text.starts_with('/') && std::all_of(text.begin(), text.end(), [](unsigned char letter) {
           return std::isprint(letter) != 0;
         });
}

Status CheckCertificates(const ExtenderCertificates& files) {
  for (const NamedFlag& flag : {NamedFlag{"--ca-file", files.ca_file},
                                {"--cert-file", files.cert_file},
                                {"--key-file", files.key_file}}) {
    if (flag.value.empty()) {
      return Invalid(std::string(flag.name) +
                     ": an https --url needs --ca-file, --cert-file and --key-file");
    }
    if (!IsAbsolutePath(flag.value)) {
      return Invalid(std::string(flag.name) + ": '" + Printable(flag.value) +
                     "' is not an absolute path in ASCII; the scheduler reads it, from wherever it "
                     "runs");
    }
  }
  if (!files.server_name.empty() && !IsDnsName(files.server_name) && !IsIpv6(files.server_name)) {
    return Invalid("--server-name: '" + Printable(files.server_name) +
                   "' is not a host's name or an IP address");
  }
  return {};
}

Status CheckCall(const ExtenderCall& call) {
  if (call.timeout <= Duration::zero() || call.timeout > kLongestTimeout) {
    return Invalid("--timeout: " + FormatDuration(call.timeout) +
                   " is not above 0s and at most 5s: a scheduler waits for an extender that hangs "
                   "with every pod, one after the other");
  }
  const auto url = ParseUrl(call.url);
  if (!url) {
    return url.error();
  }
  return url->secure ? CheckCertificates(call.certificates) : CheckPlain(call, url->host);
}

/// As Go prints it; at most kLongestTimeout.
std::string GoDuration(Duration duration) {
  return duration < std::chrono::seconds(1)
             ? std::to_string(duration.count()) + "ms"
             : Shortest(std::chrono::duration<double>(duration).count()) + "s";
}

json::object TlsConfig(const ExtenderCertificates& files) {
  json::object tls = {{"insecure", false}};
  if (!files.server_name.empty()) {
    tls["serverName"] = files.server_name;
  }
  tls["caFile"] = files.ca_file;
  tls["certFile"] = files.cert_file;
  tls["keyFile"] = files.key_file;
  return tls;
}

json::object ExtenderEntry(const ExtenderCall& call, int weight) {
  json::object entry = {{"urlPrefix", call.url}, {"prioritizeVerb", "prioritize"}};
  if (call.filters) {
    entry["filterVerb"] = "filter";
  }
  entry["weight"] = weight;
  entry["nodeCacheCapable"] = true;
  entry["httpTimeout"] = GoDuration(call.timeout);
  entry["ignorable"] = true;
  if (!call.certificates.ca_file.empty()) {
    entry["enableHTTPS"] = true;
    entry["tlsConfig"] = TlsConfig(call.certificates);
  }
  return entry;
}

// ---- The plug-in

Status CheckPlace(const controller::ScoresPlace& place) {
  if (!IsDnsLabel(place.name_space) || !IsDnsName(place.name)) {
    return Invalid("--scores-configmap: '" + Printable(place.name_space + "/" + place.name) +
                   "' is not NAMESPACE/NAME of a ConfigMap");
  }
  return {};
}

json::object PluginsWith(int weight) {
  json::object carbon = {{"name", "CarbonScore"}, {"weight", weight}};
  return {{"multiPoint", {{"enabled", json::array{std::move(carbon)}}}}};
}

json::array PluginConfig(const PluginArgs& args) {
  json::object settings = {{"configMapNamespace", args.place.name_space},
                           {"configMapName", args.place.name},
                           {"ranking", args.ranking}};
  return {json::object{{"name", "CarbonScore"}, {"args", std::move(settings)}}};
}

// ---- The whole

Status Check(const SchedulerConfig& config) {
  if (config.weight < 1 || config.weight > kMostWeight) {
    return Invalid("--weight: " + std::to_string(config.weight) + " is not from 1 to " +
                   std::to_string(kMostWeight) + "; as much as all other plug-ins together is 12");
  }
  if (!config.scheduler_name.empty() && !IsDnsName(config.scheduler_name)) {
    return Invalid("--scheduler-name: '" + Printable(config.scheduler_name) +
                   "' is not a name of lower-case letters, digits, '-' and '.'");
  }
  const auto* call = std::get_if<ExtenderCall>(&config.scores);
  return call != nullptr ? CheckCall(*call) : CheckPlace(std::get<PluginArgs>(config.scores).place);
}

/// A second scheduler is one of several processes, of which one leads. Whoever has a scheduler
/// already has settled that.
void AddLeaderElection(json::object& tree, const SchedulerConfig& config) {
  const auto* args = std::get_if<PluginArgs>(&config.scores);
  if (args != nullptr && config.family == SchedulerFamily::kubernetes) {
    tree["leaderElection"] = {{"leaderElect", true},
                              {"resourceNamespace", args->place.name_space},
                              {"resourceName", config.scheduler_name}};
  }
}

void AddProfile(json::object& tree, const SchedulerConfig& config) {
  json::object profile;
  if (!config.scheduler_name.empty()) {
    profile["schedulerName"] = config.scheduler_name;
  }
  if (const auto* args = std::get_if<PluginArgs>(&config.scores)) {
    profile["plugins"] = PluginsWith(config.weight);
    profile["pluginConfig"] = PluginConfig(*args);
  }
  if (!profile.empty()) {
    tree["profiles"] = json::array{std::move(profile)};
  }
}

// ---- What YAML says beside it

constexpr const char* kIntoKatalysts =
    "Into the configuration of Katalyst's scheduler, whose own plug-ins and leader election stay.";
constexpr const char* kWeights = "kube-scheduler's own plug-ins have 12 together";
constexpr const char* kKatalystsWeights =
    "the others have 15 in Katalyst's spread policy, 26 in binpack";

YamlNotes NotesFor(bool katalyst) {
  const char* const weights = katalyst ? kKatalystsWeights : kWeights;
  return {
      {"", katalyst ? kIntoKatalysts : ""},
      {"/extenders",
       katalyst ? "" : "these end placement in batches (1.35 and newer) for all profiles"},
      {"/extenders/filterVerb", "Karpenter starts nodes for pods that this leaves none"},
      {"/extenders/weight", weights},
      {"/extenders/nodeCacheCapable", "whole nodes cost a multiple of their names"},
      {"/extenders/httpTimeout", "what one that hangs costs each pod, one after the other"},
      {"/extenders/ignorable", "one that fails is in no pod's way"},
      {"/extenders/tlsConfig/caFile", "without it kube-scheduler trusts whoever answers"},
      {"/profiles/plugins/multiPoint/enabled/weight", weights},
  };
}

}  // namespace

Result<json::object> SchedulerConfigTree(const SchedulerConfig& config) {
  if (const Status good = Check(config); !good) {
    return good.error();
  }
  json::object tree = {{"apiVersion", config.family == SchedulerFamily::katalyst ? kV1Beta3 : kV1},
                       {"kind", "KubeSchedulerConfiguration"}};
  AddLeaderElection(tree, config);
  AddProfile(tree, config);
  if (const auto* call = std::get_if<ExtenderCall>(&config.scores)) {
    tree["extenders"] = json::array{ExtenderEntry(*call, config.weight)};
  }
  return tree;
}

std::string SchedulerConfigYaml(const json::object& tree) {
  return ToYaml(tree, NotesFor(tree.at("apiVersion") == json::value(kV1Beta3)));
}

}  // namespace carbon::app
