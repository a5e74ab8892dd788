// SPDX-License-Identifier: Apache-2.0
#include "kube/watch_stream.h"

#include <gtest/gtest.h>

#include "kube/object.h"

namespace carbon::kube {
namespace {

/// Types and names of the events, and the error that ended them, if any.
struct Seen {
  std::string events;
  std::string error;
};

Seen Consume(std::string_view text, size_t chunk, size_t max_line = 1 << 20) {
  WatchStream stream(max_line);
  Seen seen;
  while (!text.empty()) {
    const auto status = stream.Feed(text.substr(0, chunk), [&](WatchEvent&& event) {
      seen.events += std::to_string(static_cast<int>(event.type)) + KeyOf(event.object) + " ";
      return true;
    });
    if (!status) {
      EXPECT_EQ(status.error().kind, Error::Kind::unavailable);
      seen.error = status.error().message;
      return seen;
    }
    text.remove_prefix(std::min(chunk, text.size()));
  }
  return seen;
}

constexpr std::string_view kEvents =
    "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"a\",\"namespace\":\"n\"}}}\n"
    "{\"type\":\"MODIFIED\",\"object\":{\"metadata\":{\"name\":\"b\"}}}\r\n"
    "\n"
    "{\"type\":\"DELETED\",\"object\":{\"metadata\":{\"name\":\"c\"}}}\n"
    "{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{\"resourceVersion\":\"7\"}}}\n"
    "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\"}}\n"
    "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"unfinished\"}}}";

TEST(WatchStream, CutsAnywhere) {
  for (size_t chunk = 1; chunk <= kEvents.size(); ++chunk) {
    const Seen seen = Consume(kEvents, chunk);
    EXPECT_EQ(seen.events, "0n/a 1b 2c 3 4 ") << chunk;
    EXPECT_EQ(seen.error, "") << chunk;
  }
}

TEST(WatchStream, EndsEarlyWhereTheConsumerHasEnough) {
  WatchStream stream;
  int count = 0;
  EXPECT_TRUE(stream.Feed(kEvents, [&](WatchEvent&&) { return ++count < 2; }));
  EXPECT_EQ(count, 2);
}

TEST(WatchStream, BoundsALine) {
  const std::string line = "{\"type\":\"ADDED\",\"object\":{}}";
  for (const size_t chunk : {size_t{1}, size_t{7}, size_t{1000}}) {
    EXPECT_EQ(Consume(line + "\n", chunk, line.size()).events, "0 ");
    EXPECT_EQ(Consume(line + "\n", chunk, line.size() - 1).error,
              "a line of the watch is longer than 27 bytes");
  }
}

TEST(WatchStream, RefusesWhatIsNoEvent) {
  const std::pair<const char*, const char*> cases[] = {
      {"<html>\n", "a line of the watch is not JSON: syntax error"},
      {"{\"type\":\"ADDED\"\n", "a line of the watch is not JSON: incomplete JSON"},
      {"[]\n", "a line of the watch is not an event"},
      {"{\"type\":\"ADDED\"}\n", "a line of the watch is not an event"},
      {"{\"type\":\"ADDED\",\"object\":7}\n", "a line of the watch is not an event"},
      {"{\"type\":\"NEWS\",\"object\":{}}\n", "a line of the watch is not an event"},
      {"{\"kind\":\"Status\"}\n", "a line of the watch is not an event"},
  };
  for (const auto& [text, want] : cases) {
    EXPECT_TRUE(Consume(text, 5).error.starts_with(want)) << Consume(text, 5).error;
  }
}

}  // namespace
}  // namespace carbon::kube
