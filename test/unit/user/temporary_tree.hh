// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A directory for one test, with a served root inside it and room beside the root.
#pragma once

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <stdlib.h>
#include <string>

namespace ktcp::user::testing {

class TemporaryTree {
public:
    TemporaryTree() {
        std::string name = (std::filesystem::temp_directory_path() / "ktcp-user-XXXXXX").string();
        if (!mkdtemp(name.data()))
            throw std::runtime_error("cannot make a directory in the temporary directory");
        base = name;
        root = base / "root";
        std::filesystem::create_directory(root);
    }
    ~TemporaryTree() {
        std::error_code ignored;
        std::filesystem::remove_all(base, ignored);
    }
    TemporaryTree(const TemporaryTree&) = delete;
    TemporaryTree& operator=(const TemporaryTree&) = delete;

    static void write(const std::filesystem::path& path, const std::string& content) {
        std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
    }

    std::filesystem::path base;
    std::filesystem::path root;
};

// How many descriptors this process has open.
inline size_t open_descriptors() {
    size_t count = 0;
    for ([[maybe_unused]] auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
        ++count;
    return count;
}

} // namespace ktcp::user::testing
