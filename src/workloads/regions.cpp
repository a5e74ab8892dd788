// SPDX-License-Identifier: Apache-2.0
#include "workloads/regions.h"

#include <array>
#include <string>

#include "base/text.h"

namespace carbon::workloads {
namespace {

struct RegionZone {
  const char* region;
  const char* zone;
};
constexpr std::array<RegionZone, 33> kAwsRegions = {{
    {"af-south-1", "ZA"},         {"ap-east-1", "HK"},          {"ap-northeast-1", "JP-TK"},
    {"ap-northeast-2", "KR"},     {"ap-northeast-3", "JP-KN"},  {"ap-south-1", "IN-WE"},
    {"ap-south-2", "IN-SO"},      {"ap-southeast-1", "SG"},     {"ap-southeast-2", "AU-NSW"},
    {"ap-southeast-3", "ID"},     {"ap-southeast-4", "AU-VIC"}, {"ap-southeast-5", "MY-WM"},
    {"ap-southeast-6", "NZ"},     {"ap-southeast-7", "TH"},     {"ca-central-1", "CA-QC"},
    {"ca-west-1", "CA-AB"},       {"eu-central-1", "DE"},       {"eu-central-2", "CH"},
    {"eu-north-1", "SE-SE3"},     {"eu-south-1", "IT-NO"},      {"eu-south-2", "ES"},
    {"eu-west-1", "IE"},          {"eu-west-2", "GB"},          {"eu-west-3", "FR"},
    {"il-central-1", "IL"},       {"me-central-1", "AE"},       {"me-south-1", "BH"},
    {"mx-central-1", "MX"},       {"sa-east-1", "BR-CS"},       {"us-east-1", "US-MIDA-PJM"},
    {"us-east-2", "US-MIDA-PJM"}, {"us-west-1", "US-CAL-CISO"}, {"us-west-2", "US-NW-PACW"},
}};

constexpr std::string_view kNameLetters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

/// What a label's value and a zone's name are made of.
bool IsName(std::string_view text) {
  return !text.empty() && text.find_first_not_of(kNameLetters) == std::string_view::npos;
}

}  // namespace

RegionMap AwsRegions() {
  RegionMap regions;
  for (const RegionZone& known : kAwsRegions) {
    regions[known.region] = RegionInfo{.zone = {known.zone}, .pue = {}};
  }
  return regions;
}

Status OverrideRegion(RegionMap& regions, std::string_view assignment) {
  const auto parts = Split(assignment, '=');
  if (parts.size() != 2 || !IsName(parts[0]) || !IsName(parts[1])) {
    return Invalid("'" + Printable(assignment) + "' is not REGION=ZONE, such as eu-north-1=SE");
  }
  regions[std::string(parts[0])].zone = {std::string(parts[1])};
  return {};
}

}  // namespace carbon::workloads
