// SPDX-License-Identifier: Apache-2.0
// The captured answers as a whole: none lies there unread, and each folder says whose it is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace carbon::feeds {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

const fs::path kTests = fs::path(CARBON_SOURCE_DIR) / "tests" / "feeds";

std::string TextOf(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<fs::path> Folders() {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(kTests / "fixtures")) {
    folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

/// All tests but this one.
std::string Sources() {
  std::string sources;
  for (const auto& entry : fs::directory_iterator(kTests)) {
    if (entry.path().extension() == ".cpp" && entry.path().stem() != "fixtures_test") {
      sources += TextOf(entry.path());
    }
  }
  return sources;
}

/// By its whole name, or by what follows the name of who captured it ("aiowatttime_…").
bool Names(const std::string& sources, const std::string& file) {
  return sources.find('"' + file + '"') != std::string::npos ||
         sources.find('"' + file.substr(file.find('_') + 1) + '"') != std::string::npos;
}

TEST(Fixtures, AreEachNamedByATest) {
  const std::string sources = Sources();
  int files = 0;
  for (const fs::path& folder : Folders()) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      const std::string file = entry.path().filename().string();
      if (file != "NOTICE") {
        ++files;
        EXPECT_TRUE(Names(sources, file)) << entry.path();
      }
    }
  }
  EXPECT_GE(files, 39);
}

TEST(Fixtures, SayWhereTheyComeFrom) {
  const std::string notice = TextOf(fs::path(CARBON_SOURCE_DIR) / "NOTICE");
  for (const fs::path& folder : Folders()) {
    EXPECT_FALSE(TextOf(folder / "NOTICE").empty()) << folder;
    EXPECT_THAT(notice,
                HasSubstr("tests/feeds/fixtures/" + folder.filename().string() + "/NOTICE"));
  }
}

}  // namespace
}  // namespace carbon::feeds
