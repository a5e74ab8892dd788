// SPDX-License-Identifier: Apache-2.0
#include "app/scenario_json.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

#include "app/csv_field.h"
#include "base/text.h"

namespace carbon::app {
namespace {

namespace json = boost::json;

constexpr double kMostHours = 100 * 366 * 24;
constexpr double kMostCpus = 1e6;
constexpr double kMostWatts = 1e6;
constexpr double kMostGramsPerHour = 1e9;
constexpr double kMostSaving = 0.99;
constexpr double kMostKwhPerCpu = 1000;
constexpr double kLeastChance = 0.001;
constexpr double kMostStandardErrors = 100;
constexpr double kMostReturnFactor = 1000;
constexpr double kMostMoves = 10'000;                ///< an hour
constexpr double kMostSeed = 9'007'199'254'740'992;  ///< JSON's numbers are exact up to here
constexpr size_t kMostZones = 100;
constexpr size_t kMostFaults = 10'000;
constexpr size_t kLongestText = 1000;
constexpr Duration kLongestWait = std::chrono::hours(366 * 24);
constexpr Duration kShortestPeriod = std::chrono::hours(1);
constexpr Duration kShortestTick = std::chrono::minutes(1);
constexpr Duration kLongestTick = std::chrono::hours(24);

struct Range {
  double least;
  double most;
};

struct Span {
  Duration least;
  Duration most;
};

/// What is wrong with a document: the first thing that is found. Nothing that is read after it
/// counts.
struct Mistake {
  std::string name;  ///< of the document
  std::optional<Error> error;

  void Note(const std::string& where, const std::string& what) {
    if (!error) {
      error = Invalid(name + ": " + where + ": " + what);
    }
  }
};

/// An object of the document. Each key that is read is known; Done() says that there are no others.
class Object {
 public:
  Object(Mistake& mistake, const json::value& value, std::string where)
      : mistake_(mistake), where_(std::move(where)) {
    if (value.is_object()) {
      object_ = &value.get_object();
    } else {
      mistake_.Note(where_.empty() ? "the document" : where_, "must be an object");
    }
  }

  std::string Text(std::string_view key, const std::optional<std::string>& otherwise = {}) {
    const json::value* const value = Find(key, otherwise.has_value());
    if (value == nullptr) {
      return otherwise.value_or("");
    }
    if (!value->is_string() || value->get_string().empty() ||
        value->get_string().size() > kLongestText) {
      Wrong(key, "must be a text of 1 to 1000 bytes");
      return "";
    }
    return std::string(value->get_string());
  }

  double Number(std::string_view key, const Range& range, std::optional<double> otherwise = {}) {
    const json::value* const value = Find(key, otherwise.has_value());
    if (value == nullptr) {
      return otherwise.value_or(range.least);
    }
    const double number = value->is_number() ? value->to_number<double>() : std::nan("");
    const bool in_range = number >= range.least && number <= range.most;
    if (!in_range) {
      Wrong(key, "must be a number from " + Shortest(range.least) + " to " + Shortest(range.most));
      return range.least;
    }
    return number;
  }

  Time At(std::string_view key) {
    const std::string text = Text(key);
    const auto time = text.empty() ? Result<Time>(Time{}) : ParseTime(text);
    if (!time) {
      Wrong(key, time.error().message);
      return {};
    }
    return *time;
  }

  /// Nothing where the key is not there.
  std::optional<Duration> Length(std::string_view key, const Span& span) {
    if (!Has(key)) {
      Know(key);
      return std::nullopt;
    }
    const std::string text = Text(key);
    const auto length = text.empty() ? Result<Duration>(span.least) : ParseDuration(text);
    if (!length) {
      Wrong(key, length.error().message);
      return span.least;
    }
    if (*length < span.least || *length > span.most) {
      Wrong(key, "must be from " + FormatDuration(span.least) + " to " + FormatDuration(span.most));
      return span.least;
    }
    return *length;
  }

  Duration RequiredLength(std::string_view key, const Span& span) {
    const auto length = Length(key, span);
    if (!length) {
      Wrong(key, "is missing");
    }
    return length.value_or(span.least);
  }

  /// From 0 on.
  double Whole(std::string_view key, double most, double otherwise) {
    const double number = Number(key, {0, most}, otherwise);
    if (number != std::floor(number)) {
      Wrong(key, "must be a whole number");
    }
    return number;
  }

  /// A file's path, which stays in its folder.
  std::string Path(std::string_view key, const std::optional<std::string>& otherwise = {}) {
    std::string path = Text(key, otherwise);
    const auto steps = Split(path, '/');
    if (path.starts_with('/') || path.find('\0') != std::string::npos ||
        std::find(steps.begin(), steps.end(), "..") != steps.end()) {
      Wrong(key, "'" + Printable(path) + "' leaves the folder of the data");
    }
    return path;
  }

  /// The values of a list; none where an optional one is not there.
  const json::array& List(std::string_view key, size_t most, bool optional) {
    static const json::array nothing;
    const json::value* const value = Find(key, optional);
    if (value == nullptr) {
      return nothing;
    }
    if (!value->is_array() || value->get_array().size() > most) {
      Wrong(key, "must be a list of at most " + std::to_string(most));
      return nothing;
    }
    return value->get_array();
  }

  /// The value of a key that may be absent, or null.
  const json::value* Optional(std::string_view key) { return Find(key, true); }

  bool Has(std::string_view key) const { return object_ != nullptr && object_->contains(key); }

  void Wrong(std::string_view key, const std::string& what) { mistake_.Note(Where(key), what); }

  std::string Where(std::string_view key) const {
    return (where_.empty() ? "" : where_ + ".") + std::string(key);
  }

  void Done() {
    if (object_ == nullptr) {
      return;
    }
    for (const auto& [key, value] : *object_) {
      if (std::find(known_.begin(), known_.end(), key) == known_.end()) {
        std::string names;
        for (const std::string& name : known_) {
          names += (names.empty() ? "" : ", ") + name;
        }
        mistake_.Note(Where(Printable(key)), "there is no such key: choose from " + names);
      }
    }
  }

 private:
  void Know(std::string_view key) { known_.emplace_back(key); }

  const json::value* Find(std::string_view key, bool optional) {
    Know(key);
    const json::value* const value = object_ == nullptr ? nullptr : object_->if_contains(key);
    if (value == nullptr && !optional && object_ != nullptr) {
      Wrong(key, "is missing");
    }
    return value;
  }

  Mistake& mistake_;
  std::string where_;
  const json::object* object_ = nullptr;
  std::vector<std::string> known_;
};

std::string Indexed(std::string_view list, size_t index) {
  return std::string(list) + "[" + std::to_string(index) + "]";
}

void ReadZones(Mistake& mistake, Object& root, ScenarioText& read) {
  const json::array& zones = root.List("zones", kMostZones, false);
  if (zones.empty()) {
    root.Wrong("zones", "there must be one at least");
  }
  for (size_t i = 0; i < zones.size(); ++i) {
    Object zone(mistake, zones[i], Indexed("zones", i));
    sim::FleetZone made;
    made.name = zone.Text("zone");
    if (!IsPlainField(made.name)) {
      zone.Wrong("zone", "'" + Printable(made.name) + "' cannot be a zone's name");
    }
    for (const sim::FleetZone& other : read.scenario.zones) {
      if (other.name == made.name) {
        zone.Wrong("zone", "'" + Printable(made.name) + "' is given twice");
      }
    }
    read.files.push_back({.signal = zone.Path("signal"), .forecast = zone.Path("forecast", "")});
    made.cpus = zone.Number("cpus", {0.001, kMostCpus});
    made.per_cpu = Watts(zone.Number("wattsPerCpu", {0.001, kMostWatts}));
    zone.Done();
    read.scenario.zones.push_back(std::move(made));
  }
}

void ReadPlanner(Mistake& mistake, Object& root, sim::FleetScenario& scenario) {
  const json::value* const value = root.Optional("planner");
  if (value == nullptr) {
    return;
  }
  Object planner(mistake, *value, "planner");
  plan::Parameters& parameters = scenario.planner;
  parameters.min_saving = planner.Number("minSaving", {0, kMostSaving}, parameters.min_saving);
  parameters.patience = plan::GramsPerHour(planner.Number("patience", {0, kMostGramsPerHour}, 0));
  if (planner.Has("threshold")) {
    parameters.threshold = GramsPerKwh(planner.Number("threshold", {0, grid::kHighestIntensity}));
  } else {
    planner.Optional("threshold");
  }
  parameters.start_margin =
      planner.Length("startMargin", {Duration(0), kLongestTick}).value_or(parameters.start_margin);
  scenario.tick = planner.Length("tick", {kShortestTick, kLongestTick}).value_or(scenario.tick);
  planner.Done();
}

void ReadMoveRules(Object& migration, plan::MigrationRules& rules) {
  rules.least_saving =
      Grams(migration.Number("leastSaving", {0, kMostGramsPerHour}, rules.least_saving.value()));
  if (migration.Has("leastIntensity")) {
    rules.least_intensity =
        GramsPerKwh(migration.Number("leastIntensity", {0, grid::kHighestIntensity}));
  } else {
    migration.Optional("leastIntensity");
  }
  rules.most_late = migration.Number("mostLate", {kLeastChance, 1}, rules.most_late);
  rules.standard_errors =
      migration.Number("standardErrors", {0, kMostStandardErrors}, rules.standard_errors);
  rules.return_factor =
      migration.Number("returnFactor", {1, kMostReturnFactor}, rules.return_factor);
  rules.least_stay =
      migration.Length("leastStay", {Duration(0), kLongestWait}).value_or(rules.least_stay);
}

void ReadMigration(Mistake& mistake, Object& root, sim::FleetScenario& scenario) {
  const json::value* const value = root.Optional("migration");
  if (value == nullptr) {
    return;
  }
  Object object(mistake, *value, "migration");
  sim::FleetMigration& migration = scenario.migration.emplace();
  const auto length = [&](std::string_view key) {
    return object.RequiredLength(key, {Duration(0), kLongestTick});
  };
  migration.downtime = length("downtime");
  migration.recomputed = length("recomputed");
  migration.checkpoint_per_cpu =
      KilowattHours(object.Number("checkpointKwhPerCpu", {0, kMostKwhPerCpu}));
  migration.transfer_per_cpu =
      KilowattHours(object.Number("transferKwhPerCpu", {0, kMostKwhPerCpu}));
  ReadMoveRules(object, migration.rules);
  migration.moves_per_hour = static_cast<size_t>(
      object.Whole("movesPerHour", kMostMoves, static_cast<double>(migration.moves_per_hour)));
  object.Done();
}

struct FaultKind {
  std::string_view name;
  sim::Fault::Kind kind;
};
constexpr std::array<FaultKind, 4> kFaultKinds = {{
    {"forecast-outage", sim::Fault::Kind::forecast_outage},
    {"signal-outage", sim::Fault::Kind::signal_outage},
    {"zone-down", sim::Fault::Kind::zone_down},
    {"eviction", sim::Fault::Kind::eviction},
}};
constexpr std::string_view kLatency = "decision-latency";

size_t ReadFaultZone(Object& fault, const sim::FleetScenario& scenario) {
  const std::string name = fault.Text("zone");
  for (size_t i = 0; i < scenario.zones.size(); ++i) {
    if (scenario.zones[i].name == name) {
      return i;
    }
  }
  fault.Wrong("zone", "'" + Printable(name) + "' is none of the zones");
  return 0;
}

void ReadFault(Object& fault, sim::FleetScenario& scenario) {
  const std::string name = fault.Text("kind");
  if (name == kLatency) {
    if (scenario.latency > Duration::zero()) {
      fault.Wrong("kind", "decision-latency is given twice");
    }
    scenario.latency = fault.RequiredLength("delay", {Duration(1), kLongestTick});
    return;
  }
  const auto* const kind = std::find_if(kFaultKinds.begin(), kFaultKinds.end(),
                                        [&](const FaultKind& each) { return each.name == name; });
  if (kind == kFaultKinds.end()) {
    std::string names;
    for (const FaultKind& each : kFaultKinds) {
      names += std::string(each.name) + ", ";
    }
    fault.Wrong("kind", "'" + Printable(name) + "' is none of " + names + std::string(kLatency));
    return;
  }
  sim::Fault made{.kind = kind->kind, .zone = ReadFaultZone(fault, scenario)};
  if (made.kind == sim::Fault::Kind::eviction) {
    made.from = made.to = fault.At("at");
    made.share = fault.Number("share", {0, 1});
  } else {
    made.from = fault.At("from");
    made.to = fault.At("to");
    if (made.to <= made.from) {
      fault.Wrong("to", "must be after \"from\"");
    }
  }
  scenario.faults.push_back(made);
}

void ReadFaults(Mistake& mistake, Object& root, sim::FleetScenario& scenario) {
  const json::array& faults = root.List("faults", kMostFaults, true);
  for (size_t i = 0; i < faults.size() && !mistake.error; ++i) {
    Object fault(mistake, faults[i], Indexed("faults", i));
    ReadFault(fault, scenario);
    fault.Done();
  }
}

void ReadJobs(Object& root, ScenarioText& read) {
  read.jobs = root.Path("jobs");
  const std::string unit = root.Text("jobUnit", "seconds");
  if (unit != "seconds" && unit != "hours") {
    root.Wrong("jobUnit", "'" + Printable(unit) + "' is neither seconds nor hours");
  }
  read.job_unit = unit == "hours" ? sim::JobUnit::hours : sim::JobUnit::seconds;
  read.scenario.jobs_every = root.Length("jobsEvery", {kShortestPeriod, kLongestWait});
  read.scenario.longest_wait = root.Length("maxWait", {Duration(0), kLongestWait});
}

}  // namespace

std::string_view NameOfFault(sim::Fault::Kind kind) {
  const auto* const found = std::find_if(kFaultKinds.begin(), kFaultKinds.end(),
                                         [&](const FaultKind& each) { return each.kind == kind; });
  return found->name;
}

Result<ScenarioText> ParseScenario(std::string_view text, const std::string& name) {
  boost::system::error_code code;
  const json::value document = json::parse(text, code);
  if (code) {
    return Invalid(name + ": is not JSON: " + code.message());
  }
  Mistake mistake{.name = name, .error = {}};
  ScenarioText read;
  Object root(mistake, document, "");
  read.scenario.start = root.At("start");
  constexpr double kHour = 3.6e6;
  read.scenario.window = Duration(std::llround(root.Number("hours", {0.001, kMostHours}) * kHour));
  ReadJobs(root, read);
  ReadZones(mistake, root, read);
  ReadPlanner(mistake, root, read.scenario);
  ReadMigration(mistake, root, read.scenario);
  ReadFaults(mistake, root, read.scenario);
  read.scenario.seed = static_cast<uint64_t>(root.Whole("seed", kMostSeed, 1));
  root.Done();
  if (mistake.error) {
    return *mistake.error;
  }
  return read;
}

}  // namespace carbon::app
