// SPDX-License-Identifier: Apache-2.0
#include "serve/emissions.h"

#include <algorithm>

#include "base/text.h"

namespace carbon::serve {
namespace {

constexpr Duration kNewest = std::chrono::hours(24);
constexpr Duration kInstant{1};

/// The step that holds `now`, where the board says that it was measured.
std::optional<Observed> Present(const grid::Outlook& outlook, Time now) {
  const grid::Series& expected = outlook.expected;
  if (outlook.estimated || !expected.At(now)) {
    return std::nullopt;
  }
  const auto index = static_cast<size_t>((now - expected.start()) / expected.step());
  return Observed{.at = expected.TimeOf(index),
                  .length = expected.step(),
                  .intensity = outlook.now.value(),
                  .outlook = &outlook};
}

/// What the board says of a moment after the one that it was made for is expected.
bool SpeaksOfNow(const grid::Outlook& outlook, const GridKnowledge& known) {
  const grid::Series& expected = outlook.expected;
  const auto step_of = [&](Time time) { return (time - expected.start()) / expected.step(); };
  return step_of(known.board.as_of()) == step_of(known.now);
}

}  // namespace

std::vector<Observed> ObservedIn(const grid::ZoneId& zone, Time from, Time to,
                                 const GridKnowledge& known) {
  std::vector<Observed> found;
  const grid::Outlook* outlook = known.board.Find(zone);
  const grid::Series history = known.observed(zone, from, std::min(to, known.now + kInstant));
  for (size_t i = 0; i < history.size(); ++i) {
    if (const auto intensity = history.Value(i)) {
      found.push_back({.at = history.TimeOf(i),
                       .length = history.step(),
                       .intensity = intensity->value(),
                       .outlook = nullptr});
    }
  }
  if (outlook == nullptr || !SpeaksOfNow(*outlook, known)) {
    return found;
  }
  if (!found.empty() && found.back().End() > known.now) {
    const bool same = found.back().intensity == outlook->now.value();
    found.back().outlook = same ? outlook : nullptr;
    return found;
  }
  const auto present = Present(*outlook, known.now);
  if (present && from <= known.now && present->at < to &&
      (found.empty() || found.back().End() <= present->at)) {
    found.push_back(*present);
  }
  return found;
}

std::optional<Observed> NewestObserved(const grid::ZoneId& zone, const GridKnowledge& known) {
  const auto found = ObservedIn(zone, known.now - kNewest, known.now + kInstant, known);
  return found.empty() ? std::nullopt : std::optional(found.back());
}

ObservedMean MeanOf(const std::vector<Observed>& observed, Time from, Time to) {
  ObservedMean mean;
  double sum = 0;
  for (const Observed& step : observed) {
    const Duration overlap = std::min(step.End(), to) - std::max(step.at, from);
    if (overlap > Duration::zero()) {
      mean.covered += overlap;
      sum += step.intensity * static_cast<double>(overlap.count());
    }
  }
  mean.intensity = sum / static_cast<double>(std::max<int64_t>(mean.covered.count(), 1));
  return mean;
}

std::string EmissionsJson(const Place& place, const Observed& observed, grid::SignalKind kind,
                          Fields fields) {
  std::string text = R"({"location":)" + Quoted(place.name) + R"(,"time":")" +
                     DateTimeOffset(observed.at) + R"(","rating":)" + Shortest(observed.intensity) +
                     R"(,"duration":")" + TimeSpan(observed.length) + '"';
  if (fields == Fields::of_sdk) {
    return text + "}";
  }
  text +=
      R"(,"zone":)" + Quoted(place.zone.name) + R"(,"kind":")" + std::string(ToString(kind)) + '"';
  if (observed.outlook != nullptr) {
    text += R"(,"rung":")" + std::string(ToString(observed.outlook->rung)) + R"(","estimated":)" +
            (observed.outlook->estimated ? "true" : "false") + R"(,"source":)" +
            Quoted(observed.outlook->source);
  }
  return text + "}";
}

}  // namespace carbon::serve
