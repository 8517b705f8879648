// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The same for epoll, poll and select.
#include "world/calls.hh"

#include <cerrno>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>

using namespace ktcp::fuzz;

namespace {

constexpr uint32_t always = EPOLLERR | EPOLLHUP;

uint32_t ready_of(int fd) {
    const ObjectRef object = world().object(fd);
    check(object != nullptr, "a descriptor that is not open is waited for", std::to_string(fd));
    return object->ready();
}

// Edges are events that happened since the last report; a level is what is.
int look_at(Epoll& epoll, epoll_event* events, int most) {
    int n = 0;
    for (Epoll::Item& item : epoll.items) {
        const ObjectRef object = item.object.lock();
        const bool edges = item.event.events & EPOLLET;
        if (!object || n == most || (edges && !item.queued))
            continue;
        const uint32_t happened = object->ready() & (item.event.events | always);
        if (edges)
            item.queued = false;
        if (happened == 0)
            continue;
        events[n] = item.event;
        events[n++].events = happened;
        if (item.event.events & EPOLLONESHOT)
            item.event.events = 0;
    }
    return n;
}

} // namespace

KTCP_WRAP(int, epoll_create1, (int flags)) {
    if (!World::current)
        return __real_epoll_create1(flags);
    return world().fails(Call::start) ? -1 : world().add(std::make_shared<Epoll>());
}

KTCP_WRAP(int, epoll_ctl, (int epoll, int operation, int fd, epoll_event* event)) {
    if (!World::ours(epoll))
        return __real_epoll_ctl(epoll, operation, fd, event);
    auto* set = world().find<Epoll>(epoll);
    const ObjectRef object = world().object(fd);
    check(set && object, "epoll_ctl of what is not open", std::to_string(fd));
    if (operation == EPOLL_CTL_ADD) {
        if (world().fails(Call::watch))
            return -1;
        set->items.push_back({fd, object, *event, true});
        return 0;
    }
    check(operation == EPOLL_CTL_MOD, "epoll_ctl");
    for (Epoll::Item& item : set->items)
        if (item.fd == fd) {
            item.event = *event;
            item.queued = true; // what is ready now is reported
            return 0;
        }
    return failed(ENOENT);
}

KTCP_WRAP(int, epoll_wait, (int epoll, epoll_event* events, int most, int timeout)) {
    if (!World::ours(epoll))
        return __real_epoll_wait(epoll, events, most, timeout);
    auto* set = world().find<Epoll>(epoll);
    check(set != nullptr, "epoll_wait of no epoll");
    return world().wait([&] { return look_at(*set, events, most); }, timeout);
}

KTCP_WRAP(int, poll, (pollfd * list, nfds_t count, int timeout)) {
    if (!World::current)
        return __real_poll(list, count, timeout);
    return world().wait(
        [&] {
            int n = 0;
            for (nfds_t i = 0; i < count; i++) {
                list[i].revents = 0;
                if (list[i].fd < 0)
                    continue;
                list[i].revents = static_cast<short>(
                    ready_of(list[i].fd) & (static_cast<unsigned>(list[i].events) | always));
                n += list[i].revents != 0;
            }
            return n;
        },
        timeout);
}

KTCP_WRAP(int, select, (int limit, fd_set* reads, fd_set* writes, fd_set* others, timeval* time)) {
    if (!World::current)
        return __real_select(limit, reads, writes, others, time);
    check(!others && (!time || (time->tv_sec == 0 && time->tv_usec == 0)), "select");
    const fd_set wanted_reads = *reads, wanted_writes = *writes;
    return world().wait(
        [&] {
            FD_ZERO(reads);
            FD_ZERO(writes);
            int n = 0;
            for (int fd = 0; fd < limit; fd++) {
                const bool to_read = FD_ISSET(fd, &wanted_reads);
                const bool to_write = FD_ISSET(fd, &wanted_writes);
                const uint32_t ready = to_read || to_write ? ready_of(fd) : 0;
                if (to_read && (ready & (EPOLLIN | always))) {
                    FD_SET(fd, reads);
                    n++;
                }
                if (to_write && (ready & (EPOLLOUT | EPOLLERR))) {
                    FD_SET(fd, writes);
                    n++;
                }
            }
            return n;
        },
        time ? 0 : -1);
}
