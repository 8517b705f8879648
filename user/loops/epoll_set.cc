// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "loops/epoll_set.hh"

#include "start_error.hh"

namespace ktcp::user {

namespace {

epoll_event event_of(uint32_t events, uint64_t word) {
    epoll_event event = {};
    event.events = events;
    event.data.u64 = word;
    return event;
}

} // namespace

EpollSet::EpollSet() : fd_(epoll_create1(EPOLL_CLOEXEC)) {
    if (!fd_)
        throw StartError::with_errno("cannot create an epoll instance",
                                     "raise the limit of open files (ulimit -n)");
}

bool EpollSet::add(int fd, uint32_t events, uint64_t word) noexcept {
    epoll_event event = event_of(events, word);
    return epoll_ctl(fd_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

bool EpollSet::change(int fd, uint32_t events, uint64_t word) noexcept {
    epoll_event event = event_of(events, word);
    return epoll_ctl(fd_.get(), EPOLL_CTL_MOD, fd, &event) == 0;
}

void EpollSet::require(int fd, uint32_t events, uint64_t word) {
    if (!add(fd, events, word))
        throw StartError::with_errno("cannot watch a descriptor by epoll",
                                     "raise /proc/sys/fs/epoll/max_user_watches");
}

int EpollSet::wait(bool block) noexcept {
    return epoll_wait(fd_.get(), events_, batch_size, block ? -1 : 0);
}

} // namespace ktcp::user
