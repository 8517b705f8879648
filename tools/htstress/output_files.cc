// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "output_files.hh"

#include <cerrno>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "csv_report.hh"
#include "json_report.hh"
#include "latency_svg.hh"

namespace htstress {
namespace {

bool same_regular_file(int one, int other) {
    struct stat a {
    }, b{};
    return fstat(one, &a) == 0 && fstat(other, &b) == 0 && S_ISREG(a.st_mode) &&
           a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t n = ::write(fd, text.data(), text.size());
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0)
            text.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

} // namespace

OutputFiles::~OutputFiles() {
    for (const File& file : files_)
        if (file.fd >= 0)
            close(file.fd);
}

std::string OutputFiles::open_one(const char* option, const std::string& path,
                                  std::string (*content)(const Result&)) {
    if (path.empty())
        return {};
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0)
        return fmt::format("{}: {}: {}; choose a file that can be written", option, path,
                           std::strerror(errno));
    files_.push_back({option, path, content, fd});
    for (const File& other : files_)
        if (other.fd != fd && same_regular_file(other.fd, fd))
            return fmt::format("{}: {} is what {} is to be written to; give each a file of its own",
                               option, path, other.option);
    return {};
}

std::string OutputFiles::open(const Options& o) {
    struct Wanted {
        const char* option;
        const std::string& path;
        std::string (*content)(const Result&);
    };
    for (const Wanted& wanted :
         {Wanted{"--json", o.json_path, json_report}, Wanted{"--csv", o.csv_path, latency_csv},
          Wanted{"--csv-seconds", o.csv_seconds_path, seconds_csv},
          Wanted{"--svg", o.svg_path, latency_svg}})
        if (std::string fault = open_one(wanted.option, wanted.path, wanted.content);
            !fault.empty())
            return fault;
    // A pipe or a device has nothing to be emptied of, and says so by EINVAL.
    for (const File& file : files_)
        if (ftruncate(file.fd, 0) != 0 && errno != EINVAL)
            return fmt::format("{}: {}: {}", file.option, file.path, std::strerror(errno));
    return {};
}

std::string OutputFiles::write(const Result& result) {
    for (File& file : files_) {
        const bool written = write_all(file.fd, file.content(result));
        const int error = errno;
        const bool closed = close(file.fd) == 0;
        file.fd = -1;
        if (!written || !closed)
            return fmt::format("{}: {} could not be written: {}", file.option, file.path,
                               std::strerror(written ? errno : error));
    }
    return {};
}

} // namespace htstress
