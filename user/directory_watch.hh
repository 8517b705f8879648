// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Hears of changes in directories whose listings are kept.
#pragma once

#include "answer.hh"

#include <unordered_map>
#include <vector>

namespace ktcp::user {

// To look at each entry of a listing again would cost what rendering it costs. inotify
// tells of what matters instead, before the system call that changed it returns: of entries
// that come, go, are renamed, written to, or have their mode or dates changed; and of the
// same in the directories among them, whose own dates that changes. If the queue is empty
// after a request has arrived, nothing had changed before that.
//
// It does not tell of: changes of a file by another name (so files with several names are
// not shown in listings that are kept), or by a name that it got since; changes through
// mmap; mounts. For those, listings are made anew after `listing_time` (answer_cache.hh).
// That is also why files are not proved by it, but each by one fstatat: that is exact, and
// as it is paid once a round, a read of this queue instead would save little.
//
// A worker's own: a child process that is forked has another. The system has only so many
// watches, and queues; where they end, listings are not kept.
class DirectoryWatch {
public:
    // The directory itself, before it is read; `answer` is told of its changes from now
    // on. False if it cannot be watched.
    bool watch(Answer& answer, int directory) noexcept;
    // A directory among its entries, before that one's dates are looked at.
    bool watch_entry(Answer& answer, int directory, const char* name) noexcept;
    void unwatch(Answer& answer) noexcept;

    // Sets Answer::changed where there was news.
    void listen() noexcept;

    bool idle() const { return watched_.empty(); }

private:
    static constexpr size_t most_watches = 4096;

    bool add(Answer& answer, const char* path, uint32_t events) noexcept;
    void changed(int watch) noexcept;
    void all_changed() noexcept;

    Descriptor queue_;
    bool refused_ = false;
    std::unordered_map<int, std::vector<Answer*>> watched_; // by watch: whom to tell
};

} // namespace ktcp::user
