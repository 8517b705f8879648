// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A directory beneath a served root in which names change places with symbolic links
// that lead out of it, all the time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace ktcp::test {

// What a client may ask for while names change places.
struct SwapTarget {
    std::string path;   // beneath the root, as in a request
    std::string inside; // the only bytes that a 200 may have; a listing has none of these
    bool listing = false;
    bool link = false; // leads inside, if it is followed at all
};

// Made in the constructor, removed in the destructor; both throw nothing but
// std::filesystem::filesystem_error and std::system_error. Every link that takes part leads
// to a directory of our own beside the root, or, as a file, into it.
class SwapTree {
public:
    // `outside`: an existing directory that is not beneath the root.
    SwapTree(const std::filesystem::path& root, const std::filesystem::path& outside);
    ~SwapTree();
    SwapTree(const SwapTree&) = delete;
    SwapTree& operator=(const SwapTree&) = delete;

    const std::vector<SwapTarget>& targets() const { return targets_; }
    // Exchanges the two names of one pair, the next each time (RENAME_EXCHANGE).
    void exchange();
    // The first of the outside's marks that the text has: its bytes, names, size, date.
    // Empty: none.
    std::string leak_in(const std::string& text) const;

private:
    void write(const std::filesystem::path& path, const std::string& bytes) const;
    void build_inside();
    void build_outside();
    void link(const std::string& to, const std::string& name);
    void add_pair(const std::string& one, const std::string& other);

    std::string served_; // the name of our directory beneath the root
    std::filesystem::path inside_, outside_;
    std::string secret_;
    std::vector<SwapTarget> targets_;
    std::vector<std::pair<std::string, std::string>> pairs_;
    size_t next_ = 0;
};

} // namespace ktcp::test
