// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "loops/front_door.hh"

#include "start_error.hh"

#include <algorithm>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace ktcp::user {

namespace {

constexpr uint32_t order_tag = UINT32_MAX, bell_tag = UINT32_MAX - 1;

void watch(const Descriptor& epoll, int fd, uint32_t events, uint32_t tag) {
    epoll_event event = {};
    event.events = events;
    event.data.u32 = tag;
    if (epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event) != 0)
        throw StartError::with_errno("cannot watch a listening socket",
                                     "raise /proc/sys/fs/epoll/max_user_watches");
}

} // namespace

FrontDoor::FrontDoor(Worker& worker, const std::vector<Descriptor>& listeners, int bell)
    : worker_(worker), acceptor_(worker, listeners), epoll_(epoll_create1(EPOLL_CLOEXEC)),
      bell_(bell) {
    if (!epoll_)
        throw StartError::with_errno("cannot create an epoll instance",
                                     "raise the limit of open files (ulimit -n)");
    watch(epoll_, worker.service.orders.changed_fd(Order::serve), EPOLLIN, order_tag);
    if (bell >= 0)
        watch(epoll_, bell, EPOLLIN, bell_tag);
    for (size_t i = 0; i < listeners.size(); ++i)
        watch(epoll_, listeners[i].get(), EPOLLIN | EPOLLEXCLUSIVE, static_cast<uint32_t>(i));
}

Client FrontDoor::next(const std::atomic<uint32_t>& busy) noexcept {
    for (bool rang = false; serving() && !rang;) {
        if (acceptor_.resume_due() <= worker_.now.monotonic)
            acceptor_.resume();
        if (acceptor_.paused()) {
            wait_paused();
            return {}; // whatever it was, the caller may have to do with it
        }
        epoll_event event = {};
        int timeout = timeout_ms(worker_.now.monotonic, worker_.next_due());
        int n = epoll_wait(epoll_.get(), &event, 1, timeout);
        worker_.read_clock();
        if (worker_.files)
            worker_.files->sweep(worker_.now.monotonic);
        if (n != 1)
            continue;
        rang = event.data.u32 == bell_tag;
        if (event.data.u32 >= bell_tag)
            continue;
        acceptor_.begin_round();
        if (Client client = acceptor_.next(event.data.u32, busy.load(std::memory_order_relaxed)))
            return client;
    }
    return {};
}

bool FrontDoor::serving() noexcept {
    worker_.read_clock();
    return worker_.service.orders.current() == Order::serve;
}

void FrontDoor::wait_paused() noexcept {
    pollfd waits[] = {{worker_.service.orders.changed_fd(Order::serve), POLLIN, 0},
                      {bell_, POLLIN, 0}}; // poll passes over -1
    if (poll(waits, 2, timeout_ms(worker_.now.monotonic, acceptor_.resume_due())) > 0)
        acceptor_.connection_ended();
}

bool FrontDoor::wait_for_room() noexcept {
    acceptor_.pause();
    wait_paused();
    return serving();
}

void stop_listening(const std::vector<Descriptor>& listeners) noexcept {
    for (const Descriptor& listener : listeners)
        shutdown(listener.get(), SHUT_RDWR);
}

} // namespace ktcp::user
