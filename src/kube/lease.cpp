// SPDX-License-Identifier: Apache-2.0
#include "kube/lease.h"

#include <algorithm>
#include <utility>

#include "kube/object.h"

namespace carbon::kube {

namespace json = boost::json;

std::string FormatMicroTime(Time time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  const std::string text = FormatTime(whole);
  const std::string millis = std::to_string(1000 + (time - whole).count()).substr(1);
  return text.substr(0, text.size() - 1) + "." + millis + "000Z";
}

LeaseRecord LeaseRecord::Of(const json::object& lease) {
  const json::object* spec = ObjectAt(lease, {"spec"});
  constexpr int64_t kMostSeconds = 86400;
  LeaseRecord record;
  record.holder = StringAt(spec, "holderIdentity");
  record.duration = std::chrono::seconds(
      std::clamp<int64_t>(IntAt(spec, "leaseDurationSeconds"), 0, kMostSeconds));
  record.transitions = IntAt(spec, "leaseTransitions");
  record.acquire_time = StringAt(spec, "acquireTime");
  record.version = StringAt(ObjectAt(lease, {"metadata"}), "resourceVersion");
  return record;
}

LeaseWatch::Verdict LeaseWatch::Judge(const std::optional<LeaseRecord>& record,
                                      std::string_view self, Time now) {
  if (!record) {
    seen_version_.clear();
    return Verdict::create;
  }
  if (record->version != seen_version_) {
    seen_version_ = record->version;
    changed_ = now;
  }
  if (record->holder == self) {
    return Verdict::renew;
  }
  if (record->holder.empty() || now - changed_ >= record->duration) {
    return Verdict::take_over;
  }
  return Verdict::wait;
}

Lease::Lease(LeaseOptions options, Client& client, const net::Clock& clock)
    : options_(std::move(options)),
      client_(client),
      clock_(clock),
      collection_(ApiPath(
          {"apis", "coordination.k8s.io", "v1", "namespaces", options_.name_space, "leases"})),
      path_(collection_ + ApiPath({options_.name})) {}

bool Lease::Held() const { return renewed_ && clock_.Now() - *renewed_ < options_.deadline; }

Result<std::optional<LeaseRecord>> Lease::Read() {
  const auto lease = client_.Get(path_);
  if (!lease) {
    if (lease.error().kind == Error::Kind::not_found) {
      return std::optional<LeaseRecord>();
    }
    return lease.error();
  }
  return std::optional(LeaseRecord::Of(*lease));
}

json::object Lease::Body(const LeaseRecord& record, const std::string& holder) const {
  json::object metadata{{"name", options_.name}, {"namespace", options_.name_space}};
  if (!record.version.empty()) {
    metadata["resourceVersion"] = record.version;  // else the last writer would win
  }
  json::object spec{
      {"holderIdentity", holder},
      {"leaseDurationSeconds", std::chrono::ceil<std::chrono::seconds>(record.duration).count()},
      {"renewTime", FormatMicroTime(clock_.Now())},
      {"leaseTransitions", record.transitions}};
  if (!record.acquire_time.empty()) {
    spec["acquireTime"] = record.acquire_time;
  }
  return {{"apiVersion", "coordination.k8s.io/v1"},
          {"kind", "Lease"},
          {"metadata", std::move(metadata)},
          {"spec", std::move(spec)}};
}

Result<bool> Lease::Write(LeaseWatch::Verdict verdict, const std::optional<LeaseRecord>& record) {
  const Time now = clock_.Now();  // before the call: the lease is ours from then at the latest
  LeaseRecord next = record.value_or(LeaseRecord());
  next.duration = options_.duration;
  if (verdict != LeaseWatch::Verdict::renew || next.acquire_time.empty()) {
    next.acquire_time = FormatMicroTime(now);
    next.transitions += verdict == LeaseWatch::Verdict::take_over ? 1 : 0;
  }
  const json::object body = Body(next, options_.holder);
  const auto written = record ? client_.Replace(path_, body) : client_.Create(collection_, body);
  if (written) {
    renewed_ = now;
    holder_ = options_.holder;
    return true;
  }
  if (written.error().kind == Error::Kind::conflict) {
    return false;
  }
  return written.error();
}

Result<bool> Lease::Step() {
  const auto record = Read();
  if (!record) {
    return record.error();
  }
  const auto verdict = watch_.Judge(*record, options_.holder, clock_.Now());
  holder_ = *record ? (*record)->holder : "";
  if (verdict == LeaseWatch::Verdict::wait) {
    renewed_.reset();
    return false;
  }
  return Write(verdict, *record);
}

Status Lease::Release() {
  renewed_.reset();
  const auto record = Read();
  if (!record) {
    return record.error();
  }
  if (!*record || (*record)->holder != options_.holder) {
    return {};
  }
  LeaseRecord last = **record;
  last.duration = std::chrono::seconds(1);
  const auto written = client_.Replace(path_, Body(last, ""));
  return written || written.error().kind == Error::Kind::conflict ? Status() : written.error();
}

}  // namespace carbon::kube
