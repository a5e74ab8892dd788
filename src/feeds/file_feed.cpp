// SPDX-License-Identifier: Apache-2.0
#include "feeds/file_feed.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "base/text.h"
#include "feeds/answers.h"
#include "grid/series_csv.h"
#include "net/files.h"

namespace carbon::feeds {
namespace {

namespace json = boost::json;

constexpr size_t kMostBytes = size_t{16} << 20;
constexpr Duration kHistory = std::chrono::hours(14 * 24);

/// What tells one state of a file from another.
struct Stamp {
  Time changed;
  int64_t nanoseconds = 0;  ///< of the change, in full
  int64_t size = 0;

  bool operator==(const Stamp&) const = default;
};

std::optional<Stamp> StampOf(const std::string& path) {
  struct stat about{};
  if (::stat(path.c_str(), &about) != 0 || !S_ISREG(about.st_mode)) {
    return std::nullopt;
  }
  const auto since =
      std::chrono::seconds(about.st_mtim.tv_sec) + std::chrono::nanoseconds(about.st_mtim.tv_nsec);
  return Stamp{Time(std::chrono::floor<Duration>(since)), since.count(), about.st_size};
}

Result<Row> ParseRow(const json::value& value, const grid::ZoneId& zone) {
  const json::object* object = value.if_object();
  if (object == nullptr) {
    return Unavailable("a row is not an object");
  }
  if (const Status ok = CheckMember(*object, "zone", zone.name); !ok) {
    return ok.error();
  }
  const auto at = TimeMember(*object, "datetime");
  if (!at) {
    return at.error();
  }
  const auto intensity = IntensityMember(*object, "carbonIntensity");
  if (!intensity) {
    return intensity.error().In(FormatTime(*at));
  }
  return Row{*at, *intensity};
}

Status CheckValues(const grid::Series& series, const std::string& path) {
  for (size_t i = 0; i < series.size(); ++i) {
    const auto value = series.Value(i);
    if (value && value->value() > kHighestIntensity) {
      return Invalid(path + ": " + FormatTime(series.TimeOf(i)) +
                     " is above 10000 g/kWh, which no grid emits");
    }
  }
  return {};
}

/// One file's series: the newest issue until `now` where it is a file of forecasts.
struct Content {
  Time issued_at;
  grid::Series series;
};
using Contents = std::vector<Content>;

Result<Contents> ParseSignal(const std::string& text, const std::string& path,
                             const grid::ZoneId& zone, Time changed) {
  auto series =
      path.ends_with(".json") ? ParseZoneJson(text, zone) : grid::ParseSeriesCsv(text, path);
  if (!series) {
    return path.ends_with(".json") ? series.error().In(path) : series.error();
  }
  if (const Status ok = CheckValues(*series, path); !ok) {
    return ok.error();
  }
  return Contents{{changed, *std::move(series)}};
}

Result<Contents> ParseForecasts(const std::string& text, const std::string& path) {
  auto issues = grid::ParseForecastCsv(text, path);
  if (!issues) {
    return issues.error();
  }
  Contents contents;
  for (auto& issue : *issues) {
    if (const Status ok = CheckValues(issue.series, path); !ok) {
      return ok.error();
    }
    contents.push_back({issue.issued_at, std::move(issue.series)});
  }
  return contents;
}

/// The step that has begun last, as an index of `series`; nothing before its start.
std::optional<size_t> LastBegun(const grid::Series& series, Time now) {
  if (series.empty() || now < series.start()) {
    return std::nullopt;
  }
  const auto index = static_cast<size_t>((now - series.start()) / series.step());
  return std::min(index, series.size() - 1);
}

Result<Contents> Parse(const std::string& text, const std::string& path, const grid::ZoneId& zone,
                       Time changed) {
  const bool issues = path.find(".forecast.csv") != std::string::npos;
  return issues ? ParseForecasts(text, path) : ParseSignal(text, path, zone, changed);
}

std::optional<grid::Observation> NewestIn(const grid::Series& history) {
  for (size_t i = history.size(); i-- > 0;) {
    if (const auto value = history.Value(i)) {
      return grid::Observation{
          .at = history.TimeOf(i), .step = history.step(), .intensity = *value};
    }
  }
  return std::nullopt;
}

class FileFeed final : public Feed {
 public:
  FileFeed(FeedSettings settings, const net::Clock& clock)
      : settings_(std::move(settings)), clock_(clock) {}

  std::string_view Name() const override { return "file"; }

  Answer Read(const grid::ZoneId& zone, const grid::ZoneReading* /*held*/,
              std::stop_token /*stop*/) override {
    const std::lock_guard lock(mutex_);
    if (const Status ok = CheckZoneName(zone); !ok) {
      return {.reading = {}, .failure = Failure{.error = ok.error()}};
    }
    const Time now = clock_.Now();
    grid::ZoneReading reading{
        .zone = zone, .kind = settings_.kind, .source = std::string(Name()), .fetched_at = now};
    std::optional<Error> error = ReadSignal(zone, now, reading);
    if (auto of_forecast = ReadForecast(zone, now, reading); of_forecast && !error) {
      error = std::move(of_forecast);
    }
    if (!reading.latest && !reading.forecast && !error) {
      error = NothingKnown().In("zone " + zone.name + " at " + FormatTime(now));
    }
    Answer answer;
    if (reading.latest || reading.forecast) {
      answer.reading = std::move(reading);
    }
    if (error) {
      answer.failure = Failure{.error = *std::move(error)};
    }
    return answer;
  }

 private:
  struct Cached {
    Stamp stamp;
    Result<Contents> contents;
  };

  /// What a file holds; null where there is no file.
  const Result<Contents>* Load(const std::string& path, const grid::ZoneId& zone) {
    const auto stamp = StampOf(path);
    if (!stamp) {
      cache_.erase(path);
      return nullptr;
    }
    const auto known = cache_.find(path);
    if (known != cache_.end() && known->second.stamp == *stamp) {
      return &known->second.contents;
    }
    const auto text = net::ReadFile(path, kMostBytes);
    // A file that could not be read may be readable next time without having changed.
    Cached loaded = text ? Cached{*stamp, Parse(*text, path, zone, stamp->changed)}
                         : Cached{Stamp{}, text.error()};
    return &cache_.insert_or_assign(path, std::move(loaded)).first->second.contents;
  }

  /// The first file that exists; null where there is none.
  const Result<Contents>* LoadFirst(const grid::ZoneId& zone,
                                    std::initializer_list<const char*> endings) {
    for (const char* ending : endings) {
      const auto* contents = Load(settings_.base_url + "/" + zone.name + ending, zone);
      if (contents != nullptr) {
        return contents;
      }
    }
    return nullptr;
  }

  std::optional<Error> ReadSignal(const grid::ZoneId& zone, Time now, grid::ZoneReading& reading) {
    const auto* contents = LoadFirst(zone, {".csv", ".csv.gz", ".json"});
    if (contents == nullptr) {
      return Error{Error::Kind::not_found,
                   "there is no " + zone.name + ".csv, .csv.gz or .json in " + settings_.base_url};
    }
    if (!*contents) {
      return contents->error();
    }
    const auto& [changed, series] = (*contents)->front();
    const auto begun = LastBegun(series, now);
    const Time running = begun ? series.TimeOf(*begun) : now;
    grid::Series history = series.Between(now - kHistory, now + Duration(1));
    reading.latest = NewestIn(history);
    if (reading.latest) {
      reading.history = std::move(history);
    }
    reading.forecast = ForecastOf(std::min(clock_.FromReal(changed), now), series, running, now);
    return std::nullopt;
  }

  std::optional<Error> ReadForecast(const grid::ZoneId& zone, Time now,
                                    grid::ZoneReading& reading) {
    const auto* contents = LoadFirst(zone, {".forecast.csv", ".forecast.csv.gz"});
    if (contents == nullptr) {
      return std::nullopt;
    }
    reading.forecast.reset();
    if (!*contents) {
      return contents->error();
    }
    for (auto issue = (*contents)->rbegin(); issue != (*contents)->rend(); ++issue) {
      if (issue->issued_at <= now) {
        reading.forecast = ForecastOf(issue->issued_at, issue->series, issue->series.start(), now);
        break;
      }
    }
    return std::nullopt;
  }

  /// The steps from `from` to the horizon, where they say anything about the time from now on.
  std::optional<grid::Forecast> ForecastOf(Time issued_at, const grid::Series& series, Time from,
                                           Time now) const {
    grid::Series ahead = series.Between(from, now + std::chrono::hours(settings_.horizon_hours));
    if (ahead.end() <= now || ahead.UnknownSteps() == ahead.size()) {
      return std::nullopt;
    }
    return grid::Forecast{issued_at, std::move(ahead)};
  }

  const FeedSettings settings_;
  const net::Clock& clock_;
  std::mutex mutex_;  ///< guards the cache
  std::map<std::string, Cached> cache_;
};

}  // namespace

Result<grid::Series> ParseZoneJson(std::string_view body, const grid::ZoneId& zone) {
  const Document document(body);
  const auto object = document.Object();
  if (!object) {
    return object.error();
  }
  if (const Status ok = CheckMember(**object, "zone", zone.name); !ok) {
    return ok.error();
  }
  const json::array* array = FirstArray(**object, {"data", "forecast", "history"});
  if (array == nullptr) {
    return Unavailable("the file holds neither data nor forecast");
  }
  std::vector<Row> rows;
  rows.reserve(array->size());
  for (const json::value& value : *array) {
    const auto row = ParseRow(value, zone);
    if (!row) {
      return row.error();
    }
    rows.push_back(*row);
  }
  if (const Status ok = Settle(rows); !ok) {
    return ok.error();
  }
  return ToSeries(rows, SmallestStep(rows));
}

Status CheckZoneName(const grid::ZoneId& zone) {
  const std::string& name = zone.name;
  const auto odd = [](char c) {
    return c <= ' ' || c >= 0x7F || c == '/' || c == '\\' || c == '.';
  };
  if (name.empty() || name.size() > 100 || std::any_of(name.begin(), name.end(), odd)) {
    return Invalid("zone '" + Printable(name) + "' cannot be the name of a file in the folder");
  }
  return {};
}

Result<std::unique_ptr<Feed>> MakeFileFeed(const FeedSettings& settings, const net::Clock& clock) {
  FeedSettings complete = settings;
  if (complete.base_url.starts_with("file://")) {
    complete.base_url.erase(0, std::string_view("file://").size());
  }
  while (complete.base_url.size() > 1 && complete.base_url.ends_with('/')) {
    complete.base_url.pop_back();
  }
  if (complete.base_url.empty() || complete.base_url.find("://") != std::string::npos) {
    return Invalid("file needs a folder as its base URL, not '" + Printable(settings.base_url) +
                   "'");
  }
  if (settings.horizon_hours < 1) {
    return Invalid("file needs a horizon of at least an hour");
  }
  return std::unique_ptr<Feed>(std::make_unique<FileFeed>(std::move(complete), clock));
}

}  // namespace carbon::feeds
