// SPDX-License-Identifier: Apache-2.0
#include "app/trace_files.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

#include "net/files.h"
#include "sim/spark_event_log.h"

namespace carbon::app {
namespace {

constexpr size_t kMostBytes = size_t{8} << 30;
constexpr size_t kMostLineBytes = size_t{64} << 20;

/// What Spark's codecs begin a file with, other than gzip's, which it has not.
struct Codec {
  std::string_view name;
  std::string_view begin;
};
constexpr std::array<Codec, 4> kCodecs = {{{"zstd", "\x28\xB5\x2F\xFD"},
                                           {"lz4", "LZ4Block"},
                                           {"snappy", "\x82SNAPPY"},
                                           {"lzf", "ZV\x01"}}};

/// One file of --jobs.
class TraceFile {
 public:
  TraceFile(const std::string& path, sim::JobUnit unit) : path_(path), unit_(unit) {}

  Status Read(std::string_view line) {
    if (!csv_ && !log_) {
      if (const Status known = Begin(line); !known) {
        return known;
      }
    }
    return log_ ? log_->Read(line) : csv_->Read(line);
  }

  bool IsLog() const { return log_.has_value(); }
  Result<sim::Trace> FinishCsv() {
    return csv_ ? csv_->Finish() : sim::JobsReader(path_, unit_).Finish();
  }
  Result<sim::SparkApplication> FinishLog() { return log_->Finish(); }

 private:
  Status Begin(std::string_view line) {
    const auto* const codec = std::find_if(kCodecs.begin(), kCodecs.end(), [&](const Codec& each) {
      return line.starts_with(each.begin);
    });
    if (codec != kCodecs.end()) {
      return Invalid(path_ + ": compressed by " + std::string(codec->name) +
                     ": unpack it first; only gzip is unpacked here");
    }
    if (sim::SparkEventLogReader::Recognises(line)) {
      log_.emplace(path_);
    } else {
      csv_.emplace(path_, unit_);
    }
    return {};
  }

  std::string path_;
  sim::JobUnit unit_;
  std::optional<sim::JobsReader> csv_;
  std::optional<sim::SparkEventLogReader> log_;
};

Error FolderError(const std::string& path) {
  return Invalid("cannot read " + path + ": it is a folder: name the logs in it, --jobs " + path +
                 "/*");
}

Error MixedError(const std::string& path) {
  return Invalid("--jobs: " + path +
                 " is no event log of Spark: give one trace as CSV, or only event logs");
}

}  // namespace

Result<sim::Trace> ReadTrace(const std::vector<std::string>& paths, sim::JobUnit unit) {
  std::vector<sim::SparkApplication> applications;
  for (const std::string& path : paths) {
    std::error_code unknown;
    if (std::filesystem::is_directory(path, unknown)) {
      return FolderError(path);
    }
    TraceFile file(path, unit);
    const Status read = net::ReadLines(path, kMostBytes, kMostLineBytes,
                                       [&](std::string_view line) { return file.Read(line); });
    if (!read) {
      return read.error();
    }
    if (!file.IsLog()) {
      return paths.size() == 1 ? file.FinishCsv() : MixedError(path);
    }
    auto application = file.FinishLog();
    if (!application) {
      return application.error();
    }
    applications.push_back(*std::move(application));
  }
  return applications.empty() ? Invalid("--jobs: give a trace") : sim::TraceOf(applications);
}

}  // namespace carbon::app
