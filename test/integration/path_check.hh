// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Fetches one path of a tree and compares what comes with what is on the disk.
#pragma once

#include <cstdint>
#include <string>

#include "integration/confined_tree.hh"
#include "integration/fetcher.hh"

namespace ktcp::test {

struct Tally {
    uint64_t files = 0;
    uint64_t bytes = 0;
    uint64_t redirects = 0;
    uint64_t listings = 0;
    uint64_t indexes = 0;
    uint64_t missing = 0;
    uint64_t refused = 0;

    void add(const Tally& other);
};

class PathCheck {
public:
    // hidden: does the server list names that begin with a dot?
    PathCheck(const ConfinedTree& tree, Fetcher& fetcher, bool hidden)
        : tree_(tree), fetcher_(fetcher), hidden_(hidden) {}

    // Throws std::runtime_error that says what differs.
    void check(const std::string& path);
    const Tally& tally() const { return tally_; }

private:
    void check_file(const std::string& path, const std::string& target, const Found& found);
    void check_directory(const std::string& path, const std::string& target);

    const ConfinedTree& tree_;
    Fetcher& fetcher_;
    const bool hidden_;
    Tally tally_;
};

} // namespace ktcp::test
