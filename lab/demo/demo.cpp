// SPDX-License-Identifier: Apache-2.0
#include "demo.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/time.h"
#include "kube/client.h"
#include "kube/kubeconfig.h"
#include "kube/object.h"
#include "net/clock.h"
#include "net/files.h"
#include "process.h"
#include "recorder.h"
#include "results.h"
#include "scene.h"
#include "setup.h"

namespace carbon::demo {
namespace {

namespace json = boost::json;

/// One run of the demonstration, from an empty cluster to the table.
class Demo {
 public:
  Demo(const DemoOptions& options, std::stop_token stop)
      : options_(options), stop_(std::move(stop)), real_clock_(net::MakeRealClock()) {}

  Status Run();

 private:
  Status CheckOptions() const;
  Status Prepare();
  Status StartProcesses();
  Status StartController();
  Status Play();
  Status CreateDueJobs();
  Status Supervise();
  void ShowProgress();
  void ExplainOne();
  void ForgetToken() const { unlink(controller_kubeconfig_.c_str()); }
  std::vector<JobRecord> Records() const;
  Status Report(const std::vector<JobRecord>& records);
  bool AllDone() const;
  std::string Out(const char* file) const { return options_.out + "/" + file; }

  DemoOptions options_;
  std::stop_token stop_;
  std::unique_ptr<net::Clock> real_clock_;
  kube::ClientFactory make_client_;
  std::unique_ptr<kube::Client> client_;
  Recording recording_;
  std::vector<DemoJob> jobs_;
  Cluster cluster_;
  Time end_;
  std::string clock_spec_;
  std::unique_ptr<net::Clock> clock_;
  std::string controller_kubeconfig_;
  std::string grid_url_;
  std::optional<Child> grid_;
  std::optional<Child> controller_;
  std::optional<Time> controller_died_;
  int controller_restarts_ = 0;
  std::unique_ptr<Recorder> recorder_;
  size_t created_ = 0;
  Time last_progress_;
  bool explained_ = false;
  Time real_start_;
};

Status Demo::Run() {
  real_start_ = real_clock_->Now();
  if (const Status prepared = Prepare(); !prepared) {
    return prepared;
  }
  Status played = StartProcesses();
  if (played) {
    played = Play();
  }
  const auto records = recorder_ ? Records() : std::vector<JobRecord>();
  controller_.reset();
  grid_.reset();
  recorder_.reset();
  ForgetToken();
  // Cleaning must go on after a Ctrl-C, which ends only calls of clients made with the token.
  const auto cleaner = make_client_({});
  const Status cleaned = CleanCluster(*cleaner, options_.manifests);
  if (!played) {
    return played;
  }
  if (const Status reported = Report(records); !reported) {
    return reported;
  }
  return cleaned;
}

Status Demo::CheckOptions() const {
  if (!std::isfinite(options_.hours) || !std::isfinite(options_.speed)) {
    return Invalid("--hours and --speed must be numbers");
  }
  if (const auto margin = ParseDuration(options_.start_margin); !margin) {
    return margin.error().In("--start-margin");
  }
  return {};
}

Status Demo::Prepare() {
  if (const Status good = CheckOptions(); !good) {
    return good;
  }
  std::error_code code;
  std::filesystem::create_directories(options_.out, code);
  if (code) {
    return Unavailable("cannot make " + options_.out + ": " + code.message());
  }
  auto recording = ReadRecording(options_.data);
  if (!recording) {
    return recording.error();
  }
  recording_ = *std::move(recording);
  auto jobs = ReadJobs(options_, recording_);
  if (!jobs) {
    return jobs.error();
  }
  jobs_ = *std::move(jobs);
  const auto connection =
      kube::FindCluster(options_.kubeconfig, "", kube::Surroundings::OfProcess());
  if (!connection) {
    return connection.error();
  }
  make_client_ = kube::MakeClientFactory(*connection, *real_clock_);
  client_ = make_client_(stop_);
  auto cluster = LookAtCluster(*client_, jobs_, recording_.regions);
  if (!cluster) {
    return cluster.error();
  }
  cluster_ = *std::move(cluster);
  std::cout << "preparing the cluster: namespace, rights, admission policy" << std::endl;
  if (const Status ready = PrepareCluster(*client_, options_.manifests, stop_); !ready) {
    return ready;
  }
  std::string ca_file;
  if (!connection->tls.ca_pem.empty()) {
    ca_file = std::filesystem::absolute(Out("ca.pem"));
    if (const Status written = net::WriteFileAtomic(ca_file, connection->tls.ca_pem); !written) {
      return written;
    }
  }
  const auto kubeconfig = ControllerKubeconfig(*client_, connection->server, ca_file);
  if (!kubeconfig) {
    return kubeconfig.error();
  }
  controller_kubeconfig_ = Out("controller.kubeconfig");
  const mode_t before = umask(0077);
  const Status written = net::WriteFileAtomic(controller_kubeconfig_, *kubeconfig);
  umask(before);
  return written;
}

Status Demo::StartProcesses() {
  constexpr Duration kLead = std::chrono::seconds(4);
  clock_spec_ = ClockSpec(options_, real_clock_->Now(), kLead);
  auto clock = net::ParseClock(clock_spec_);
  if (!clock) {
    return clock.error().In("--start or --speed");
  }
  clock_ = *std::move(clock);
  end_ = *ParseTime(options_.start) + Duration(static_cast<int64_t>(options_.hours * 3'600'000));
  const std::string port_file = Out("replay-grid.port");
  unlink(port_file.c_str());
  auto grid = Child::Start({options_.binary, "replay-grid", "--data", options_.data, "--clock",
                            clock_spec_, "--port-file", port_file},
                           Out("replay-grid.log"));
  if (!grid) {
    return grid.error();
  }
  grid_ = *std::move(grid);
  for (int tries = 0; tries < 100 && grid_->Alive() && !stop_.stop_requested(); ++tries) {
    if (const auto port = net::ReadFile(port_file, 16)) {
      grid_url_ = "http://127.0.0.1:" + std::string(Trim(*port)) + "/v3";
      break;
    }
    std::this_thread::sleep_for(Duration(50));
  }
  if (grid_url_.empty()) {
    return Unavailable("the recorded grid did not start: see " + Out("replay-grid.log"));
  }
  recorder_ =
      std::make_unique<Recorder>(std::string(kNamespace), make_client_, *clock_, *real_clock_);
  return StartController();
}

Status Demo::StartController() {
  std::vector<std::string> arguments = {
      options_.binary, "controller", "--kubeconfig", controller_kubeconfig_, "--provider-url",
      grid_url_,       "--clock",    clock_spec_,    "--start-margin",       options_.start_margin,
      "--instance",    "demo"};
  for (const auto& [region, info] : recording_.regions) {
    arguments.insert(arguments.end(), {"--region", region + "=" + info.zone.name});
  }
  auto controller = Child::Start(arguments, Out("controller.log"));
  if (!controller) {
    return controller.error();
  }
  controller_ = *std::move(controller);
  return net::WriteFileAtomic(Out("controller.pid"), std::to_string(controller_->pid()) + "\n");
}

Status Demo::Play() {
  std::cout << "replaying " << Fixed(options_.hours, 0) << " hours from " << options_.start
            << " at " << Fixed(options_.speed, 0) << " times real time: " << jobs_.size()
            << " jobs, " << recording_.regions.size() << " grid zones" << std::endl;
  // Beyond the recording's end only a late job can still run; that must end too.
  const Time give_up = end_ + std::chrono::duration_cast<Duration>(std::chrono::seconds(60)) *
                                  static_cast<int64_t>(std::max(1.0, options_.speed));
  while (!AllDone()) {
    if (stop_.stop_requested()) {
      return Unavailable("interrupted");
    }
    if (clock_->Now() > give_up) {
      return Unavailable("some jobs did not finish: see " + Out("controller.log"));
    }
    if (const Status created = CreateDueJobs(); !created) {
      return created;
    }
    if (const Status alive = Supervise(); !alive) {
      return alive;
    }
    ShowProgress();
    std::this_thread::sleep_for(Duration(20));
  }
  return {};
}

Status Demo::CreateDueJobs() {
  for (; created_ < jobs_.size() && jobs_[created_].arrival <= clock_->Now(); ++created_) {
    const DemoJob& job = jobs_[created_];
    const auto pod = client_->Create(kube::ApiPath({"api", "v1", "namespaces", kNamespace, "pods"}),
                                     PodOf(job, clock_->Real(job.length)));
    if (pod) {
      continue;
    }
    // 409: an earlier try got through though its answer was lost.
    if (pod.error().kind == Error::Kind::conflict) {
      continue;
    }
    const bool outage =
        pod.error().kind == Error::Kind::unavailable || pod.error().kind == Error::Kind::timeout;
    return outage ? Status() : Status(pod.error());
  }
  return {};
}

Status Demo::Supervise() {
  constexpr Duration kRestartAfter = std::chrono::seconds(1);
  if (!grid_->Alive()) {
    return Unavailable("the recorded grid ended: see " + Out("replay-grid.log"));
  }
  if (controller_ && controller_->Alive()) {
    return {};
  }
  if (!controller_died_) {
    controller_died_ = real_clock_->Now();
    return {};
  }
  constexpr int kMostRestarts = 20;
  if (controller_restarts_ == kMostRestarts) {
    return Unavailable("the controller keeps ending: see " + Out("controller.log"));
  }
  if (real_clock_->Now() - *controller_died_ >= kRestartAfter) {
    controller_died_.reset();
    ++controller_restarts_;
    return StartController();
  }
  return {};
}

void Demo::ShowProgress() {
  const bool terminal = isatty(STDOUT_FILENO) == 1;
  const Duration pause = terminal ? Duration(500) : Duration(std::chrono::seconds(10));
  if (real_clock_->Now() - last_progress_ < pause) {
    return;
  }
  last_progress_ = real_clock_->Now();
  size_t count[4] = {};
  for (const auto& [name, observation] : recorder_->Observations()) {
    ++count[static_cast<size_t>(observation.stage)];
  }
  const auto groups = Summarise(Records(), recording_.actual);
  const GroupResult& all = groups.back();
  std::string clock = FormatTime(FloorTo(clock_->Now(), std::chrono::minutes(1))).substr(0, 16);
  clock[10] = ' ';
  std::cout << (terminal ? "\r\x1b[K" : "") << clock << "  held " << count[0] << "  running "
            << count[1] + count[2] << "  done " << count[3] << "/" << jobs_.size() << "  "
            << Fixed(all.actual.value(), 0) << " g so far, " << Fixed(all.run_now.value(), 0)
            << " g if run at once" << (terminal ? "" : "\n") << std::flush;
  if (!explained_ && count[0] > 0 && created_ > jobs_.size() / 4) {
    ExplainOne();
  }
}

/// Shows once what `carbon-kube why` says of a job that waits.
void Demo::ExplainOne() {
  for (const auto& [name, observation] : recorder_->Observations()) {
    if (observation.stage != Stage::held) {
      continue;
    }
    explained_ = true;
    std::cout << "\n$ carbon-kube why pod/" << name << " -n " << kNamespace << std::endl;
    auto why = Child::Start({options_.binary, "why", "pod/" + name, "-n", std::string(kNamespace),
                             "--kubeconfig", options_.kubeconfig},
                            "");
    while (why && why->Alive()) {
      std::this_thread::sleep_for(Duration(10));
    }
    std::cout << std::endl;
    return;
  }
}

std::vector<JobRecord> Demo::Records() const {
  const auto observations = recorder_->Observations();
  std::vector<JobRecord> records;
  for (size_t i = 0; i < jobs_.size(); ++i) {
    JobRecord record;
    record.job = jobs_[i];
    record.places = cluster_.places[i];
    const auto seen = observations.find(jobs_[i].name);
    if (seen != observations.end()) {
      const auto region = cluster_.region_of_node.find(seen->second.node);
      record.run.region = region == cluster_.region_of_node.end() ? "" : region->second;
      record.run.started = seen->second.started;
      record.run.finished = seen->second.finished;
    }
    records.push_back(std::move(record));
  }
  return records;
}

bool Demo::AllDone() const {
  if (created_ < jobs_.size()) {
    return false;
  }
  const auto observations = recorder_->Observations();
  return std::all_of(jobs_.begin(), jobs_.end(), [&](const DemoJob& job) {
    const auto seen = observations.find(job.name);
    return seen != observations.end() && seen->second.finished;
  });
}

Status Demo::Report(const std::vector<JobRecord>& records) {
  const auto groups = Summarise(records, recording_.actual);
  json::array rows;
  for (const GroupResult& group : groups) {
    json::object row{{"name", group.name},
                     {"jobs", group.jobs},
                     {"grams", group.actual.value()},
                     {"grams_run_now", group.run_now.value()},
                     {"grams_oracle", group.oracle.value()},
                     {"oracle_share", nullptr},
                     {"mean_wait_hours", group.mean_wait_hours},
                     {"p95_wait_hours", group.p95_wait_hours},
                     {"deadlines_missed", group.deadlines_missed}};
    if (const auto share = group.OracleShare()) {
      row["oracle_share"] = *share;
    }
    rows.push_back(std::move(row));
  }
  const double wall = Hours(real_clock_->Now() - real_start_) * 3600;
  const json::object summary{{"groups", rows},
                             {"wall_seconds", wall},
                             {"start", options_.start},
                             {"hours", options_.hours},
                             {"speed", options_.speed},
                             {"seed", options_.seed},
                             {"controller_restarts", controller_restarts_},
                             {"version", CARBON_KUBE_VERSION}};
  if (const Status written =
          net::WriteFileAtomic(Out("summary.json"), json::serialize(summary) + "\n");
      !written) {
    return written;
  }
  if (const Status written =
          net::WriteFileAtomic(Out("jobs.csv"), JobsCsv(records, recording_.actual));
      !written) {
    return written;
  }
  std::cout << "\n\n"
            << RenderTable(groups) << "\n"
            << "  run-now: every job started on arrival, anywhere it may run with equal chance\n"
            << "  oracle:  each job's best single start, and place where it is free, in hindsight\n"
            << "  " << options_.out << "/summary.json, " << options_.out << "/jobs.csv, "
            << options_.out << "/controller.log hold the details\n";
  return {};
}

}  // namespace

Status RunDemo(const DemoOptions& options, std::stop_token stop) {
  return Demo(options, std::move(stop)).Run();
}

}  // namespace carbon::demo
