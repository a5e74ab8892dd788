// SPDX-License-Identifier: Apache-2.0
#include <curl/curl.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <ctime>
#include <utility>

#include "base/text.h"
#include "net/http.h"

namespace carbon::net {
namespace {

using SteadyClock = std::chrono::steady_clock;
using OnData = std::function<bool(std::string_view)>;

constexpr size_t kMostHeaderBytes = size_t{256} << 10;
constexpr Duration kConnectTimeout = std::chrono::seconds(10);

struct CurlUrl {
  CURLU* handle = curl_url();
  CurlUrl() = default;
  CurlUrl(const CurlUrl&) = delete;
  CurlUrl& operator=(const CurlUrl&) = delete;
  ~CurlUrl() { curl_url_cleanup(handle); }

  /// A part of the URL, or "" where it has none.
  std::string Get(CURLUPart part, unsigned flags = 0) const {
    char* text = nullptr;
    if (curl_url_get(handle, part, &text, flags) != CURLUE_OK) {
      return "";
    }
    std::string out(text);
    curl_free(text);
    return out;
  }
};

struct HeaderList {
  curl_slist* list = nullptr;
  HeaderList() = default;
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  ~HeaderList() { curl_slist_free_all(list); }
  void Add(const std::string& line) { list = curl_slist_append(list, line.c_str()); }
};

/// Keeps SIGPIPE from ending the process when OpenSSL writes to a connection that is gone, without
/// changing what the signal does to the rest of the program.
class NoSigpipe {
 public:
  NoSigpipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  NoSigpipe(const NoSigpipe&) = delete;
  NoSigpipe& operator=(const NoSigpipe&) = delete;
  ~NoSigpipe() {
    const timespec at_once{};
    while (sigtimedwait(&pipe_, nullptr, &at_once) > 0) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t pipe_{};
  sigset_t before_{};
};

/// One request under way: what the callbacks write into.
struct Transfer {
  HttpResponse response;
  size_t header_bytes = 0;
  size_t max_body = 0;
  const OnData* on_data = nullptr;  ///< null for Send
  bool too_large = false;
  bool ended_by_caller = false;
  SteadyClock::time_point last_byte = SteadyClock::now();
};

size_t OnHeader(char* bytes, size_t, size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::string_view line(bytes, count);
  transfer.last_byte = SteadyClock::now();
  transfer.header_bytes += count;
  if (transfer.header_bytes > kMostHeaderBytes) {
    transfer.too_large = true;
    return 0;
  }
  if (line.starts_with("HTTP/")) {  // also behind "100 Continue"
    transfer.response.headers.clear();
    const size_t blank = line.find(' ');
    const auto status =
        blank == std::string_view::npos ? std::nullopt : ParseInt(line.substr(blank + 1, 3));
    transfer.response.status = static_cast<int>(status.value_or(0));
    return count;
  }
  const size_t colon = line.find(':');
  if (colon != std::string_view::npos) {
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    transfer.response.headers[std::move(name)] = Trim(line.substr(colon + 1));
  }
  return count;
}

size_t OnBody(char* bytes, size_t, size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  transfer.last_byte = SteadyClock::now();
  if (transfer.on_data != nullptr && transfer.response.status == 200) {
    transfer.ended_by_caller = !(*transfer.on_data)({bytes, count});
    return transfer.ended_by_caller ? 0 : count;
  }
  if (count > transfer.max_body - transfer.response.body.size()) {
    transfer.too_large = true;
    return 0;
  }
  transfer.response.body.append(bytes, count);
  return count;
}

bool IsToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

bool IsHeaderValue(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == '\x7f'; });
}

/// Tells the transfer's own story without curl's words where those could hold foreign text.
std::string Reason(CURLcode code, const char* details) {
  std::string text = details[0] != '\0' ? details : curl_easy_strerror(code);
  std::replace_if(text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  constexpr size_t kMost = 200;
  text.resize(std::min(text.size(), kMost));
  return text;
}

class CurlClient final : public HttpClient {
 public:
  explicit CurlClient(TlsOptions tls)
      : tls_(std::move(tls)), easy_(curl_easy_init()), multi_(curl_multi_init()) {}
  CurlClient(const CurlClient&) = delete;
  CurlClient& operator=(const CurlClient&) = delete;
  ~CurlClient() override {
    const NoSigpipe no_sigpipe;  // closing says goodbye over TLS
    curl_easy_cleanup(easy_);
    curl_multi_cleanup(multi_);
  }

  Result<HttpResponse> Send(const HttpRequest& request, std::stop_token stop) override {
    return Run(request, nullptr, stop);
  }

  Result<HttpResponse> Stream(const HttpRequest& request, const OnData& on_data,
                              std::stop_token stop) override {
    return Run(request, &on_data, stop);
  }

 private:
  Result<HttpResponse> Run(const HttpRequest& request, const OnData* on_data,
                           const std::stop_token& stop);
  Status Prepare(const HttpRequest& request, Transfer& transfer, HeaderList& headers);
  Status PrepareUrl(const HttpRequest& request, HeaderList& headers);
  void PrepareTls();
  void PrepareMethod(const HttpRequest& request);
  /// Drives the transfer to its end. Nothing where `stop` or silence ended it first.
  std::optional<CURLcode> Drive(const Transfer& transfer, Duration timeout,
                                const std::stop_token& stop);

  template <typename T>
  void Set(CURLoption option, T value) {
    curl_easy_setopt(easy_, option, value);
  }
  void SetBlob(CURLoption option, const std::string& bytes) {
    // curl takes a pointer to non-const but copies the bytes.
    curl_blob blob{const_cast<char*>(bytes.data()), bytes.size(), CURL_BLOB_COPY};
    Set(option, &blob);
  }

  const TlsOptions tls_;
  CURL* easy_;    // reused, so that connections are kept
  CURLM* multi_;  // owns the connections; unlike curl_easy_perform it can be woken up
  HeaderList connect_to_;
  std::string target_;  // "GET https://host/path", for errors
  std::array<char, CURL_ERROR_SIZE> details_{};
};

Status CurlClient::PrepareUrl(const HttpRequest& request, HeaderList& headers) {
  target_ = request.method;
  const CurlUrl url;
  if (curl_url_set(url.handle, CURLUPART_URL, request.url.c_str(), 0) != CURLUE_OK) {
    return Invalid("malformed URL");
  }
  const std::string scheme = url.Get(CURLUPART_SCHEME);
  const std::string host = url.Get(CURLUPART_HOST);
  const std::string port = url.Get(CURLUPART_PORT);
  const std::string authority = port.empty() ? host : host + ":" + port;
  target_ += " " + scheme + "://" + authority + url.Get(CURLUPART_PATH);
  if (scheme != "http" && scheme != "https") {
    return Invalid(target_ + ": only http and https are spoken");
  }
  if (scheme == "https" && !tls_.server_name.empty()) {
    // Connects to the URL's host, yet greets and verifies the other name.
    curl_url_set(url.handle, CURLUPART_HOST, tls_.server_name.c_str(), 0);
    curl_slist_free_all(std::exchange(connect_to_.list, nullptr));
    connect_to_.Add("::" + host + ":");
    Set(CURLOPT_CONNECT_TO, connect_to_.list);
    headers.Add("Host: " + authority);
  }
  Set(CURLOPT_URL, url.Get(CURLUPART_URL).c_str());
  return {};
}

void CurlClient::PrepareTls() {
  Set(CURLOPT_SSL_VERIFYPEER, 1L);
  Set(CURLOPT_SSL_VERIFYHOST, 2L);
  Set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!tls_.ca_pem.empty()) {
    SetBlob(CURLOPT_CAINFO_BLOB, tls_.ca_pem);
    Set(CURLOPT_CAPATH, static_cast<char*>(nullptr));  // else the system's roots count as well
  }
  if (!tls_.certificate_pem.empty()) {
    SetBlob(CURLOPT_SSLCERT_BLOB, tls_.certificate_pem);
    SetBlob(CURLOPT_SSLKEY_BLOB, tls_.key_pem);
    Set(CURLOPT_KEYPASSWD, "");  // an encrypted key is an error, not a prompt on the terminal
  }
}

void CurlClient::PrepareMethod(const HttpRequest& request) {
  const bool may_have_body = request.method != "GET" && request.method != "HEAD";
  if (request.method == "HEAD") {
    Set(CURLOPT_NOBODY, 1L);
  } else if (!request.body.empty() || (may_have_body && request.method != "DELETE")) {
    Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    Set(CURLOPT_POSTFIELDS, request.body.data());
    Set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  } else {
    Set(CURLOPT_HTTPGET, 1L);
    Set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
}

Status CurlClient::Prepare(const HttpRequest& request, Transfer& transfer, HeaderList& headers) {
  curl_easy_reset(easy_);
  if (!IsToken(request.method)) {
    return Invalid("malformed HTTP method");
  }
  if (Status url = PrepareUrl(request, headers); !url) {
    return url;
  }
  bool has_type = false;
  for (const Header& header : request.headers) {
    if (!IsToken(header.name) || !IsHeaderValue(header.value)) {
      return Invalid(target_ + ": malformed header '" + Printable(header.name) + "'");
    }
    has_type = has_type || curl_strequal(header.name.c_str(), "content-type") != 0;
    // curl reads "name:" as "leave it out" and "name;" as "send it empty".
    headers.Add(header.value.empty() ? header.name + ";" : header.name + ": " + header.value);
  }
  headers.Add("Expect:");  // curl would wait up to a second for a 100 before large bodies
  if (!has_type) {
    headers.Add("Content-Type:");  // and would claim that every body is a web form
  }
  PrepareMethod(request);
  PrepareTls();
  const bool streams = transfer.on_data != nullptr;
  const long timeout = static_cast<long>(std::max(request.timeout, Duration(1)).count());
  Set(CURLOPT_HTTPHEADER, headers.list);
  Set(CURLOPT_CONNECTTIMEOUT_MS, std::min(timeout, static_cast<long>(kConnectTimeout.count())));
  if (!streams) {
    Set(CURLOPT_TIMEOUT_MS, timeout);
    Set(CURLOPT_ACCEPT_ENCODING, "gzip");
  }
  Set(CURLOPT_PROTOCOLS_STR, "http,https");
  Set(CURLOPT_FOLLOWLOCATION, 0L);
  Set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  Set(CURLOPT_NOSIGNAL, 1L);
  Set(CURLOPT_TCP_KEEPALIVE, 1L);
  Set(CURLOPT_TCP_KEEPIDLE, 30L);
  Set(CURLOPT_TCP_KEEPINTVL, 10L);
  Set(CURLOPT_HEADERFUNCTION, &OnHeader);
  Set(CURLOPT_HEADERDATA, &transfer);
  Set(CURLOPT_WRITEFUNCTION, &OnBody);
  Set(CURLOPT_WRITEDATA, &transfer);
  details_[0] = '\0';
  Set(CURLOPT_ERRORBUFFER, details_.data());
  return {};
}

std::optional<CURLcode> CurlClient::Drive(const Transfer& transfer, Duration timeout,
                                          const std::stop_token& stop) {
  const std::stop_callback wake(stop, [this] { curl_multi_wakeup(multi_); });
  constexpr int kLongestWait = 1000;
  while (true) {
    int running = 0;
    if (curl_multi_perform(multi_, &running) != CURLM_OK) {
      return CURLE_FAILED_INIT;
    }
    if (running == 0) {
      int left = 0;
      const CURLMsg* message = curl_multi_info_read(multi_, &left);
      return message == nullptr ? CURLE_FAILED_INIT : message->data.result;
    }
    if (stop.stop_requested()) {
      return std::nullopt;
    }
    int wait = kLongestWait;
    if (transfer.on_data != nullptr) {
      const auto rest =
          std::chrono::ceil<Duration>(transfer.last_byte + timeout - SteadyClock::now());
      if (rest.count() <= 0) {
        return std::nullopt;
      }
      wait = static_cast<int>(std::min<int64_t>(wait, rest.count()));
    }
    curl_multi_poll(multi_, nullptr, 0, wait, nullptr);
  }
}

Result<HttpResponse> CurlClient::Run(const HttpRequest& request, const OnData* on_data,
                                     const std::stop_token& stop) {
  if (easy_ == nullptr || multi_ == nullptr) {
    return Unavailable("no memory for an HTTP client");
  }
  if (stop.stop_requested()) {
    return Unavailable(request.method + " request: stopped");
  }
  Transfer transfer;
  transfer.max_body = request.max_body;
  transfer.on_data = on_data;
  HeaderList headers;
  if (const Status ready = Prepare(request, transfer, headers); !ready) {
    return ready.error();
  }
  const NoSigpipe no_sigpipe;
  curl_multi_add_handle(multi_, easy_);
  const std::optional<CURLcode> code = Drive(transfer, request.timeout, stop);
  curl_multi_remove_handle(multi_, easy_);
  if (!code && stop.stop_requested()) {
    return Unavailable(target_ + ": stopped");
  }
  if (transfer.too_large) {
    return Unavailable(target_ + ": the answer is larger than " + std::to_string(request.max_body) +
                       " bytes");
  }
  if (!code || *code == CURLE_OPERATION_TIMEDOUT) {
    return Error{Error::Kind::timeout,
                 target_ + ": no answer within " + FormatDuration(request.timeout)};
  }
  if (*code != CURLE_OK && !transfer.ended_by_caller) {
    return Unavailable(target_ + ": " + Reason(*code, details_.data()));
  }
  return std::move(transfer.response);
}

}  // namespace

std::unique_ptr<HttpClient> MakeHttpClient(TlsOptions tls) {
  // Not thread-safe in older libcurl; a local static makes the first caller do it alone.
  [[maybe_unused]] static const CURLcode kReady = curl_global_init(CURL_GLOBAL_DEFAULT);
  return std::make_unique<CurlClient>(std::move(tls));
}

}  // namespace carbon::net
