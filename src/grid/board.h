// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/time.h"
#include "grid/outlook.h"
#include "grid/reading.h"
#include "grid/zone_record.h"

namespace carbon::grid {

/// What is known of every zone at one moment. Immutable once made: hand it between threads as
/// std::shared_ptr<const Board>.
class Board {
 public:
  /// A board on which every zone is unknown.
  Board() = default;
  /// What each record knows at `now`; zones whose present is unknown go to Unknown().
  static Board Of(const std::map<ZoneId, ZoneRecord>& records, Time now, const OutlookRules& rules);
  /// The same where nothing is known but one reading per zone; of several the last counts.
  static Board Of(const std::vector<ZoneReading>& readings, Time now, const OutlookRules& rules);

  Time as_of() const { return as_of_; }
  /// The zone's outlook, or null where it is unknown.
  const Outlook* Find(const ZoneId& zone) const;
  const std::map<ZoneId, Outlook>& Zones() const { return zones_; }
  /// Why nothing is known of a zone that Find() does not find: a sentence that names it.
  std::string WhyUnknown(const ZoneId& zone) const;
  /// Zones that were read but are unknown, each with why.
  const std::map<ZoneId, std::string>& Unknown() const { return unknown_; }

 private:
  Time as_of_{};
  std::map<ZoneId, Outlook> zones_;
  std::map<ZoneId, std::string> unknown_;
};

}  // namespace carbon::grid
