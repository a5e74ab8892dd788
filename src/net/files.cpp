// SPDX-License-Identifier: Apache-2.0
#include "net/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <optional>
#include <system_error>

namespace carbon::net {
namespace {

/// A file descriptor that is closed on every path.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  int get() const { return fd_; }
  bool Close() {
    const int fd = fd_;
    fd_ = -1;
    return ::close(fd) == 0;
  }

 private:
  int fd_;
};

Error FileError(const char* what, const std::string& path, int code) {
  const bool world = code == EIO || code == ENOSPC || code == EDQUOT || code == EMFILE ||
                     code == ENFILE || code == ENOMEM || code == ESTALE;
  return {
      world ? Error::Kind::unavailable : Error::Kind::invalid,
      std::string("cannot ") + what + " " + path + ": " + std::generic_category().message(code)};
}

Error TooLarge(size_t max_bytes) {
  return Invalid("larger than " + std::to_string(max_bytes) + " bytes");
}

/// One block of a file. An errno, or 0; empty at the end.
int ReadBlock(int fd, std::array<char, 65536>& room, std::string_view& block) {
  while (true) {
    const ssize_t got = ::read(fd, room.data(), room.size());
    if (got >= 0) {
      block = {room.data(), static_cast<size_t>(got)};
      return 0;
    }
    if (errno != EINTR) {
      return errno;
    }
  }
}

/// Hands on at most so many bytes, and remembers whose error ended it.
class Bounded {
 public:
  Bounded(size_t most, const TakeBytes& take) : left_(most), most_(most), take_(take) {}

  Status operator()(std::string_view bytes) {
    if (bytes.size() > left_) {
      return TooLarge(most_);
    }
    left_ -= bytes.size();
    Status taken = take_(bytes);
    takers_ = !taken;
    return taken;
  }
  bool IsTakers() const { return takers_; }

 private:
  size_t left_;
  size_t most_;
  const TakeBytes& take_;
  bool takers_ = false;
};

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) {
    return ".";
  }
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// An errno, or 0.
int WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = ::write(fd, text.data(), text.size());
    if (put >= 0) {
      text.remove_prefix(static_cast<size_t>(put));
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return ::fsync(fd) == 0 ? 0 : errno;
}

std::string TemporaryName(const std::string& path) {
  static std::atomic<unsigned> count{0};
  return path + ".tmp." + std::to_string(::getpid()) + "." + std::to_string(++count);
}

}  // namespace

Status ReadBlocks(const std::string& path, size_t max_bytes, const TakeBytes& take) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat about{};
  if (file.get() < 0 || ::fstat(file.get(), &about) != 0) {
    return FileError("read", path, errno);
  }
  if (S_ISDIR(about.st_mode)) {
    return FileError("read", path, EISDIR);
  }
  Bounded bounded(max_bytes, take);
  const TakeBytes unpacked = [&](std::string_view bytes) { return bounded(bytes); };
  std::optional<Gunzip> gunzip;
  std::array<char, 65536> room{};
  size_t packed_bytes = 0;
  Status status;
  for (std::string_view block; status;) {
    if (const int code = ReadBlock(file.get(), room, block)) {
      return FileError("read", path, code);
    }
    if (block.empty()) {
      status = gunzip ? gunzip->Finish() : Status();
      break;
    }
    if (packed_bytes == 0 && Gunzip::IsGzip(block)) {
      gunzip.emplace();
    }
    packed_bytes += block.size();
    if (packed_bytes > max_bytes) {
      status = TooLarge(max_bytes);
      break;
    }
    status = gunzip ? gunzip->Feed(block, unpacked) : unpacked(block);
  }
  return status || bounded.IsTakers() ? status : status.error().In("cannot read " + path);
}

Result<std::string> ReadFile(const std::string& path, size_t max_bytes) {
  std::string text;
  const Status read = ReadBlocks(path, max_bytes, [&](std::string_view block) {
    text.append(block);
    return Status();
  });
  return read ? Result<std::string>(std::move(text)) : read.error();
}

Status ReadLines(const std::string& path, size_t max_bytes, size_t max_line,
                 const TakeBytes& take) {
  std::string begun;  // the part of a line that came in earlier blocks
  size_t lines = 0;
  const auto too_long = [&] {
    return Invalid("cannot read " + path + ": line " + std::to_string(lines + 1) +
                   " is longer than " + std::to_string(max_line) + " bytes");
  };
  const Status read = ReadBlocks(path, max_bytes, [&](std::string_view block) -> Status {
    while (true) {
      const size_t end = block.find('\n');
      const std::string_view piece = block.substr(0, end);
      if (begun.size() + piece.size() > max_line) {
        return too_long();
      }
      if (end == std::string_view::npos) {
        begun.append(piece);
        return {};
      }
      const Status taken = begun.empty() ? take(piece) : take(begun.append(piece));
      if (!taken) {
        return taken;
      }
      begun.clear();
      ++lines;
      block.remove_prefix(end + 1);
    }
  });
  return read && !begun.empty() ? take(begun) : read;
}

Status WriteFileAtomic(const std::string& path, std::string_view text) {
  const std::string temporary = TemporaryName(path);
  constexpr mode_t kLessUmask = 0666;
  Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kLessUmask));
  if (file.get() < 0) {
    return FileError("write", path, errno);
  }
  int code = WriteAll(file.get(), text);
  if (!file.Close() && code == 0) {
    code = errno;
  }
  if (code == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) {
    code = errno;
  }
  if (code != 0) {
    ::unlink(temporary.c_str());
    return FileError("write", path, code);
  }
  // The new name outlives a power cut only once the folder is on the disk too. Some file systems
  // refuse to sync a folder: the file is in place nevertheless.
  const Descriptor folder(::open(FolderOf(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() >= 0) {
    ::fsync(folder.get());
  }
  return {};
}

}  // namespace carbon::net
