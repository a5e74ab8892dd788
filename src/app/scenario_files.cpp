// SPDX-License-Identifier: Apache-2.0
#include "app/scenario_files.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>
#include <utility>

#include "app/scenario_json.h"
#include "base/text.h"
#include "grid/series_csv.h"
#include "net/files.h"
#include "sim/trace.h"

namespace carbon::app {
namespace {

constexpr size_t kMostScenarioBytes = size_t{4} << 20;
constexpr size_t kMostSignalBytes = size_t{256} << 20;
constexpr size_t kMostJobBytes = size_t{1} << 30;
constexpr double kMostJobs = 1e7;

Result<std::string> Sha256Of(const std::string& path) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  std::ifstream in(path, std::ios::binary);
  bool good = context && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
  std::array<char, 65536> block{};
  while (good && (in.read(block.data(), block.size()), in.gcount() > 0)) {
    good = EVP_DigestUpdate(context.get(), block.data(), static_cast<size_t>(in.gcount())) == 1;
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (!good || in.bad() || EVP_DigestFinal_ex(context.get(), digest.data(), &size) != 1) {
    return Unavailable("cannot read " + path + " again");
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += kDigits[digest[i] / 16U];
    text += kDigits[digest[i] % 16U];
  }
  return text;
}

/// Reads files and remembers which.
class Reader {
 public:
  /// `path` lies below `folder`, wherever links lead.
  Result<std::string> Read(const std::string& folder, const std::string& path, size_t most) {
    namespace fs = std::filesystem;
    const std::string whole = folder + "/" + path;
    auto text = net::ReadFile(whole, most);
    if (!text) {
      return text;
    }
    std::error_code failed;
    const fs::path base = fs::canonical(folder, failed);
    const fs::path file = failed ? fs::path() : fs::canonical(whole, failed);
    if (failed ||
        std::mismatch(base.begin(), base.end(), file.begin(), file.end()).first != base.end()) {
      return Invalid(whole + ": leads out of " + folder);
    }
    auto sha256 = Sha256Of(whole);
    if (!sha256) {
      return sha256.error();
    }
    inputs_.push_back({whole, *std::move(sha256)});
    return text;
  }

  std::vector<InputFile> Inputs() && { return std::move(inputs_); }

 private:
  std::vector<InputFile> inputs_;
};

Status ReadZone(Reader& reader, const std::string& data, const ZoneFiles& files,
                sim::FleetZone& zone) {
  const auto text = reader.Read(data, files.signal, kMostSignalBytes);
  if (!text) {
    return text.error();
  }
  auto signal = grid::ParseSeriesCsv(*text, data + "/" + files.signal);
  if (!signal) {
    return signal.error();
  }
  zone.signal = *std::move(signal);
  if (files.forecast.empty()) {
    return {};
  }
  const auto forecast_text = reader.Read(data, files.forecast, kMostSignalBytes);
  if (!forecast_text) {
    return forecast_text.error();
  }
  auto forecasts = grid::ParseForecastCsv(*forecast_text, data + "/" + files.forecast);
  if (!forecasts) {
    return forecasts.error();
  }
  zone.forecasts = *std::move(forecasts);
  return {};
}

Result<sim::Trace> ReadJobs(Reader& reader, const std::string& data, const ScenarioText& text) {
  const auto rows = reader.Read(data, text.jobs, kMostJobBytes);
  if (!rows) {
    return rows.error();
  }
  auto trace = sim::ParseJobs(*rows, data + "/" + text.jobs, text.job_unit);
  if (!trace) {
    return trace;
  }
  const Duration window = text.scenario.window;
  const double times = std::ceil(window / std::chrono::duration<double, std::milli>(
                                              text.scenario.jobs_every.value_or(window)));
  if (static_cast<double>(trace->jobs.size()) * times > kMostJobs) {
    return Invalid(data + "/" + text.jobs + ": repeated " + Fixed(times, 0) +
                   " times that is more than 10 million jobs");
  }
  return trace;
}

}  // namespace

Result<LoadedScenario> LoadScenario(const std::string& folder, const std::string& data) {
  Reader reader;
  const std::string name = folder + "/scenario.json";
  const auto text = reader.Read(folder, "scenario.json", kMostScenarioBytes);
  if (!text) {
    return text.error();
  }
  auto parsed = ParseScenario(*text, name);
  if (!parsed) {
    return parsed.error();
  }
  const std::string& base = data.empty() ? folder : data;
  sim::FleetScenario& scenario = parsed->scenario;
  auto trace = ReadJobs(reader, base, *parsed);
  if (!trace) {
    return trace.error();
  }
  scenario.jobs = std::move(trace->jobs);
  for (size_t i = 0; i < scenario.zones.size(); ++i) {
    if (const Status read = ReadZone(reader, base, parsed->files[i], scenario.zones[i]); !read) {
      return read.error();
    }
  }
  if (const Status ok = sim::CheckFleet(scenario); !ok) {
    return ok.error().In(name);
  }
  return LoadedScenario{.folder = folder,
                        .scenario = std::move(scenario),
                        .templates = std::move(trace->templates),
                        .job_ids = std::move(trace->ids),
                        .inputs = std::move(reader).Inputs()};
}

}  // namespace carbon::app
