// SPDX-License-Identifier: Apache-2.0
#include "plan/reason.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cmath>
#include <utility>

#include "base/text.h"

namespace carbon::plan {
namespace {

namespace json = boost::json;

struct CauseName {
  Cause cause;
  std::string_view name;
};
constexpr std::array<CauseName, 10> kCauses = {{{Cause::cleaner_window, "CleanerWindow"},
                                                {Cause::cleanest_now, "CleanestNow"},
                                                {Cause::clean_enough, "CleanEnough"},
                                                {Cause::crowded, "Crowded"},
                                                {Cause::deadline_forces, "DeadlineForcesStart"},
                                                {Cause::deadline_at_risk, "DeadlineAtRisk"},
                                                {Cause::no_signal, "NoSignal"},
                                                {Cause::no_place, "NoPlace"},
                                                {Cause::bad_request, "BadRequest"},
                                                {Cause::by_hand, "ByHand"}}};

std::string Amount(Grams grams) {
  const double g = grams.value();
  if (std::abs(g) >= 1000) {
    return Fixed(g / 1000, 1) + " kg";
  }
  if (std::abs(g) < 1) {
    return Fixed(g * 1000, 0) + " mg";
  }
  return Fixed(g, std::abs(g) < 10 ? 1 : 0) + " g";
}

std::string Intensity(GramsPerKwh intensity) { return Fixed(intensity.value(), 0) + " g/kWh"; }

std::string DeadlineClause(const Reason& reason) {
  if (reason.deadline) {
    return "; deadline " + FormatClock(*reason.deadline, reason.decided_at);
  }
  if (reason.latest_start) {
    return "; starts by " + FormatClock(*reason.latest_start, reason.decided_at);
  }
  return "";
}

std::string Where(const Option& option) {
  return " in " + option.region + " (" + option.zone + ")";
}

std::string WaitingSentence(const Reason& reason) {
  std::string text = "waiting until " + FormatClock(reason.chosen->start, reason.decided_at) +
                     " UTC" + Where(*reason.chosen) + ": ";
  if (reason.run_now) {
    text += Intensity(reason.run_now->intensity) + " now, ";
  }
  text += Intensity(reason.chosen->intensity) + " forecast";
  if (const auto saving = reason.ExpectedSaving()) {
    text += "; saves about " + Amount(*saving);
  }
  return text + DeadlineClause(reason);
}

std::string StartingSentence(const Reason& reason) {
  if (!reason.chosen) {
    return "starting now";
  }
  std::string text =
      "starting now" + Where(*reason.chosen) + " at " + Intensity(reason.chosen->intensity);
  const auto saving = reason.ExpectedSaving();
  if (saving && saving->value() >= 0.0005) {
    text += "; saves about " + Amount(*saving) + " against the mean of where it may run";
  }
  return text;
}

std::string Runs(size_t count) { return std::to_string(count) + (count == 1 ? " run" : " runs"); }

std::string RiskClause(const Reason& reason) {
  if (!reason.length) {
    return "";
  }
  return ": it may take " + FormatInSeconds(reason.length->bound) + " (" +
         Runs(reason.length->runs) + " known), and waiting longer would risk its deadline";
}

/// Whether a later start is known that is expected to emit less.
bool KnowsCleaner(const Reason& reason) {
  return reason.chosen && std::any_of(reason.alternatives.begin(), reason.alternatives.end(),
                                      [&](const Option& other) {
                                        return other.start > reason.chosen->start &&
                                               other.emissions < reason.chosen->emissions;
                                      });
}

json::object ToObject(const LengthBelief& length) {
  const auto seconds = [](Duration duration) {
    return static_cast<double>(duration.count()) / 1000;
  };
  return {{"source", ToString(length.source)},
          {"runs", length.runs},
          {"meanSeconds", seconds(length.mean)},
          {"longestSeconds", seconds(length.longest)},
          {"boundSeconds", seconds(length.bound)}};
}

json::object ToObject(const Option& option) {
  return {{"region", option.region},
          {"zone", option.zone},
          {"start", FormatTime(option.start)},
          {"gramsPerKwh", option.intensity.value()},
          {"grams", option.emissions.value()}};
}

/// Reads fields of one object and remembers the first that was not as expected.
class Reader {
 public:
  explicit Reader(const json::object& object) : object_(object) {}

  std::string Text(std::string_view key) {
    const json::value* value = object_.if_contains(key);
    if (value == nullptr || !value->is_string()) {
      Fail(key);
      return {};
    }
    return std::string(value->get_string());
  }
  double Number(std::string_view key) {
    const json::value* value = object_.if_contains(key);
    if (value == nullptr || !value->is_number()) {
      Fail(key);
      return 0;
    }
    return value->to_number<double>();
  }
  /// From 0 to `most`; 0 where it is not.
  double NumberUpTo(double most, std::string_view key) {
    const double number = Number(key);
    if (number < 0 || number > most) {
      Fail(key);
      return 0;
    }
    return number;
  }
  Duration Seconds(std::string_view key) {
    constexpr double kMostSeconds = 1e10;
    return Duration(std::llround(NumberUpTo(kMostSeconds, key) * 1000));
  }
  Time Instant(std::string_view key) {
    const auto time = ParseTime(Text(key));
    if (!time) {
      Fail(key);
      return {};
    }
    return *time;
  }
  std::optional<Time> MaybeInstant(std::string_view key) {
    return object_.contains(key) ? std::optional(Instant(key)) : std::nullopt;
  }
  std::optional<Option> MaybeOption(std::string_view key) {
    const json::object* object = MaybeObject(key);
    return object == nullptr ? std::nullopt : std::optional(ReadOption(*object));
  }
  std::optional<LengthBelief> MaybeLength(std::string_view key) {
    const json::object* object = MaybeObject(key);
    return object == nullptr ? std::nullopt : std::optional(ReadLength(*object));
  }
  std::vector<Option> Options(std::string_view key) {
    std::vector<Option> options;
    const json::value* value = object_.if_contains(key);
    if (value == nullptr || !value->is_array()) {
      Fail(key);
      return options;
    }
    for (const json::value& item : value->get_array()) {
      if (!item.is_object()) {
        Fail(key);
        return options;
      }
      options.push_back(ReadOption(item.get_object()));
    }
    return options;
  }

  void Fail(std::string_view key) {
    if (bad_.empty()) {
      bad_ = key;
    }
  }
  const std::string& bad() const { return bad_; }

 private:
  /// Null where there is none, or something else, which is wrong.
  const json::object* MaybeObject(std::string_view key) {
    const json::value* value = object_.if_contains(key);
    if (value != nullptr && !value->is_object()) {
      Fail(key);
      return nullptr;
    }
    return value == nullptr ? nullptr : &value->get_object();
  }

  Option ReadOption(const json::object& object) {
    Reader in(object);
    Option option{.region = in.Text("region"),
                  .zone = in.Text("zone"),
                  .start = in.Instant("start"),
                  .intensity = GramsPerKwh(in.Number("gramsPerKwh")),
                  .emissions = Grams(in.Number("grams"))};
    if (!in.bad().empty()) {
      Fail(in.bad());
    }
    return option;
  }

  LengthBelief ReadLength(const json::object& object) {
    constexpr double kMostRuns = 1e6;
    Reader in(object);
    const auto source = LengthSourceOf(in.Text("source"));
    const LengthBelief length{.source = source.value_or(LengthSource::assumed),
                              .runs = static_cast<size_t>(in.NumberUpTo(kMostRuns, "runs")),
                              .mean = in.Seconds("meanSeconds"),
                              .longest = in.Seconds("longestSeconds"),
                              .bound = in.Seconds("boundSeconds")};
    if (!source) {
      in.Fail("source");
    }
    if (!in.bad().empty()) {
      Fail(in.bad());
    }
    return length;
  }

  const json::object& object_;
  std::string bad_;
};

}  // namespace

std::string_view ToString(Cause cause) { return kCauses.at(static_cast<size_t>(cause)).name; }

std::optional<Grams> Reason::ExpectedSaving() const {
  if (!run_now || !chosen) {
    return std::nullopt;
  }
  return run_now->emissions - chosen->emissions;
}

std::string Sentence(const Reason& reason) {
  switch (reason.cause) {
    case Cause::cleaner_window:
      return WaitingSentence(reason);
    case Cause::cleanest_now:
      return StartingSentence(reason) + ": no cleaner start " +
             (KnowsCleaner(reason) ? "is worth the wait" : "in reach") + DeadlineClause(reason);
    case Cause::clean_enough:
      return StartingSentence(reason) + ": clean enough (" + reason.note + ")";
    case Cause::crowded:
      return "waiting until " + FormatClock(reason.chosen->start, reason.decided_at) + " UTC" +
             Where(*reason.chosen) + " at " + Intensity(reason.chosen->intensity) +
             ": there is no room before" + DeadlineClause(reason);
    case Cause::deadline_forces:
      return StartingSentence(reason) + ": waiting longer would make it late" +
             DeadlineClause(reason);
    case Cause::deadline_at_risk:
      return StartingSentence(reason) + RiskClause(reason) + DeadlineClause(reason);
    case Cause::no_signal:
      return "starting now: the carbon intensity is unknown (" + reason.note + ")";
    case Cause::no_place:
      return "starting now: no ready node that it accepts is in a region with a known grid zone";
    case Cause::bad_request:
      return "starting now: " + reason.note;
    case Cause::by_hand:
      return "starting now: released by hand";
  }
  return "";
}

std::string Describe(const LengthBelief& length) {
  if (length.source != LengthSource::learnt) {
    return FormatInSeconds(length.mean) + " (" + std::string(ToString(length.source)) + ")";
  }
  if (length.bound == length.longest) {
    return FormatInSeconds(length.mean) + " expected, " + FormatInSeconds(length.bound) +
           " at most by what was declared or seen (learnt from " + Runs(length.runs) + ")";
  }
  return FormatInSeconds(length.mean) + " expected, longer than " + FormatInSeconds(length.bound) +
         " once in 1000 runs (learnt from " + Runs(length.runs) + ", the longest " +
         FormatInSeconds(length.longest) + ")";
}

std::string ToJson(const Reason& reason) {
  json::object out{{"cause", ToString(reason.cause)}, {"decidedAt", FormatTime(reason.decided_at)}};
  const auto put_time = [&](const char* key, const std::optional<Time>& time) {
    if (time) {
      out[key] = FormatTime(*time);
    }
  };
  put_time("deadline", reason.deadline);
  put_time("latestStart", reason.latest_start);
  put_time("forecastIssuedAt", reason.forecast_issued_at);
  if (reason.length) {
    out["length"] = ToObject(*reason.length);
  }
  if (reason.run_now) {
    out["runNow"] = ToObject(*reason.run_now);
  }
  if (reason.chosen) {
    out["chosen"] = ToObject(*reason.chosen);
  }
  json::array alternatives;
  for (const Option& option : reason.alternatives) {
    alternatives.push_back(ToObject(option));
  }
  out["alternatives"] = std::move(alternatives);
  out["source"] = reason.source;
  out["rung"] = reason.rung;
  out["note"] = reason.note;
  return json::serialize(out);
}

Result<Reason> ReasonFromJson(std::string_view text) {
  boost::system::error_code code;
  const json::value value = json::parse(text, code);
  if (code || !value.is_object()) {
    return Invalid("the plan is not a JSON object");
  }
  Reader in(value.get_object());
  Reason reason;
  const std::string cause = in.Text("cause");
  bool known = false;
  for (const CauseName& candidate : kCauses) {
    if (candidate.name == cause) {
      reason.cause = candidate.cause;
      known = true;
    }
  }
  if (!known) {
    in.Fail("cause");
  }
  reason.decided_at = in.Instant("decidedAt");
  reason.deadline = in.MaybeInstant("deadline");
  reason.latest_start = in.MaybeInstant("latestStart");
  reason.forecast_issued_at = in.MaybeInstant("forecastIssuedAt");
  reason.length = in.MaybeLength("length");
  reason.run_now = in.MaybeOption("runNow");
  reason.chosen = in.MaybeOption("chosen");
  reason.alternatives = in.Options("alternatives");
  reason.source = in.Text("source");
  reason.rung = in.Text("rung");
  reason.note = in.Text("note");
  if (!in.bad().empty()) {
    return Invalid("the plan's field '" + in.bad() + "' is missing or not as expected");
  }
  return reason;
}

}  // namespace carbon::plan
