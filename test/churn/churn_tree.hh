// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A part of the tree that one writer changes all the time, in every way that files and
// directories can be changed, and tells the history of it.
#pragma once

#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "churn/history.hh"

namespace ktcp::test {

struct ChurnOptions {
    unsigned largest = 300;    // KiB of an ordinary file
    bool big = true;           // a file of 1 MiB and one of 3 MiB, too
    bool only_renames = false; // contents are replaced by renaming, never written in place
    unsigned pause = 2000;     // microseconds between two operations, at most
};

class ChurnTree {
public:
    // Makes the directory `name` beneath root and what is in it.
    ChurnTree(History& history, std::filesystem::path root, std::string name, unsigned number,
              const ChurnOptions& options);

    // One operation, chosen at random.
    void step();
    // How often each was done.
    const std::map<std::string, uint64_t>& done() const { return done_; }

private:
    struct Node {
        PathState::Kind kind = PathState::Kind::absent;
        uint64_t file = 0; // as in PathState
        mode_t mode = 0644;
        StampedText text;
        std::shared_ptr<const std::string> coded;
        uint64_t written_from = 0;
        uint64_t written_to = 0;
        std::map<std::string, Node> children;
    };
    struct Opened;
    using Changes = std::vector<std::pair<History::Path, PathState>>;

    unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
    bool chance(unsigned percent) { return below(100) < percent; }
    uint64_t new_stamp() { return stamp_ += 16; } // 16 writers at most
    uint64_t some_size();
    void note(const char* operation) { done_[operation]++; }

    std::filesystem::path real(const std::string& path) const { return root_ / path; }
    Node& node(const std::string& path);
    void collect(const std::string& path, Changes& changes);
    int64_t modified_ns(History::Path path) const;
    // Changes the model, says what becomes of all beneath the paths, and does it.
    template <class Act> void change(std::initializer_list<std::string> paths, Act act);

    void add_file(const std::string& path);
    void add_directory(const std::string& path);
    std::string write_aside(const std::string& path, const std::string& bytes);

    void write(const std::string& path, const Opened& opened, uint64_t from, uint64_t count);

    // Each changes one path; they keep to what the path is at the time.
    void change_file(const std::string& path);
    void make_file(const std::string& path);
    void replace(const std::string& path);
    void rewrite(const std::string& path, unsigned writes);
    void write_in_place(const std::string& path);
    void append(const std::string& path);
    void truncate(const std::string& path);
    void remove(const std::string& path);
    void set_mode(const std::string& path, mode_t mode);
    void touch(const std::string& path);
    void move(const std::string& from, const std::string& to);

    void change_kind(const std::string& path);
    void change_sibling(const std::string& path);
    void exchange_directories(const std::string& one, const std::string& other);
    void move_away(const std::string& path);
    void empty_and_remove(const std::string& path);
    void make_again(const std::string& path);

    History& history_;
    const std::filesystem::path root_;
    const std::string name_;
    const ChurnOptions options_;
    std::mt19937_64 random_;
    uint64_t stamp_;
    uint64_t aside_ = 0;
    Node top_;
    std::vector<std::string> files_, siblings_;
    std::string last_;
    std::map<std::string, uint64_t> done_;
};

} // namespace ktcp::test
