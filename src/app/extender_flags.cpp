// SPDX-License-Identifier: Apache-2.0
#include "app/extender_flags.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <utility>

#include "app/log_flags.h"
#include "base/text.h"
#include "net/server_certificates.h"

namespace carbon::app {
namespace {

/// Null where no flag asks for TLS.
Result<std::shared_ptr<net::ServerCertificates>> Certificates(const TlsFlags& flags) {
  const std::array files = {&flags.certificate, &flags.private_key, &flags.client_ca};
  const auto given =
      std::count_if(files.begin(), files.end(), [](const auto* file) { return !file->empty(); });
  if (given == 0) {
    return std::shared_ptr<net::ServerCertificates>();
  }
  if (given < std::ssize(files)) {
    return Invalid(
        "--tls-cert-file, --tls-private-key-file and --client-ca-file go together: schedulers are "
        "told apart from others by their certificates");
  }
  auto loaded = net::ServerCertificates::Load({.certificate = flags.certificate,
                                               .private_key = flags.private_key,
                                               .client_ca = flags.client_ca});
  return loaded ? loaded : loaded.error().In("TLS");
}

Result<net::ServerOptions> Listen(const ExtenderFlags& flags) {
  auto listen = ServerOptionsOf(flags.listen);
  if (!listen) {
    return listen;
  }
  const auto certificates = Certificates(flags.tls);
  if (!certificates) {
    return certificates.error();
  }
  const std::string& address = flags.listen.address;
  if (!*certificates && !address.starts_with("127.") && address != "::1") {
    return Invalid("--address: " + Printable(address) +
                   " is not an address of this machine alone: who can reach it could ask; let "
                   "schedulers show certificates (--tls-cert-file)");
  }
  listen->certificates = *certificates;
  listen->max_body = serve::kLargestQuestion;
  return listen;
}

Status UnderstandServers(const ExtenderFlags& flags, ExtenderTask& task) {
  const auto listen = Listen(flags);
  if (!listen) {
    return listen.error();
  }
  task.listen = *listen;
  if (!flags.metrics_address.empty()) {
    const auto metrics = ParseListenAddress(flags.metrics_address);
    if (!metrics) {
      return metrics.error().In("--metrics-address");
    }
    task.metrics = *metrics;
  }
  if (flags.max_intensity && !(*flags.max_intensity > 0)) {
    return Invalid("--max-intensity: must be more than 0 g/kWh");
  }
  if (flags.max_intensity) {
    task.extender.limit = GramsPerKwh(*flags.max_intensity);
  }
  const auto max_delay = ParseDuration(flags.default_max_delay);
  if (!max_delay) {
    return max_delay.error().In("--default-max-delay");
  }
  task.extender.defaults.max_delay = *max_delay;
  return {};
}

void AddTlsFlags(CLI::App& command, TlsFlags& flags) {
  command
      .add_option("--tls-cert-file", flags.certificate,
                  "speak HTTPS with this certificate; read again when it is replaced")
      ->type_name("FILE");
  command.add_option("--tls-private-key-file", flags.private_key, "its key")->type_name("FILE");
  command
      .add_option("--client-ca-file", flags.client_ca,
                  "answer only who shows a certificate that one of these has signed")
      ->type_name("FILE");
}

}  // namespace

void AddExtenderFlags(CLI::App& command, ExtenderFlags& flags) {
  AddClusterFlags(command, flags.cluster, false);
  AddScoresFlag(command, flags.scores);
  AddRankingFlags(command, flags.ranking);
  AddListenFlags(command, flags.listen);
  command.get_option("--address")
      ->description("where to listen: without TLS an address of this machine alone");
  AddTlsFlags(command, flags.tls);
  command
      .add_option("--metrics-address", flags.metrics_address,
                  "tell /metrics and /healthz there too, to anybody, by plain HTTP")
      ->type_name("ADDRESS:PORT");
  command
      .add_option("--max-intensity", flags.max_intensity,
                  "answer /filter: managed pods that can wait are refused nodes on a grid over so "
                  "many g/kWh. Karpenter does not know of it: it starts nodes for such pods that "
                  "they are refused too")
      ->type_name("GRAMS");
  command
      .add_option("--default-max-delay", flags.default_max_delay,
                  "how long a pod without deadline and max-delay may be refused such nodes: the "
                  "controller's")
      ->type_name("DURATION")
      ->capture_default_str();
  AddLogFlag(command, flags.log_level);
}

Result<ExtenderTask> Understand(const ExtenderFlags& flags) {
  ExtenderTask task;
  if (const Status understood = UnderstandServers(flags, task); !understood) {
    return understood.error();
  }
  const auto place = NeededScoresPlaceOf(flags.scores);
  if (!place) {
    return place.error();
  }
  task.place = *place;
  auto regions = ParseRegions(flags.ranking.regions, flags.ranking.provider);
  if (!regions) {
    return regions.error();
  }
  task.ranking.regions = std::move(regions->map);
  task.ranking.rules.formula = *plan::ParseFormula(flags.ranking.formula);
  const auto stale_after = StaleAfterOf(flags.ranking);
  if (!stale_after) {
    return stale_after.error();
  }
  task.ranking.rules.stale_after = *stale_after;
  return task;
}

}  // namespace carbon::app
