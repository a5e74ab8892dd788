// SPDX-License-Identifier: Apache-2.0
#include "controller/signal_service.h"

#include <spdlog/spdlog.h>

#include <string>
#include <utility>

namespace carbon::controller {
namespace {

/// What is served is at most so old, in real time, while another controller leads.
constexpr Duration kRenewBoard = std::chrono::seconds(5);

std::string Names(const std::set<grid::ZoneId>& zones) {
  std::string names;
  for (const grid::ZoneId& zone : zones) {
    names += (names.empty() ? "" : ", ") + zone.name;
  }
  return names;
}

/// What was published before the start.
std::vector<grid::ZoneReading> Remembered(kube::Client& client, const ScoresPlace& place,
                                          Time now) {
  const auto scores = ReadScores(client, place);
  if (scores) {
    return ReadingsOf(*scores, now);
  }
  if (scores.error().kind != Error::Kind::not_found) {
    spdlog::warn("what was published before is not used: {}", scores.error().message);
  }
  return {};
}

}  // namespace

SignalService::SignalService(SignalOptions options, SignalParts parts,
                             const kube::ClientFactory& make_client, Wakeup& wakeup,
                             const std::stop_token& stop)
    : first_signal_(options.first_signal),
      clock_(*parts.clock),
      real_clock_(*parts.real_clock),
      wakeup_(wakeup),
      serve_grid_(std::move(parts.serve_grid)) {
  feeds::GridWatchOptions watch = std::move(options.watch);
  watch.poller.on_update = [this] { wakeup_.Wake(); };
  watch.poller.on_event = [](const feeds::PollEvent& event) {
    spdlog::log(event.warning ? spdlog::level::warn : spdlog::level::info, "{}", event.text);
  };
  if (options.scores) {
    watch.remembered = Remembered(*make_client(stop), *options.scores, clock_.Now());
    publisher_ = std::make_unique<ScoresPublisher>(ScoresSettings{.place = *options.scores},
                                                   make_client, real_clock_);
  }
  watch_ = std::make_unique<feeds::GridWatch>(std::move(parts.feeds), std::move(parts.archive),
                                              clock_, std::move(watch), std::move(parts.weather));
}

Status SignalService::Serve() {
  if (!serve_grid_) {
    return {};
  }
  auto server = serve_grid_(*watch_, boards_);
  if (!server) {
    return server.error();
  }
  server_ = *std::move(server);
  return {};
}

void SignalService::Watch(const std::set<grid::ZoneId>& zones, const std::stop_token& stop) {
  const size_t before = zones_.size();
  zones_.insert(zones.begin(), zones.end());
  if (zones_.size() == before) {
    return;
  }
  spdlog::info("polling {} zones: {}", zones_.size(), Names(zones_));
  watch_->AddZones({zones_.begin(), zones_.end()});
  (void)Now();  // who asks from now on is told that the zones are there
  const Time give_up = real_clock_.Now() + first_signal_;
  while (!stop.stop_requested() && !watch_->Asked() && real_clock_.Now() < give_up) {
    wakeup_.Wait(Duration(50), stop);
  }
}

std::shared_ptr<const grid::Board> SignalService::Now() {
  auto board = watch_->BoardAt(clock_.Now());
  if (server_) {
    boards_.Publish(board);
    board_renewed_ = real_clock_.Now();
  }
  return board;
}

void SignalService::Publish(std::shared_ptr<const grid::Board> board) {
  if (publisher_) {
    publisher_->Offer(std::move(board));
  }
}

void SignalService::StandBy() {
  Publish(nullptr);
  if (server_ && real_clock_.Now() - board_renewed_ >= kRenewBoard) {
    (void)Now();
  }
}

}  // namespace carbon::controller
