// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "directory_watch.hh"

#include <algorithm>
#include <cstdio>
#include <new>
#include <sys/inotify.h>
#include <unistd.h>

namespace ktcp::user {

namespace {

constexpr uint32_t name_events =
    IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF;
constexpr uint32_t entry_events = IN_MODIFY | IN_ATTRIB;

} // namespace

// There is no inotify_add_watch that begins at a descriptor.
bool DirectoryWatch::watch(Answer& answer, int directory) noexcept {
    char path[32];
    std::snprintf(path, sizeof path, "/proc/self/fd/%d", directory);
    return add(answer, path, name_events | entry_events);
}

bool DirectoryWatch::watch_entry(Answer& answer, int directory, const char* name) noexcept {
    char path[32 + KTCP_NAME_MAX + 1];
    std::snprintf(path, sizeof path, "/proc/self/fd/%d/%s", directory, name);
    return add(answer, path, name_events | IN_DONT_FOLLOW);
}

bool DirectoryWatch::add(Answer& answer, const char* path, uint32_t events) noexcept {
    if (refused_)
        return false;
    if (!queue_) {
        queue_ = Descriptor(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
        if (!queue_) {
            refused_ = errno == ENOSYS;
            return false;
        }
    }
    // A directory can be watched for one listing, and be shown in another: then it is one
    // watch, for the events of both.
    int number = inotify_add_watch(queue_.get(), path, events | IN_ONLYDIR | IN_MASK_ADD);
    if (number < 0)
        return false;
    try {
        auto& listeners = watched_[number];
        if (std::ranges::find(listeners, &answer) == listeners.end()) {
            answer.watches.push_back(number);
            listeners.push_back(&answer);
        }
    } catch (const std::bad_alloc&) {
        auto found = watched_.find(number);
        if (found != watched_.end() && !found->second.empty())
            return false;
        if (found != watched_.end())
            watched_.erase(found);
        inotify_rm_watch(queue_.get(), number);
        return false;
    }
    return watched_.size() <= most_watches;
}

void DirectoryWatch::unwatch(Answer& answer) noexcept {
    for (int number : answer.watches) {
        auto found = watched_.find(number);
        if (found == watched_.end())
            continue;
        std::erase(found->second, &answer);
        if (!found->second.empty())
            continue;
        watched_.erase(found);
        inotify_rm_watch(queue_.get(), number); // what it told by then is for nobody
    }
    answer.watches.clear();
}

void DirectoryWatch::listen() noexcept {
    if (watched_.empty())
        return;
    alignas(inotify_event) char events[4096];
    for (;;) {
        ssize_t n = read(queue_.get(), events, sizeof events);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN)
            all_changed(); // nobody knows
        if (n <= 0)
            return;
        for (ssize_t at = 0; at < n;) {
            const auto* event = reinterpret_cast<const inotify_event*>(events + at);
            at += static_cast<ssize_t>(sizeof *event + event->len);
            if (event->mask & IN_Q_OVERFLOW) {
                all_changed();
            } else {
                changed(event->wd);
            }
        }
        if (static_cast<size_t>(n) + sizeof(inotify_event) + KTCP_NAME_MAX + 1 < sizeof events)
            return; // there was room for another
    }
}

void DirectoryWatch::all_changed() noexcept {
    for (auto& [number, listeners] : watched_)
        for (Answer* answer : listeners)
            answer->changed = true;
}

void DirectoryWatch::changed(int watch) noexcept {
    if (auto found = watched_.find(watch); found != watched_.end())
        for (Answer* answer : found->second)
            answer->changed = true;
}

} // namespace ktcp::user
