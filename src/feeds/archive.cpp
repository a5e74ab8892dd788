// SPDX-License-Identifier: Apache-2.0
#include "feeds/archive.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace carbon::feeds {
namespace {

constexpr Duration kKeepObservations = std::chrono::days(35);
constexpr Duration kKeepForecasts = std::chrono::days(5);
constexpr Duration kHour = std::chrono::hours(1);
/// "CKga": tells our files from others' databases.
constexpr int kApplicationId = 0x434B6761;
constexpr int kSchemaVersion = 1;
constexpr int kBusyMilliseconds = 2'000;

constexpr const char* kSchema = R"(
CREATE TABLE observation (
  kind INTEGER NOT NULL, zone TEXT NOT NULL, rank INTEGER NOT NULL, at INTEGER NOT NULL,
  step INTEGER NOT NULL, g_per_kwh REAL NOT NULL, estimated INTEGER NOT NULL,
  fetched_at INTEGER NOT NULL, source TEXT NOT NULL,
  PRIMARY KEY (kind, zone, rank, at)) WITHOUT ROWID;
CREATE TABLE forecast (
  kind INTEGER NOT NULL, zone TEXT NOT NULL, rank INTEGER NOT NULL, issued_at INTEGER NOT NULL,
  start INTEGER NOT NULL, step INTEGER NOT NULL, g_per_kwh BLOB NOT NULL,
  fetched_at INTEGER NOT NULL, source TEXT NOT NULL,
  PRIMARY KEY (kind, zone, rank, issued_at)) WITHOUT ROWID;
)";

/// Not in every file of that version: added where it is absent.
constexpr const char* kWeatherSchema = R"(
CREATE TABLE IF NOT EXISTS weather (
  zone TEXT NOT NULL, hour INTEGER NOT NULL, told_at INTEGER NOT NULL, issued_at INTEGER NOT NULL,
  solar REAL, wind REAL, source TEXT NOT NULL,
  PRIMARY KEY (zone, hour)) WITHOUT ROWID;
)";

int64_t Milliseconds(Time time) { return time.time_since_epoch().count(); }

std::string Blob(const grid::Series& series) {
  std::string bytes(series.size() * sizeof(double), '\0');
  for (size_t i = 0; i < series.size(); ++i) {
    const auto value = series.Value(i);
    const double number = value ? value->value() : grid::Series::kUnknown;
    std::memcpy(bytes.data() + i * sizeof number, &number, sizeof number);
  }
  return bytes;
}

std::vector<double> Values(std::string_view bytes) {
  std::vector<double> values(bytes.size() / sizeof(double));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(double));
  return values;
}

}  // namespace

/// The connection, with the statements that are used again and again.
struct Archive::Database {
  sqlite3* handle = nullptr;
  std::string path;

  Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() { sqlite3_close(handle); }

  Error Failed(const char* what) const {
    return Unavailable(path + ": " + what + ": " +
                       (handle != nullptr ? sqlite3_errmsg(handle) : "out of memory"));
  }

  Status Execute(const char* sql) const {
    if (sqlite3_exec(handle, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
      return Failed("cannot be written");
    }
    return {};
  }

  /// Ends a transaction of which all was `kept`; else undoes it and tells why.
  Status End(bool kept) const {
    if (kept && Execute("COMMIT")) {
      return {};
    }
    const Error error = Failed("cannot be written");
    (void)Execute("ROLLBACK");
    return error;
  }

  Result<int64_t> Number(const char* pragma) const;
};

namespace {

/// One prepared statement, bound in order.
class Statement {
 public:
  Statement(sqlite3* handle, const char* sql) {
    sqlite3_prepare_v2(handle, sql, -1, &statement_, nullptr);
  }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement() { sqlite3_finalize(statement_); }

  Statement& Bind(int64_t value) {
    sqlite3_bind_int64(statement_, ++bound_, value);
    return *this;
  }
  Statement& Bind(double value) {
    sqlite3_bind_double(statement_, ++bound_, value);
    return *this;
  }
  Statement& Bind(const std::optional<GramsPerKwh>& value) {
    return value ? Bind(value->value()) : BindNull();
  }
  Statement& BindNull() {
    sqlite3_bind_null(statement_, ++bound_);
    return *this;
  }
  Statement& Bind(const std::string& value) {
    sqlite3_bind_text(statement_, ++bound_, value.data(), static_cast<int>(value.size()),
                      SQLITE_TRANSIENT);
    return *this;
  }
  Statement& BindBlob(const std::string& value) {
    sqlite3_bind_blob(statement_, ++bound_, value.data(), static_cast<int>(value.size()),
                      SQLITE_TRANSIENT);
    return *this;
  }

  int Step() { return statement_ == nullptr ? SQLITE_ERROR : sqlite3_step(statement_); }
  int64_t Int(int column) const { return sqlite3_column_int64(statement_, column); }
  double Real(int column) const { return sqlite3_column_double(statement_, column); }
  double RealOrUnknown(int column) const {
    const bool null = sqlite3_column_type(statement_, column) == SQLITE_NULL;
    return null ? grid::Series::kUnknown : Real(column);
  }
  Time At(int column) const { return Time(Duration(Int(column))); }
  std::string_view Bytes(int column) const {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    const auto size = static_cast<size_t>(sqlite3_column_bytes(statement_, column));
    return data == nullptr ? std::string_view() : std::string_view(data, size);
  }

 private:
  sqlite3_stmt* statement_ = nullptr;
  int bound_ = 0;
};

/// A row: what Replay() puts in order.
struct Kept {
  grid::ZoneReading reading;
  size_t rank;
  std::optional<grid::Weather> weather = std::nullopt;  ///< if it is that instead
};

/// `blank` with what a row's columns from `first` on say: fetched_at, source, rank.
Kept KeptOf(const Statement& row, int first, const grid::ZoneReading& blank) {
  Kept kept{.reading = blank, .rank = static_cast<size_t>(row.Int(first + 2))};
  kept.reading.fetched_at = row.At(first);
  kept.reading.source = row.Bytes(first + 1);
  return kept;
}

/// Adds what was observed of blank's zone and kind; false where it cannot be read.
bool ReadObservations(sqlite3* handle, const grid::ZoneReading& blank, std::vector<Kept>& kept) {
  Statement rows(handle,
                 "SELECT at, step, g_per_kwh, estimated, fetched_at, source, rank "
                 "FROM observation WHERE kind = ? AND zone = ? ORDER BY at");
  rows.Bind(static_cast<int64_t>(blank.kind)).Bind(blank.zone.name);
  int state = rows.Step();
  for (; state == SQLITE_ROW; state = rows.Step()) {
    kept.push_back(KeptOf(rows, 4, blank));
    kept.back().reading.latest = grid::Observation{.at = rows.At(0),
                                                   .step = Duration(rows.Int(1)),
                                                   .intensity = GramsPerKwh(rows.Real(2)),
                                                   .estimated = rows.Int(3) != 0};
  }
  return state == SQLITE_DONE;
}

/// Adds what was forecast.
bool ReadForecasts(sqlite3* handle, const grid::ZoneReading& blank, std::vector<Kept>& kept) {
  Statement rows(handle,
                 "SELECT issued_at, start, step, g_per_kwh, fetched_at, source, rank "
                 "FROM forecast WHERE kind = ? AND zone = ? ORDER BY issued_at");
  rows.Bind(static_cast<int64_t>(blank.kind)).Bind(blank.zone.name);
  int state = rows.Step();
  for (; state == SQLITE_ROW; state = rows.Step()) {
    const Duration step(rows.Int(2));
    if (step > Duration::zero()) {
      kept.push_back(KeptOf(rows, 4, blank));
      kept.back().reading.forecast =
          grid::Forecast{rows.At(0), grid::Series(rows.At(1), step, Values(rows.Bytes(3)))};
    }
  }
  return state == SQLITE_DONE;
}

/// Hours of which the same was told at the same time: their weather.
struct ToldAtOnce {
  grid::Weather weather;  ///< still without its series
  Time first;
  std::vector<double> solar;
  std::vector<double> wind;

  bool Holds(Time told_at, Time hour) const {
    return weather.told_at == told_at && hour >= first && hour < first + grid::kWeatherAhead;
  }
  void Add(Time hour, double sun, double air) {
    const auto index = static_cast<size_t>((hour - first) / kHour);
    solar.resize(index + 1, grid::Series::kUnknown);
    wind.resize(index + 1, grid::Series::kUnknown);
    solar[index] = sun;
    wind[index] = air;
  }
  grid::Weather Whole() && {
    weather.solar = grid::Series(first, kHour, std::move(solar));
    weather.wind = grid::Series(first, kHour, std::move(wind));
    return std::move(weather);
  }
};

/// Adds what was told of the weather.
bool ReadWeather(sqlite3* handle, const grid::ZoneReading& blank, std::vector<Kept>& kept) {
  Statement rows(handle,
                 "SELECT hour, told_at, issued_at, solar, wind, source FROM weather "
                 "WHERE zone = ? ORDER BY told_at, hour");
  rows.Bind(blank.zone.name);
  std::optional<ToldAtOnce> told;
  const auto keep = [&] {
    if (told) {
      kept.push_back({.reading = blank, .rank = 0});
      kept.back().reading.fetched_at = told->weather.told_at;
      kept.back().weather = (*std::move(told)).Whole();
    }
  };
  int state = rows.Step();
  for (; state == SQLITE_ROW; state = rows.Step()) {
    const Time hour = FloorTo(rows.At(0), kHour);
    if (!told || !told->Holds(rows.At(1), hour)) {
      keep();
      told = ToldAtOnce{.weather = {.source = std::string(rows.Bytes(5)),
                                    .told_at = rows.At(1),
                                    .issued_at = rows.At(2),
                                    .solar = {},
                                    .wind = {}},
                        .first = hour,
                        .solar = {},
                        .wind = {}};
    }
    told->Add(hour, rows.RealOrUnknown(3), rows.RealOrUnknown(4));
  }
  keep();
  return state == SQLITE_DONE;
}

}  // namespace

Result<int64_t> Archive::Database::Number(const char* pragma) const {
  Statement statement(handle, pragma);
  if (statement.Step() != SQLITE_ROW) {
    return Failed("cannot be read");
  }
  return statement.Int(0);
}

Archive::Archive(std::unique_ptr<Database> database) : database_(std::move(database)) {}
Archive::~Archive() = default;

Result<std::unique_ptr<Archive>> Archive::Open(const std::string& path) {
  auto database = std::make_unique<Database>();
  database->path = path;
  if (sqlite3_open_v2(path.c_str(), &database->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                      nullptr) != SQLITE_OK) {
    return database->Failed("cannot be opened");
  }
  sqlite3_busy_timeout(database->handle, kBusyMilliseconds);
  const auto application = database->Number("PRAGMA application_id");
  const auto version = database->Number("PRAGMA user_version");
  const auto tables = database->Number("SELECT count(*) FROM sqlite_master");
  if (!application || !version || !tables) {
    return database->Failed("is not a database");
  }
  if (*tables != 0 && (*application != kApplicationId || *version != kSchemaVersion)) {
    return Unavailable(path + ": is not a grid archive of this version; name another file");
  }
  if (const Status ok = database->Execute(
          "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY;");
      !ok) {
    return ok.error();
  }
  if (*tables == 0) {
    const std::string create = "BEGIN; PRAGMA application_id=" + std::to_string(kApplicationId) +
                               "; PRAGMA user_version=" + std::to_string(kSchemaVersion) + ";" +
                               kSchema + "COMMIT;";
    if (const Status ok = database->Execute(create.c_str()); !ok) {
      return ok.error();
    }
  }
  if (const Status ok = database->Execute(kWeatherSchema); !ok) {
    return ok.error();
  }
  return std::unique_ptr<Archive>(new Archive(std::move(database)));
}

Status Archive::Keep(const grid::ZoneReading& reading, size_t rank) {
  const auto kind = static_cast<int64_t>(reading.kind);
  const auto order = static_cast<int64_t>(rank);
  const auto keep_observation = [&](Time at, Duration step, double value, bool estimated) {
    Statement insert(database_->handle,
                     "INSERT INTO observation VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET "
                     "g_per_kwh = excluded.g_per_kwh, estimated = excluded.estimated");
    insert.Bind(kind).Bind(reading.zone.name).Bind(order).Bind(Milliseconds(at));
    insert.Bind(int64_t{step.count()}).Bind(value).Bind(int64_t{estimated});
    insert.Bind(Milliseconds(reading.fetched_at)).Bind(reading.source);
    return insert.Step() == SQLITE_DONE;
  };
  bool kept = static_cast<bool>(database_->Execute("BEGIN"));
  for (size_t i = 0; kept && reading.history && i < reading.history->size(); ++i) {
    const auto value = reading.history->Value(i);
    kept = !value || keep_observation(reading.history->TimeOf(i), reading.history->step(),
                                      value->value(), true);
  }
  if (kept && reading.latest) {
    kept = keep_observation(reading.latest->at, reading.latest->step,
                            reading.latest->intensity.value(), reading.latest->estimated);
  }
  if (kept && reading.forecast) {
    const grid::Series& series = reading.forecast->series;
    Statement insert(database_->handle,
                     "INSERT INTO forecast VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING");
    insert.Bind(kind).Bind(reading.zone.name).Bind(order);
    insert.Bind(Milliseconds(reading.forecast->issued_at)).Bind(Milliseconds(series.start()));
    insert.Bind(int64_t{series.step().count()}).BindBlob(Blob(series));
    insert.Bind(Milliseconds(reading.fetched_at)).Bind(reading.source);
    kept = insert.Step() == SQLITE_DONE;
  }
  return database_->End(kept);
}

Status Archive::KeepWeather(const grid::ZoneId& zone, const grid::Weather& weather) {
  bool kept = static_cast<bool>(database_->Execute("BEGIN"));
  for (Time hour = weather.solar.start(); kept && hour < weather.solar.end(); hour += kHour) {
    const auto solar = weather.solar.At(hour);
    const auto wind = weather.wind.At(hour);
    if (!solar && !wind) {
      continue;
    }
    Statement insert(database_->handle,
                     "INSERT INTO weather VALUES (?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET "
                     "told_at = excluded.told_at, issued_at = excluded.issued_at, "
                     "solar = coalesce(excluded.solar, solar), "
                     "wind = coalesce(excluded.wind, wind), source = excluded.source "
                     "WHERE excluded.told_at < hour");
    insert.Bind(zone.name).Bind(Milliseconds(hour)).Bind(Milliseconds(weather.told_at));
    insert.Bind(Milliseconds(weather.issued_at)).Bind(solar).Bind(wind).Bind(weather.source);
    kept = insert.Step() == SQLITE_DONE;
  }
  return database_->End(kept);
}

Status Archive::Replay(const grid::ZoneId& zone, grid::SignalKind kind,
                       const std::function<void(const grid::ZoneReading&, size_t)>& take,
                       const std::function<void(const grid::Weather&)>& take_weather) {
  const grid::ZoneReading blank{.zone = zone,
                                .kind = kind,
                                .source = {},
                                .fetched_at = {},
                                .latest = {},
                                .forecast = {},
                                .history = {}};
  std::vector<Kept> kept;
  if (!ReadObservations(database_->handle, blank, kept) ||
      !ReadForecasts(database_->handle, blank, kept) ||
      !ReadWeather(database_->handle, blank, kept)) {
    return database_->Failed("cannot be read");
  }
  // Observations come first where both came by one poll, as when they were taken.
  std::stable_sort(kept.begin(), kept.end(), [](const Kept& a, const Kept& b) {
    return a.reading.fetched_at < b.reading.fetched_at;
  });
  for (const Kept& item : kept) {
    if (item.weather) {
      take_weather(*item.weather);
    } else {
      take(item.reading, item.rank);
    }
  }
  return {};
}

Status Archive::Prune(Time now) {
  Statement observations(database_->handle, "DELETE FROM observation WHERE at < ?");
  Statement forecasts(database_->handle, "DELETE FROM forecast WHERE fetched_at < ?");
  Statement weather(database_->handle, "DELETE FROM weather WHERE hour < ?");
  observations.Bind(Milliseconds(now - kKeepObservations));
  forecasts.Bind(Milliseconds(now - kKeepForecasts));
  weather.Bind(Milliseconds(now - kKeepObservations));
  if (observations.Step() != SQLITE_DONE || forecasts.Step() != SQLITE_DONE ||
      weather.Step() != SQLITE_DONE) {
    return database_->Failed("cannot be written");
  }
  return {};
}

}  // namespace carbon::feeds
