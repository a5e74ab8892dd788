// SPDX-License-Identifier: Apache-2.0
#include "controller/scores_publisher.h"

#include <spdlog/spdlog.h>

#include <random>
#include <utility>

namespace carbon::controller {

ScoresPublisher::ScoresPublisher(ScoresSettings settings, kube::ClientFactory make_client,
                                 const net::Clock& real_clock)
    : settings_(std::move(settings)),
      make_client_(std::move(make_client)),
      real_clock_(real_clock),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

void ScoresPublisher::Offer(std::shared_ptr<const grid::Board> board) {
  {
    const std::lock_guard lock(mutex_);
    offered_ = std::move(board);
    fresh_ = true;
  }
  changed_.notify_one();
}

ScoresCounters ScoresPublisher::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

std::shared_ptr<const grid::Board> ScoresPublisher::Await(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, stop, [&] { return fresh_; });
  fresh_ = false;
  return stop.stop_requested() ? nullptr : offered_;
}

void ScoresPublisher::Run(const std::stop_token& stop) {
  const auto client = make_client_(stop);
  net::Backoff backoff(settings_.retry);
  std::mt19937_64 random(std::random_device{}());
  while (!stop.stop_requested()) {
    const auto board = Await(stop);
    if (!board) {
      written_.reset();
      continue;
    }
    Duration pause = settings_.least_pause;
    if (Publish(*client, *board, stop)) {
      backoff.Reset();
    } else {
      pause = backoff.Next(random);
      const std::lock_guard lock(mutex_);
      fresh_ = true;
    }
    real_clock_.SleepUntil(real_clock_.Now() + pause, stop);
  }
}

bool ScoresPublisher::Publish(kube::Client& client, const grid::Board& board,
                              const std::stop_token& stop) {
  Scores scores = Scores::Of(board);
  if (written_ && SameButForAge(*written_, scores)) {
    const std::lock_guard lock(mutex_);
    ++counters_.unchanged;
    return true;
  }
  const auto outcome = WriteScores(client, settings_.place, scores, board.as_of());
  if (!outcome && stop.stop_requested()) {
    return true;
  }
  Note(outcome);
  if (outcome) {
    written_ = std::move(scores);
  } else {
    written_.reset();
  }
  return static_cast<bool>(outcome);
}

void ScoresPublisher::Note(const Result<size_t>& outcome) {
  bool news = false;
  {
    const std::lock_guard lock(mutex_);
    ++(outcome ? counters_.written : counters_.failed);
    news = outcome && std::exchange(counters_.left_out, *outcome) != *outcome;
  }
  const std::string name = settings_.place.name_space + "/" + settings_.place.name;
  if (!outcome && !std::exchange(failing_, true)) {
    spdlog::warn("ConfigMap {} is not written, trying again: {}", name, outcome.error().message);
  } else if (outcome && std::exchange(failing_, false)) {
    spdlog::info("ConfigMap {} is written again", name);
  }
  if (news && *outcome > 0) {
    spdlog::warn("ConfigMap {} has no room for {} zones: they are unknown to its readers", name,
                 *outcome);
  }
}

}  // namespace carbon::controller
