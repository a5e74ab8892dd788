// SPDX-License-Identifier: Apache-2.0
#include "workloads/node_ranker.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cmath>
#include <utility>

#include "base/text.h"
#include "workloads/regions.h"

namespace carbon::workloads {
namespace {

namespace json = boost::json;

constexpr size_t kMostOptionBytes = size_t{1} << 20;
/// Changes that wait for somebody to ask; of a cluster in which nobody does, no more are kept.
constexpr size_t kMostChanges = 1024;
constexpr std::string_view kProviderField = "provider";
constexpr std::string_view kUsualProvider = "electricity-maps";

// ---- Options

Error NotA(std::string_view form) { return Invalid("is not " + std::string(form)); }

Result<std::string> Text(const json::value& value) {
  return value.is_string() ? Result<std::string>(std::string(value.get_string())) : NotA("a text");
}

Status ReadFormula(const json::value& value, NodeRankerOptions& options) {
  const auto text = Text(value);
  const auto formula = text ? plan::ParseFormula(*text) : std::nullopt;
  if (!formula) {
    return NotA("expected-emissions or intensity-times-cores");
  }
  options.rules.formula = *formula;
  return {};
}

Status ReadDuration(const json::value& value, Duration& duration) {
  const auto text = Text(value);
  const auto read = text ? ParseDuration(*text) : Result<Duration>(text.error());
  if (!read || *read <= Duration::zero()) {
    return NotA("a duration such as 1h30m");
  }
  duration = *read;
  return {};
}

Status ReadCores(const json::value& value, NodeRankerOptions& options) {
  boost::system::error_code not_a_number;
  const auto cores = value.to_number<double>(not_a_number);
  if (not_a_number || !(cores > 0 && cores <= 1e6)) {
    return NotA("a number of cores above 0");
  }
  options.cpu_cores = cores;
  return {};
}

Status ReadRegions(const json::value& value, NodeRankerOptions& options) {
  if (!value.is_object()) {
    return NotA("an object of region: zone");
  }
  for (const auto& [region, zone] : value.get_object()) {
    const auto text = Text(zone);
    const Status done =
        text ? OverrideRegion(options.regions, std::string(region) + "=" + *text) : text.error();
    if (!done) {
      return done;
    }
  }
  return {};
}

struct Field {
  std::string_view name;
  Status (*read)(const json::value&, NodeRankerOptions&);
};
constexpr std::array<Field, 5> kFields = {{
    {"formula", ReadFormula},
    {"stale_after",
     [](const json::value& value, NodeRankerOptions& options) {
       return ReadDuration(value, options.rules.stale_after);
     }},
    {"default_run", [](const json::value& value,
                       NodeRankerOptions& options) { return ReadDuration(value, options.length); }},
    {"default_cores", ReadCores},
    {"regions", ReadRegions},
}};

/// The table that the library carries, in the names of the provider that `fields` say.
Result<RegionMap> RegionsOf(const json::object& fields) {
  const json::value* const field = fields.if_contains(kProviderField);
  const auto provider = field != nullptr ? Text(*field) : std::string(kUsualProvider);
  if (!provider) {
    return provider.error();
  }
  auto regions = MapRegions(BuiltInRegions(), *provider);
  if (regions.empty()) {
    return Invalid("it is not known what '" + Printable(*provider) + "' calls any region's zone");
  }
  return regions;
}

// ---- Explanations

void Add(json::object& object, std::string_view name, const auto& value) {
  if (value) {
    object[name] = value->value();
  }
}

json::object Described(const plan::Ranking::Reason& reason, std::string_view node) {
  json::object object = {{"node", Printable(node)},
                         {"zone", reason.zone},
                         {"microarchitecture", reason.microarchitecture}};
  Add(object, "intensity", reason.intensity);
  Add(object, "watts", reason.power);
  if (reason.value) {
    object["value"] = *reason.value;
    object["source"] = reason.source;
    object["rung"] = ToString(reason.rung);
  } else {
    object["unknown"] = reason.unknown;
  }
  return object;
}

}  // namespace

Result<NodeRankerOptions> ParseNodeRankerOptions(std::string_view text) {
  NodeRankerOptions options;
  json::value value = json::object();
  if (text.size() > kMostOptionBytes) {
    return Invalid("more than 1 MiB");
  }
  if (!text.empty()) {
    boost::system::error_code malformed;
    value = json::parse(text, malformed);
    if (malformed || !value.is_object()) {
      return Invalid("not a JSON object: '" + Printable(text) + "'");
    }
  }
  auto regions = RegionsOf(value.get_object());
  if (!regions) {
    return regions.error().In(kProviderField);
  }
  options.regions = *std::move(regions);
  for (const auto& [name, field] : value.get_object()) {
    const auto* const known = std::find_if(kFields.begin(), kFields.end(),
                                           [&](const Field& each) { return each.name == name; });
    if (known == kFields.end() && name != kProviderField) {
      return Invalid("'" + Printable(name) + "' is no option");
    }
    const Status read = known == kFields.end() ? Status() : known->read(field, options);
    if (!read) {
      return read.error().In(name);
    }
  }
  return options;
}

NodeRanker::NodeRanker(NodeRankerOptions options) : options_(std::move(options)) {}

Status NodeRanker::LoadZones(std::string_view text) {
  auto read = grid::ReadZones(text);
  auto zones = read ? plan::ZoneIntensities::Of(*std::move(read))
                    : Result<plan::ZoneIntensities>(read.error());
  if (!zones) {
    return zones.error();
  }
  const std::lock_guard lock(writing_);
  Put(std::make_shared<const Known>(Known{.nodes = Taken()->nodes, .zones = *std::move(zones)}));
  return {};
}

void NodeRanker::ForgetZones() {
  const std::lock_guard lock(writing_);
  Put(std::make_shared<const Known>(Known{.nodes = Taken()->nodes, .zones = {}}));
}

void NodeRanker::Upsert(std::string_view name, const NodeLabels& labels) {
  plan::NodeSite site{.zone = {std::string(labels.zone)},
                      .model = energy::AwsNodeModel(labels.instance_type)};
  const auto region = options_.regions.find(std::string(labels.region));
  if (region != options_.regions.end()) {
    site.model.pue = region->second.pue.value_or(site.model.pue);
    if (labels.zone.empty()) {
      site.zone = region->second.zone;
    }
  }
  Note({.name = std::string(name), .site = std::move(site)});
}

void NodeRanker::Remove(std::string_view name) { Note({.name = std::string(name), .site = {}}); }

void NodeRanker::Note(Change change) {
  bool many = false;
  {
    const std::lock_guard lock(changing_);
    changes_.push_back(std::move(change));
    changed_.store(true, std::memory_order_release);
    many = changes_.size() >= kMostChanges;
  }
  if (many) {
    TakeChangesIn();
  }
}

NodeRanker::Scored NodeRanker::Score(const PodRequest& pod, Time now,
                                     std::span<const std::string_view> nodes) {
  const auto known = Newest();
  Scored scored;
  scored.values =
      plan::Ranking(known->nodes, known->zones, RunOf(pod), now, options_.rules).Of(nodes);
  scored.scores = plan::ScoresOf(scored.values);
  scored.unknown = static_cast<size_t>(std::count_if(
      scored.values.begin(), scored.values.end(), [](double value) { return std::isnan(value); }));
  return scored;
}

std::vector<double> NodeRanker::Intensities(const PodRequest& pod, Time now,
                                            std::span<const std::string_view> nodes) {
  const auto known = Newest();
  return plan::Ranking(known->nodes, known->zones, RunOf(pod), now, options_.rules)
      .IntensitiesOf(nodes);
}

std::string NodeRanker::Explain(const PodRequest& pod, Time now, std::string_view node) {
  const auto known = Newest();
  const plan::Ranking ranking(known->nodes, known->zones, RunOf(pod), now, options_.rules);
  return json::serialize(Described(ranking.Explain(node), node));
}

std::shared_ptr<const NodeRanker::Known> NodeRanker::Newest() {
  if (changed_.load(std::memory_order_acquire)) {
    TakeChangesIn();
  }
  return Taken();
}

void NodeRanker::TakeChangesIn() {
  const std::unique_lock lock(writing_, std::try_to_lock);
  if (!lock) {
    return;
  }
  std::vector<Change> changes;
  {
    const std::lock_guard changing(changing_);
    changes.swap(changes_);
    changed_.store(false, std::memory_order_relaxed);
  }
  auto next = std::make_shared<Known>(*Taken());
  for (const Change& change : changes) {
    if (change.site) {
      next->nodes.Upsert(change.name, *change.site);
    } else {
      next->nodes.Remove(change.name);
    }
  }
  Put(std::move(next));
}

std::shared_ptr<const NodeRanker::Known> NodeRanker::Taken() const {
  const std::lock_guard lock(handing_);
  return known_;
}

void NodeRanker::Put(std::shared_ptr<const Known> known) {
  // What it replaces is let go outside the lock.
  const std::lock_guard lock(handing_);
  known_.swap(known);
}

plan::PodRun NodeRanker::RunOf(const PodRequest& pod) const {
  return {.request = {.cpu_cores = pod.cpu_cores > 0 ? pod.cpu_cores : options_.cpu_cores,
                      .memory_gb = pod.memory_gb},
          .length = pod.length > Duration::zero() ? pod.length : options_.length};
}

}  // namespace carbon::workloads
