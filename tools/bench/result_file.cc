// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "result_file.hh"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fmt/format.h>

namespace bench {

std::string write_result_file(const std::string& path, std::span<const double> microseconds) {
    std::FILE* file = std::fopen(path.c_str(), "w");
    if (!file)
        return fmt::format("{}: {}; choose another file with --output", path, std::strerror(errno));
    for (std::size_t i = 0; i < microseconds.size(); ++i)
        fmt::print(file, "{} {:.3f}\n", i, microseconds[i]);
    const bool failed = std::ferror(file) != 0;
    if (std::fclose(file) != 0 || failed)
        return fmt::format("{}: could not be written: {}", path, std::strerror(errno));
    return {};
}

} // namespace bench
