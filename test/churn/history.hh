// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What each path led to, and when: written by those who change the tree, before and after
// each system call, and read by those who judge answers. A state existed somewhere between
// the moment before the call that made it and the moment after the call that ended it; both
// bounds err on the server's side. A file is known by a number, as by its inode, so that what
// becomes of it is known even after it has got another name.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "churn/stamped_text.hh"

namespace ktcp::test {

using Nanoseconds = int64_t; // of CLOCK_MONOTONIC
Nanoseconds monotonic_ns();

struct PathState {
    enum class Kind { absent, file, directory };

    Kind kind = Kind::absent;
    uint64_t file = 0;    // the same for as long as it is the same file; 0: none
    bool readable = true; // by others than the owner, and so are the directories above
    StampedText text;     // of a file
    // Of a precompressed file: its bytes; `text` is what they stand for.
    std::shared_ptr<const std::string> coded;
    // While one write made this of the state before: the bytes that it wrote.
    uint64_t written_from = 0;
    uint64_t written_to = 0;

    int64_t modified_ns = 0; // once settled
    Nanoseconds begun = 0;
    Nanoseconds ended = std::numeric_limits<Nanoseconds>::max();
    bool settled = false;

    uint64_t size() const { return coded ? coded->size() : text.size(); }
    bool holds(std::string_view bytes, uint64_t offset) const {
        if (coded)
            return offset <= coded->size() && coded->substr(offset, bytes.size()) == bytes;
        return text.matches(bytes, offset);
    }
};

using States = std::vector<std::shared_ptr<const PathState>>; // the oldest first

class History {
public:
    using Path = size_t;

    // Before anything begins.
    Path add(std::string name);
    size_t size() const { return paths_.size(); }
    const std::string& name(Path path) const { return paths_[path].name; }
    // -1: no such path.
    int find(const std::string& name) const;
    // Two directories whose places are exchanged now and then: who has opened one of them by its
    // name sees what happens in it, under either name.
    void exchange(std::string one, std::string other);
    // The paths of which this one is the directory.
    const std::vector<Path>& children(Path path) const { return paths_[path].children; }

    // A change of these paths: announced, made by `act`, and dated. `date` says when the path
    // was modified, according to the file system.
    template <class Act, class Date>
    void change(const std::vector<std::pair<Path, PathState>>& changes, Act act, Date date) {
        announce(changes);
        act();
        const Nanoseconds after = monotonic_ns();
        std::vector<int64_t> dates;
        for (const auto& [path, state] : changes)
            dates.push_back(state.kind == PathState::Kind::file ? date(path) : 0);
        settle(changes, after, dates);
    }

    // All that the path may have led to at some time from one moment to the other. If all of
    // them agree in something, that held throughout. Whoever opens a file, or a directory above
    // it, and goes on a moment later sees what became of it under another name since: such states
    // follow those of the name itself. Waits for a change that is under way.
    States during(Path path, Nanoseconds from, Nanoseconds to) const;
    // The one before the first of those, or null: for saying how old an old answer is.
    States before(Path path, Nanoseconds from) const;

private:
    struct Known {
        std::string name;
        std::vector<Path> children;
        std::vector<std::shared_ptr<PathState>> states;
    };

    void announce(const std::vector<std::pair<Path, PathState>>& changes);
    void settle(const std::vector<std::pair<Path, PathState>>& changes, Nanoseconds after,
                const std::vector<int64_t>& dates);

    States under_its_name(Path path, Nanoseconds from, Nanoseconds to) const;
    // Where what this path leads to may be found after an exchange; -1: nowhere else.
    int elsewhere(Path path) const;

    // What is still changed is copied, since it is read without the lock.
    static std::shared_ptr<const PathState> copy(const std::shared_ptr<PathState>& state,
                                                 Nanoseconds to) {
        return state->settled && state->ended < to ? state : std::make_shared<PathState>(*state);
    }

    mutable std::mutex mutex_;
    mutable std::condition_variable settled_;
    std::vector<Known> paths_;
    std::map<std::string, Path> by_name_;
    std::unordered_map<uint64_t, std::vector<std::shared_ptr<PathState>>> by_file_;
    std::map<std::string, std::string> exchanged_; // both ways
};

} // namespace ktcp::test
