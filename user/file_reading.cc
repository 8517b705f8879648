// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "file_reading.hh"

#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <unistd.h>

namespace ktcp::user {

namespace {

constexpr int64_t second = 1000000000;

// Where nobody can tell whether the file is open for writing, and where a file that is
// does not seem to be written to.
constexpr int64_t quiet_time = second;

// As the kernel dates changes: by the clock that steps in ticks.
int64_t age_of(const timespec& changed) noexcept {
    timespec now = {};
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    return (now.tv_sec - changed.tv_sec) * second + now.tv_nsec - changed.tv_nsec;
}

// The steps of that clock, or of the file system's dates: some have whole seconds only,
// or two, some hundredths.
int64_t step_of(const timespec& changed) noexcept {
    static const int64_t tick = [] {
        timespec resolution = {};
        clock_getres(CLOCK_REALTIME_COARSE, &resolution);
        return resolution.tv_sec * second + resolution.tv_nsec;
    }();
    if (changed.tv_nsec == 0)
        return 2 * second + tick;
    return changed.tv_nsec % 1000000 == 0 ? second / 50 + tick : tick;
}

bool read_whole(int fd, Content& place) noexcept {
    for (size_t done = 0; done < place.size();) {
        ssize_t n = pread(fd, place.bytes() + done, place.size() - done, static_cast<off_t>(done));
        if (n == 0 || (n < 0 && errno != EINTR))
            return false;
        if (n > 0)
            done += static_cast<size_t>(n);
    }
    return true;
}

} // namespace

bool may_hide_changes(const timespec& changed) noexcept {
    return age_of(changed) <= step_of(changed);
}

Writers writers_of(int fd) noexcept {
    if (fcntl(fd, F_SETLEASE, F_RDLCK) != 0)
        return errno == EAGAIN ? Writers::some : Writers::unknown;
    fcntl(fd, F_SETLEASE, F_UNLCK);
    return Writers::none;
}

FileReading FileReading::read(int fd, const FileIdentity& identity, ContentRef place) noexcept {
    FileReading reading;
    // In this order: what is not older than a tick may be written to by somebody who has
    // closed it when the second is asked.
    const bool fresh = may_hide_changes(identity.changed);
    const bool quiet = age_of(identity.changed) >= quiet_time;
    const Writers before = writers_of(fd);
    struct stat st = {};
    const bool whole = read_whole(fd, *place.operator->());
    const Writers after = before == Writers::none ? writers_of(fd) : before;
    if (fstat(fd, &st) != 0)
        return reading;
    const bool same = FileIdentity(st) == identity;
    if (same && !whole)
        return reading; // an I/O error
    reading.content = std::move(place);
    reading.consistent = same;
    reading.told = after == Writers::none;
    if (same && !fresh && (after == Writers::none || (after == Writers::unknown && quiet)))
        reading.state = State::proved;
    else if (!same || fresh || (after == Writers::some && !quiet))
        reading.state = State::unsettled;
    else
        reading.state = State::once;
    return reading;
}

} // namespace ktcp::user
