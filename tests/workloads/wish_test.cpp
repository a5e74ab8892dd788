// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "workloads/pod.h"

namespace carbon::workloads {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

const Time kArrival = *ParseTime("2021-07-01T00:00:00Z");

/// Annotations by their names under carbon-kube.io/.
Result<Wish> Read(const Labels& annotations, Time arrival = kArrival) {
  PodView pod;
  for (const auto& [name, value] : annotations) {
    pod.annotations["carbon-kube.io/" + name] = value;
  }
  return ReadWish(pod, arrival, {});
}

TEST(Wish, ReadsGoodAnnotations) {
  const Time deadline = *ParseTime("2021-07-01T12:00:00Z");
  const struct {
    Labels annotations;
    Duration length;
    Duration latest_start;  ///< after the arrival
    std::optional<Time> deadline;
  } rows[] = {
      {{}, hours(1), hours(6), {}},
      {{{"max-delay", "2h"}}, hours(1), hours(2), {}},
      {{{"max-delay", "0s"}}, hours(1), hours(0), {}},
      {{{"max-delay", "2d"}}, hours(1), hours(48), {}},
      {{{"expected-duration", "90m"}}, minutes(90), hours(6), {}},
      {{{"expected-duration", "1ms"}}, milliseconds(1), hours(6), {}},
      {{{"max-delay", "2h"}, {"expected-duration", "3h"}}, hours(3), hours(2), {}},
      {{{"deadline", "2021-07-01T12:00:00Z"}, {"expected-duration", "2h"}},
       hours(2),
       hours(10),
       deadline},
      {{{"deadline", "2021-07-01T14:00:00+02:00"}, {"expected-duration", "2h"}},
       hours(2),
       hours(10),
       deadline},
      {{{"deadline", "2021-07-01T12:00:00Z"}, {"expected-duration", "2h"}, {"max-delay", "4h"}},
       hours(2),
       hours(4),
       deadline},
      {{{"deadline", "2021-07-01T12:00:00Z"}, {"expected-duration", "2h"}, {"max-delay", "2d"}},
       hours(2),
       hours(10),
       deadline},
      // Too long for the deadline: no reason to refuse, but none to wait.
      {{{"deadline", "2021-07-01T12:00:00Z"}, {"expected-duration", "20h"}},
       hours(20),
       -hours(8),
       deadline},
      {{{"something-else", "?"}}, hours(1), hours(6), {}},
  };
  for (const auto& row : rows) {
    const auto wish = Read(row.annotations);
    ASSERT_TRUE(wish) << wish.error().message;
    EXPECT_EQ(wish->length.mean, row.length) << &row - rows;
    EXPECT_EQ(wish->latest_start, kArrival + row.latest_start) << &row - rows;
    EXPECT_EQ(wish->deadline, row.deadline) << &row - rows;
  }
}

TEST(Wish, SaysWhatIsWrongWithBadAnnotations) {
  const struct {
    Labels annotations;
    std::string message;
  } rows[] = {
      {{{"deadline", "tomorrow"}, {"expected-duration", "1h"}},
       "annotation carbon-kube.io/deadline: 'tomorrow' is not an RFC 3339 time with an offset, "
       "such "
       "as 2021-07-01T00:00:00Z"},
      {{{"deadline", "2021-07-01T12:00:00"}, {"expected-duration", "1h"}},
       "annotation carbon-kube.io/deadline: '2021-07-01T12:00:00' is not an RFC 3339 time with an "
       "offset, such as 2021-07-01T00:00:00Z"},
      {{{"max-delay", "6"}},
       "annotation carbon-kube.io/max-delay: '6' is not a duration such as 90s, 1h30m or 2d"},
      {{{"max-delay", ""}},
       "annotation carbon-kube.io/max-delay: '' is not a duration such as 90s, 1h30m or 2d"},
      {{{"max-delay", "-1h"}},
       "annotation carbon-kube.io/max-delay: '-1h' is not a duration such as 90s, 1h30m or 2d"},
      {{{"max-delay", "101000d"}},
       "annotation carbon-kube.io/max-delay: '101000d' is not a duration such as 90s, 1h30m or 2d"},
      {{{"expected-duration", "long\n"}},
       "annotation carbon-kube.io/expected-duration: 'long?' is not a duration such as 90s, 1h30m "
       "or 2d"},
      {{{"expected-duration", "0s"}},
       "annotation carbon-kube.io/expected-duration: must be longer than 0s"},
      {{{"deadline", "2021-07-01T12:00:00Z"}},
       "annotation carbon-kube.io/deadline needs carbon-kube.io/expected-duration beside it, to "
       "know the latest start"},
      {{{"deadline", "2021-07-01T12:00:00Z"}, {"max-delay", "1h"}},
       "annotation carbon-kube.io/deadline needs carbon-kube.io/expected-duration beside it, to "
       "know the latest start"},
      {{{"deadline", "2021-06-30T23:59:59Z"}, {"expected-duration", "1h"}},
       "annotation carbon-kube.io/deadline: 2021-06-30T23:59:59Z was in the past when the pod was "
       "created"},
      {{{"deadline", "2021-07-01T00:00:00Z"}, {"expected-duration", "1h"}},
       "annotation carbon-kube.io/deadline: 2021-07-01T00:00:00Z was in the past when the pod was "
       "created"},
      {{{"deadline", "1970-01-01T00:00:00Z"}, {"expected-duration", "1h"}},
       "annotation carbon-kube.io/deadline: 1970-01-01T00:00:00Z was in the past when the pod was "
       "created"},
  };
  for (const auto& row : rows) {
    const auto wish = Read(row.annotations);
    ASSERT_FALSE(wish) << row.message;
    EXPECT_EQ(wish.error(), Invalid(row.message));
  }
}

TEST(Wish, ADeadlineOneMillisecondAwayIsOne) {
  const auto wish = Read({{"deadline", "2021-07-01T00:00:00.001Z"}, {"expected-duration", "1ms"}});
  ASSERT_TRUE(wish) << wish.error().message;
  EXPECT_EQ(wish->latest_start, kArrival);
}

TEST(Wish, StaysRightAtTheEndsOfTime) {
  const Time first{};
  const Time last = *ParseTime("9999-12-31T23:59:59.999Z");
  const Duration century = hours(24) * 365 * 100;
  const std::string century_text = "36500d";
  const auto far = Read({{"deadline", "9999-12-31T23:59:59.999Z"}, {"expected-duration", "1h"}});
  ASSERT_TRUE(far) << far.error().message;
  EXPECT_EQ(far->latest_start, last - hours(1));

  const auto late = Read({{"max-delay", century_text}}, last);
  ASSERT_TRUE(late) << late.error().message;
  EXPECT_EQ(late->latest_start, last + century);

  const auto early =
      Read({{"deadline", "1970-01-01T00:00:01Z"}, {"expected-duration", century_text}}, first);
  ASSERT_TRUE(early) << early.error().message;
  EXPECT_EQ(early->latest_start, first + std::chrono::seconds(1) - century);

  const auto unknown_arrival = Read({}, first);
  ASSERT_TRUE(unknown_arrival) << unknown_arrival.error().message;
  EXPECT_EQ(unknown_arrival->latest_start, first + hours(6));
}

PodView Nightly(const std::string& deadline, const std::string& duration = "") {
  PodView pod;
  pod.annotations[std::string(kDeadlineAnnotation)] = deadline;
  if (!duration.empty()) {
    pod.annotations[std::string(kDurationAnnotation)] = duration;
  }
  return pod;
}

TEST(Wish, SaysWhatItsLengthIsTakenFrom) {
  const PodView silent;
  EXPECT_EQ(ReadWish(silent, kArrival, {})->length,
            plan::AtItsWord(hours(1), plan::LengthSource::assumed));
  const PodView pod = Nightly("2021-07-01T12:00:00Z", "2h");
  EXPECT_EQ(ReadWish(pod, kArrival, {})->length, plan::AtItsWord(hours(2)));
  const std::vector<Duration> runs = {hours(3), hours(4), hours(5)};
  EXPECT_EQ(ReadWish(pod, kArrival, {}, runs)->length, plan::LearntLength(runs, hours(2)));
}

TEST(Wish, MustStartSoThatTheLongestRunOrWhatItSaysFits) {
  const std::vector<Duration> runs = {hours(3), hours(4), hours(5)};
  const auto latest = [&](const std::string& duration) {
    const auto wish = ReadWish(Nightly("2021-07-01T12:00:00Z", duration), kArrival, {}, runs);
    return wish ? wish->latest_start - kArrival : Duration();
  };
  EXPECT_EQ(latest("2h"), hours(7));
  EXPECT_EQ(latest("10h"), hours(2)) << "the owner's word holds though runs were shorter";
}

TEST(Wish, ADeadlineNeedsNoDurationWhereRunsAreKnown) {
  const PodView pod = Nightly("2021-07-01T12:00:00Z");
  EXPECT_FALSE(ReadWish(pod, kArrival, {}));
  const std::vector<Duration> runs = {hours(3)};
  const auto wish = ReadWish(pod, kArrival, {}, runs);
  ASSERT_TRUE(wish) << wish.error().message;
  EXPECT_EQ(wish->length, plan::LearntLength(runs, {})) << "the default counts for nothing";
  EXPECT_EQ(wish->latest_start, kArrival + hours(9));
}

TEST(Wish, TakesTheDefaultsThatItIsGiven) {
  const auto wish =
      ReadWish({}, kArrival, {.max_delay = hours(24), .length = minutes(5), .cpu_cores = 2});
  ASSERT_TRUE(wish) << wish.error().message;
  EXPECT_EQ(wish->length.mean, minutes(5));
  EXPECT_EQ(wish->latest_start, kArrival + hours(24));
}

}  // namespace
}  // namespace carbon::workloads
