// SPDX-License-Identifier: Apache-2.0
#include "net/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
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

/// Appends what `fd` holds to `text` until it ends or `text` has `most` bytes. An errno, or 0.
int ReadUpTo(int fd, size_t most, std::string& text) {
  std::array<char, 65536> block{};
  while (text.size() < most) {
    const ssize_t got = ::read(fd, block.data(), std::min(block.size(), most - text.size()));
    if (got == 0) {
      return 0;
    }
    if (got > 0) {
      text.append(block.data(), static_cast<size_t>(got));
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

bool IsGzip(std::string_view text) { return text.starts_with("\x1f\x8b"); }

struct Inflater {
  Inflater() {
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    ready = inflateInit2(&stream, kGzipOnly) == Z_OK;
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream); }

  z_stream stream{};
  bool ready = false;
};

/// Unpacks one member from the front of `packed`, which is then moved behind it.
Status InflateMember(std::string_view& packed, size_t max_bytes, std::string& text) {
  Inflater inflater;
  if (!inflater.ready) {
    return Unavailable("no memory to unpack gzip");
  }
  std::array<char, 65536> block{};
  z_stream& stream = inflater.stream;
  int code = Z_OK;
  while (code != Z_STREAM_END) {
    if (stream.avail_in == 0) {
      constexpr size_t kMostAtOnce = size_t{1} << 30;
      const std::string_view piece = packed.substr(0, kMostAtOnce);
      // zlib's interface predates const; it only reads.
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
      stream.avail_in = static_cast<uInt>(piece.size());
      packed.remove_prefix(piece.size());
    }
    stream.next_out = reinterpret_cast<Bytef*>(block.data());
    stream.avail_out = static_cast<uInt>(block.size());
    code = inflate(&stream, Z_NO_FLUSH);
    if (code != Z_OK && code != Z_STREAM_END) {
      return Invalid(code == Z_BUF_ERROR ? "gzip data ends early" : "gzip data is damaged");
    }
    const size_t got = block.size() - stream.avail_out;
    if (got > max_bytes - text.size()) {
      return TooLarge(max_bytes);
    }
    text.append(block.data(), got);
  }
  packed = {packed.data() - stream.avail_in, packed.size() + stream.avail_in};
  return {};
}

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

Result<std::string> Gunzip(std::string_view packed, size_t max_bytes) {
  if (!IsGzip(packed)) {
    return Invalid("not gzip data");
  }
  std::string text;
  while (!packed.empty()) {
    if (!IsGzip(packed)) {
      return Invalid("other data behind the gzip data");
    }
    const Status done = InflateMember(packed, max_bytes, text);
    if (!done) {
      return done.error();
    }
  }
  return text;
}

Result<std::string> ReadFile(const std::string& path, size_t max_bytes) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat about{};
  if (file.get() < 0 || ::fstat(file.get(), &about) != 0) {
    return FileError("read", path, errno);
  }
  if (S_ISDIR(about.st_mode)) {
    return FileError("read", path, EISDIR);
  }
  std::string text;
  if (about.st_size > 0) {
    text.reserve(std::min(static_cast<size_t>(about.st_size), max_bytes) + 1);
  }
  if (const int code = ReadUpTo(file.get(), max_bytes + 1, text)) {
    return FileError("read", path, code);
  }
  if (text.size() > max_bytes) {
    return TooLarge(max_bytes).In("cannot read " + path);
  }
  if (!IsGzip(text)) {
    return text;
  }
  auto unpacked = Gunzip(text, max_bytes);
  return unpacked ? std::move(unpacked) : unpacked.error().In("cannot read " + path);
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
