// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <boost/json.hpp>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "grid/series.h"
#include "grid/signal.h"

/// How the answers of providers are read: what holds for all of them. Pure.
///
/// Intensities are numbers from 0 to 10000 g/kWh; null or absent is unknown, never 0. Rows may come
/// in any order; the same row twice counts once, two rows that contradict each other are an error.
/// Errors never quote more than 60 bytes of an answer.
namespace carbon::feeds {

using grid::kHighestIntensity;

/// A JSON document in an arena that starts in the object itself; stays where it is made.
class Document {
 public:
  explicit Document(std::string_view body);
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  /// Unavailable, quoting how the body starts, where it is not JSON of that form.
  Result<const boost::json::object*> Object() const;
  Result<const boost::json::array*> Array() const;

 private:
  Error NotA(std::string_view form) const;

  std::string_view body_;
  std::array<unsigned char, 16 * 1024> buffer_;
  boost::json::monotonic_resource arena_;
  boost::json::value value_;
};

/// The member as a string; nothing where it is absent or something else.
std::optional<std::string_view> TextMember(const boost::json::object& object,
                                           std::string_view name);
/// The member, or null where it is absent or something else.
const boost::json::object* ObjectMember(const boost::json::object& object, std::string_view name);
const boost::json::array* ArrayMember(const boost::json::object& object, std::string_view name);
/// The first of `names` that is an array, else null.
const boost::json::array* FirstArray(const boost::json::object& object,
                                     std::initializer_list<std::string_view> names);
/// The member as a time, RFC 3339; unavailable where it is absent or something else.
Result<Time> TimeMember(const boost::json::object& object, std::string_view name);
/// The member, times `factor`, as an intensity in g/kWh; nothing where it is null or absent.
Result<std::optional<double>> IntensityMember(const boost::json::object& object,
                                              std::string_view name, double factor = 1);
/// Fails where `name` is present and is not `asked`.
Status CheckMember(const boost::json::object& object, std::string_view name,
                   std::string_view asked);

/// A provider's word on one step.
struct Row {
  Time at;
  std::optional<double> intensity;  ///< g/kWh; nothing is unknown
  bool estimated = false;

  bool operator==(const Row&) const = default;
};

/// Sorts by time and leaves one row per time: one that is not estimated, if there is one.
Status Settle(std::vector<Row>& rows);
/// The newest row whose intensity is known, or null. The rows are settled.
const Row* NewestKnown(const std::vector<Row>& rows);
/// The smallest distance of two settled rows, an hour where there are fewer.
Duration SmallestStep(const std::vector<Row>& rows);
/// Settled rows as a series from the first row's time on, absent rows unknown. not_found where
/// none is known. A step is at least a minute, and there are two weeks of 5-minute steps at most.
Result<grid::Series> ToSeries(const std::vector<Row>& rows, Duration step);
/// not_found: what an answer without a known value is.
Error NothingKnown();

}  // namespace carbon::feeds
