// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <vector>

#include "workloads/fleet.h"
#include "workloads/regions.h"

using namespace carbon;  // NOLINT(google-build-using-namespace)

namespace {

void Require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

/// An API server stores no fraction in an affinity, and Boost.JSON reads back what it wrote of one
/// to the last bit but one.
bool HasFraction(const boost::json::value& value) {
  if (const auto* array = value.if_array()) {
    return std::any_of(array->begin(), array->end(), HasFraction);
  }
  if (const auto* object = value.if_object()) {
    return std::any_of(object->begin(), object->end(),
                       [](const auto& member) { return HasFraction(member.value()); });
  }
  return value.is_double();
}

void CheckRelease(const workloads::PodView& pod) {
  plan::Decision decision;
  decision.region = "eu-north-1";
  const auto patch = workloads::ReleasePatch(pod, decision);
  for (const auto& gate : patch.at("spec").at("schedulingGates").as_array()) {
    Require(std::string_view(gate.at("name").as_string()) != workloads::kGate);
  }
  Require(HasFraction(pod.affinity) || boost::json::parse(boost::json::serialize(patch)) == patch);
  Require(workloads::PlanPatch(pod, decision).at("metadata") == patch.at("metadata"));
}

void CheckPod(const boost::json::object& object, const std::optional<workloads::NodeView>& node) {
  const auto pod = workloads::ReadPod(object);
  if (!pod) {
    return;
  }
  Require(std::isfinite(pod->cpu_cores) && pod->cpu_cores >= 0);
  Require(std::isfinite(pod->memory_bytes) && pod->memory_bytes >= 0);
  Require(pod->template_name.starts_with(pod->ns + "/"));
  Require(!pod->run || pod->run->ended >= pod->run->started);
  const Time now = *ParseTime("2021-07-01T00:00:00Z");
  const auto wish = workloads::ReadWish(*pod, now, {});
  Require(wish ? wish->length.mean > Duration::zero() : !wish.error().message.empty());
  CheckRelease(*pod);
  static const workloads::RegionMap regions =
      workloads::MapRegions(workloads::BuiltInRegions(), "electricity-maps");
  workloads::Fleet fleet(node ? std::vector{*node} : std::vector<workloads::NodeView>(), regions);
  for (const plan::Place& place : fleet.PlacesFor(*pod)) {
    Require(std::isfinite(place.power.value()) && place.power > Watts(0));
  }
}

}  // namespace

/// One object, taken for a pod and for a node at once.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  boost::system::error_code failed;
  const auto value = boost::json::parse({reinterpret_cast<const char*>(data), size}, failed);
  if (!failed && value.is_object()) {
    CheckPod(value.get_object(), workloads::ReadNode(value.get_object()));
  }
  return 0;
}
