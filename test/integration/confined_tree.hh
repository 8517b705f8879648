// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A directory tree as a confined server must see it: whatever a path leads to, it
// never leaves the root (openat2() with RESOLVE_BENEATH).
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ktcp::test {

struct Found {
    enum class Kind { file, directory, missing, refused };

    Kind kind = Kind::missing;
    uint64_t size = 0;
    int64_t modified_seconds = 0;
};

class ConfinedTree {
public:
    // Throws std::system_error if the root cannot be opened.
    explicit ConfinedTree(const std::string& root);
    ~ConfinedTree();
    ConfinedTree(const ConfinedTree&) = delete;
    ConfinedTree& operator=(const ConfinedTree&) = delete;

    // Every path below the root, in depth-first order; links are not followed.
    std::vector<std::string> walk() const;

    Found find(std::string_view path) const;
    // What the server should answer with for a path, opened to read; -1 if it may not.
    int open(std::string_view path, int flags) const;
    std::vector<std::string> entries(std::string_view path) const;

private:
    void walk(const std::string& directory, std::vector<std::string>& paths) const;

    int root_;
};

} // namespace ktcp::test
