// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"

#include <array>
#include <cstdint>
#include <cstdio>
#include <optional>

#include "base/text.h"

namespace carbon {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// Takes fixed-width numbers and single characters off the front of a text.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  std::optional<int> Digits(size_t width) {
    if (rest_.size() < width) {
      return std::nullopt;
    }
    int value = 0;
    for (const char c : rest_.substr(0, width)) {
      if (c < '0' || c > '9') {
        return std::nullopt;
      }
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(width);
    return value;
  }

  bool Skip(std::string_view any_of) {
    // A loop and not find(), which calls memchr: a forecast holds thousands of these characters.
    for (const char c : any_of) {
      if (!rest_.empty() && rest_.front() == c) {
        rest_.remove_prefix(1);
        return true;
      }
    }
    return false;
  }

  char Peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool Done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

std::optional<days> ReadDate(Cursor& in) {
  const auto year = in.Digits(4);
  if (!year || !in.Skip("-")) {
    return std::nullopt;
  }
  const auto month = in.Digits(2);
  if (!month || !in.Skip("-")) {
    return std::nullopt;
  }
  const auto day = in.Digits(2);
  if (!day) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *year < 1970) {
    return std::nullopt;
  }
  return std::chrono::sys_days(date).time_since_epoch();
}

std::optional<milliseconds> ReadFraction(Cursor& in) {
  int value = 0;
  int digits = 0;
  while (in.Peek() >= '0' && in.Peek() <= '9') {
    const int digit = *in.Digits(1);
    if (digits < 3) {
      value = value * 10 + digit;
    }
    ++digits;
  }
  if (digits == 0) {
    return std::nullopt;
  }
  for (; digits < 3; ++digits) {
    value *= 10;
  }
  return milliseconds(value);
}

std::optional<milliseconds> ReadTimeOfDay(Cursor& in) {
  const auto hour = in.Digits(2);
  if (!hour || *hour > 23 || !in.Skip(":")) {
    return std::nullopt;
  }
  const auto minute = in.Digits(2);
  if (!minute || *minute > 59) {
    return std::nullopt;
  }
  milliseconds total = hours(*hour) + minutes(*minute);
  if (!in.Skip(":")) {
    return total;
  }
  const auto second = in.Digits(2);
  if (!second || *second > 59) {
    return std::nullopt;
  }
  total += seconds(*second);
  if (in.Skip(".")) {
    const auto fraction = ReadFraction(in);
    if (!fraction) {
      return std::nullopt;
    }
    total += *fraction;
  }
  return total;
}

std::optional<minutes> ReadOffset(Cursor& in) {
  if (in.Skip("Zz")) {
    return minutes(0);
  }
  const bool west = in.Peek() == '-';
  if (!in.Skip("+-")) {
    return std::nullopt;
  }
  const auto hour = in.Digits(2);
  if (!hour || *hour > 23) {
    return std::nullopt;
  }
  in.Skip(":");
  const auto minute = in.Digits(2);
  if (!minute || *minute > 59) {
    return std::nullopt;
  }
  const minutes offset = hours(*hour) + minutes(*minute);
  return west ? -offset : offset;
}

struct DurationUnit {
  std::string_view name;
  double in_ms;
};
constexpr std::array<DurationUnit, 5> kUnits = {
    {{"ms", 1}, {"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}}};

std::optional<Time> ReadTime(std::string_view text) {
  Cursor in(text);
  const auto date = ReadDate(in);
  if (!date || !in.Skip("Tt ")) {
    return std::nullopt;
  }
  const auto of_day = ReadTimeOfDay(in);
  if (!of_day) {
    return std::nullopt;
  }
  const auto offset = ReadOffset(in);
  if (!offset || !in.Done()) {
    return std::nullopt;
  }
  return Time(*date + *of_day - *offset);
}

std::optional<Duration> ReadDuration(std::string_view text) {
  std::string_view rest = text;
  double total = 0;
  if (rest.empty()) {
    return std::nullopt;
  }
  while (!rest.empty()) {
    const size_t digits = rest.find_first_not_of("0123456789.");
    if (digits == 0 || digits == std::string_view::npos) {
      return std::nullopt;
    }
    const auto number = ParseDouble(rest.substr(0, digits));
    if (!number) {
      return std::nullopt;
    }
    rest.remove_prefix(digits);
    const DurationUnit* unit = nullptr;
    for (const DurationUnit& candidate : kUnits) {
      if (rest.starts_with(candidate.name)) {
        unit = &candidate;
        break;
      }
    }
    if (unit == nullptr) {
      return std::nullopt;
    }
    rest.remove_prefix(unit->name.size());
    total += *number * unit->in_ms;
    if (total > static_cast<double>(kLongestDuration.count())) {
      return std::nullopt;
    }
  }
  return Duration(static_cast<int64_t>(total + 0.5));
}

std::chrono::year_month_day DateOf(Time time) {
  return std::chrono::year_month_day(std::chrono::floor<days>(time));
}

}  // namespace

Result<Time> ParseTime(std::string_view text) {
  if (const auto time = ReadTime(text)) {
    return *time;
  }
  return Invalid("'" + Printable(text) +
                 "' is not an RFC 3339 time with an offset, such as "
                 "2021-07-01T00:00:00Z");
}

std::string FormatTime(Time time) {
  const auto date = DateOf(time);
  const std::chrono::hh_mm_ss<Duration> clock(time - std::chrono::floor<days>(time));
  std::array<char, 40> text{};
  const int length = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()));
  std::string out(text.data(), static_cast<size_t>(length));
  if (const auto ms = static_cast<int>(clock.subseconds().count()); ms != 0) {
    std::snprintf(text.data(), text.size(), ".%03d", ms);
    out += text.data();
  }
  return out + "Z";
}

std::string FormatClock(Time time, Time now) {
  const std::string full = FormatTime(time);  // 2021-07-01T03:00:00Z
  const std::string of_day = full.substr(11, 5);
  if (std::chrono::floor<days>(time) == std::chrono::floor<days>(now)) {
    return of_day;
  }
  constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto month = static_cast<unsigned>(DateOf(time).month());
  return std::string(kMonths.at(month - 1)) + " " + full.substr(8, 2) + " " + of_day;
}

Result<Duration> ParseDuration(std::string_view text) {
  if (const auto duration = ReadDuration(text)) {
    return *duration;
  }
  return Invalid("'" + Printable(text) + "' is not a duration such as 90s, 1h30m or 2d");
}

std::string FormatDuration(Duration duration) {
  std::string out = duration.count() < 0 ? "-" : "";
  int64_t ms = duration.count() < 0 ? -duration.count() : duration.count();
  const auto take = [&](int64_t unit, const char* name) {
    if (ms >= unit) {
      out += std::to_string(ms / unit) + name;
      ms %= unit;
    }
  };
  take(3'600'000, "h");
  take(60'000, "m");
  take(1'000, "s");
  take(1, "ms");
  return out.empty() ? "0s" : out;
}

std::string FormatInSeconds(Duration duration) {
  return FormatDuration(std::chrono::round<seconds>(duration));
}

Time FloorTo(Time time, Duration step) {
  const auto since = time.time_since_epoch();
  const auto rest = ((since % step) + step) % step;
  return time - rest;
}

Time CeilTo(Time time, Duration step) {
  const Time floor = FloorTo(time, step);
  return floor == time ? time : floor + step;
}

}  // namespace carbon
