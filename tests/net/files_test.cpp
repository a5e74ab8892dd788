// SPDX-License-Identifier: Apache-2.0
#include "net/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "support/gzip.h"
#include "support/temp_dir.h"

namespace carbon::net {
namespace {

constexpr size_t kMany = 1 << 20;

TEST(ReadFile, ReturnsTheBytesAsTheyAre) {
  const TempDir dir;
  for (const std::string& text :
       {std::string(), std::string("a\n\0b", 4), std::string(100000, 'x')}) {
    const auto read = ReadFile(dir.Write("f", text), kMany);
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, text);
  }
}

TEST(ReadFile, UnpacksGzipByItsFirstBytes) {
  const TempDir dir;
  const std::string text(300000, 'y');
  EXPECT_EQ(*ReadFile(dir.Write("f", Gzip(text)), kMany), text);
  EXPECT_EQ(*ReadFile(dir.Write("f", Gzip("one ") + Gzip("two")), kMany), "one two");
  EXPECT_EQ(*ReadFile(dir.Write("f", Gzip("")), kMany), "");
}

TEST(ReadFile, BoundsPackedAndUnpackedBytes) {
  const TempDir dir;
  const std::string path = dir.Write("plain", std::string(1001, 'x'));
  EXPECT_EQ(ReadFile(path, 1000).error(),
            Invalid("cannot read " + path + ": larger than 1000 bytes"));
  EXPECT_TRUE(ReadFile(path, 1001));
  const std::string bomb = dir.Write("bomb", Gzip(std::string(50'000'000, '\0')));
  EXPECT_EQ(ReadFile(bomb, kMany).error(),
            Invalid("cannot read " + bomb + ": larger than 1048576 bytes"));
}

TEST(ReadFile, NamesTheFileAndTheReason) {
  const TempDir dir;
  EXPECT_EQ(ReadFile("/nowhere/jobs.csv", kMany).error(),
            Invalid("cannot read /nowhere/jobs.csv: No such file or directory"));
  EXPECT_EQ(ReadFile(dir.Path(""), kMany).error(),
            Invalid("cannot read " + dir.Path("") + ": Is a directory"));
}

TEST(ReadFile, SaysWhereGzipIsDamaged) {
  const TempDir dir;
  const std::string packed = Gzip("some text that is long enough to be cut");
  const std::string path = dir.Path("f");
  dir.Write("f", packed.substr(0, packed.size() - 5));
  EXPECT_EQ(ReadFile(path, kMany).error().message,
            "cannot read " + path + ": gzip data ends early");
  dir.Write("f", packed.substr(0, 2));
  EXPECT_EQ(ReadFile(path, kMany).error().message,
            "cannot read " + path + ": gzip data ends early");
  std::string broken = packed;
  broken[packed.size() - 6] = static_cast<char>(broken[packed.size() - 6] ^ 1);  // the checksum
  dir.Write("f", broken);
  EXPECT_EQ(ReadFile(path, kMany).error().message,
            "cannot read " + path + ": gzip data is damaged");
  dir.Write("f", packed + "tail");
  EXPECT_EQ(ReadFile(path, kMany).error().message,
            "cannot read " + path + ": other data behind the gzip data");
}

std::vector<std::string> LinesOf(const std::string& path) {
  std::vector<std::string> lines;
  const Status read = ReadLines(path, kMany, 100'000, [&](std::string_view line) {
    lines.emplace_back(line);
    return Status();
  });
  EXPECT_TRUE(read) << read.error().message;
  return lines;
}

TEST(ReadLines, SplitsFilesAndUnpacksThem) {
  const TempDir dir;
  // Longer than the blocks in which the file is read.
  const std::string a(70'000, 'a');
  const std::string b(65'536, 'b');
  const std::string text = a + "\n\n" + b + "\r\nend";
  const std::vector<std::string> want = {a, "", b + "\r", "end"};
  EXPECT_EQ(LinesOf(dir.Write("plain", text)), want);
  EXPECT_EQ(LinesOf(dir.Write("packed", Gzip(text.substr(0, 70'001)) + Gzip(text.substr(70'001)))),
            want);
  EXPECT_EQ(LinesOf(dir.Write("ended", "x\ny\n")), (std::vector<std::string>{"x", "y"}));
  EXPECT_TRUE(LinesOf(dir.Write("empty", "")).empty());
}

TEST(ReadLines, EndsWithTheFirstErrorAndBoundsLines) {
  const TempDir dir;
  const std::string path = dir.Write("f", "one\ntwo\nthree\n");
  int taken = 0;
  const auto refuse_two = [&](std::string_view line) {
    ++taken;
    return line == "two" ? Invalid("no two") : Status();
  };
  EXPECT_EQ(ReadLines(path, kMany, 10, refuse_two).error(), Invalid("no two"));
  EXPECT_EQ(taken, 2);
  const auto any = [](std::string_view) { return Status(); };
  EXPECT_EQ(ReadLines(path, kMany, 4, any).error(),
            Invalid("cannot read " + path + ": line 3 is longer than 4 bytes"));
  const std::string endless = dir.Write("endless", Gzip(std::string(900'000, 'x')));
  EXPECT_EQ(ReadLines(endless, kMany, 800'000, any).error(),
            Invalid("cannot read " + endless + ": line 1 is longer than 800000 bytes"));
  EXPECT_EQ(ReadLines(path, 9, 10, any).error(),
            Invalid("cannot read " + path + ": larger than 9 bytes"));
}

TEST(WriteFileAtomic, CreatesAndReplaces) {
  const TempDir dir;
  ASSERT_TRUE(WriteFileAtomic(dir.Path("out"), "first, and longer"));
  ASSERT_TRUE(WriteFileAtomic(dir.Path("out"), "second"));
  EXPECT_EQ(dir.Read("out"), "second");
  const auto files = std::filesystem::directory_iterator(dir.Path(""));
  EXPECT_EQ(std::distance(begin(files), end(files)), 1) << "a temporary file was left";
}

TEST(WriteFileAtomic, LeavesTheOldFileAndNoOtherWhereItFails) {
  const TempDir dir;
  std::filesystem::create_directory(dir.Path("out"));
  dir.Write("out/inside", "kept");
  const Status status = WriteFileAtomic(dir.Path("out"), "text");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error(), Invalid("cannot write " + dir.Path("out") + ": Is a directory"));
  EXPECT_EQ(dir.Read("out/inside"), "kept");
  const auto files = std::filesystem::directory_iterator(dir.Path(""));
  EXPECT_EQ(std::distance(begin(files), end(files)), 1);
}

TEST(WriteFileAtomic, AMissingFolderIsTheUsersError) {
  EXPECT_EQ(WriteFileAtomic("/nowhere/report.html", "").error(),
            Invalid("cannot write /nowhere/report.html: No such file or directory"));
}

TEST(WriteFileAtomic, WorksInTheCurrentFolder) {
  const TempDir dir;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(dir.Path(""));
  EXPECT_TRUE(WriteFileAtomic("plain.txt", "x"));
  std::filesystem::current_path(before);
  EXPECT_EQ(dir.Read("plain.txt"), "x");
}

}  // namespace
}  // namespace carbon::net
