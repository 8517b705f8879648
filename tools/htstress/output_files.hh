// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <string>
#include <vector>

#include "options.hh"
#include "result.hh"

namespace htstress {

// The files that results are asked for in. They are opened before the run, so that what cannot be
// written is known before an hour has been spent on it, and emptied, so that results of an earlier
// run are not taken for this one's.
class OutputFiles {
public:
    OutputFiles() = default;
    ~OutputFiles();
    OutputFiles(const OutputFiles&) = delete;
    OutputFiles& operator=(const OutputFiles&) = delete;

    // Both return what went wrong, or an empty string. No file is touched unless all can be
    // written.
    [[nodiscard]] std::string open(const Options& options);
    [[nodiscard]] std::string write(const Result& result);

private:
    struct File {
        const char* option;
        std::string path;
        std::string (*content)(const Result&);
        int fd;
    };
    std::string open_one(const char* option, const std::string& path,
                         std::string (*content)(const Result&));

    std::vector<File> files_;
};

} // namespace htstress
