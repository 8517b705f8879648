// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "loops/acceptor.hh"

#include "start_error.hh"

#include <algorithm>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace ktcp::user {

namespace {

// An accept4 that finds nothing costs more than one that finds something (a socket is
// allocated first, and freed again). So one is tried in a round, and more only after
// listeners were ready for some rounds on end.
constexpr int most_per_round = 32;
constexpr int crowd_rounds = 4;
// How long accepting waits, if no connection ends before, when there is no room for
// another: the listeners would be ready all the time, and the loop would spin.
constexpr ktcp_time pause_time = 100 * KTCP_MILLISECOND;

} // namespace

Acceptor::Acceptor(Worker& worker, int epoll, std::vector<Descriptor> listeners, uint64_t first_tag)
    : worker_(worker), epoll_(epoll), first_tag_(first_tag) {
    for (Descriptor& listener : listeners) {
        epoll_event event = {};
        event.events = EPOLLIN;
        event.data.u64 = first_tag_ + 2 * listeners_.size();
        if (epoll_ctl(epoll_, EPOLL_CTL_ADD, listener.get(), &event) != 0)
            throw StartError::with_errno("cannot watch a listening socket",
                                         "raise /proc/sys/fs/epoll/max_user_watches");
        listeners_.push_back({std::move(listener), 1});
    }
}

void Acceptor::begin_round() noexcept {
    bool crowded = std::any_of(listeners_.begin(), listeners_.end(),
                               [](const Listener& listener) { return listener.left == 0; });
    if (!crowded) {
        per_round_ = 1;
        crowded_rounds_ = 0;
    } else if (++crowded_rounds_ % crowd_rounds == 0) {
        per_round_ = std::min(2 * per_round_, most_per_round);
    }
    for (Listener& listener : listeners_)
        listener.left = per_round_;
}

int Acceptor::next(uint64_t tag) noexcept {
    Listener& listener = listeners_[(tag - first_tag_) / 2];
    while (listener.left > 0 && resume_due_ == KTCP_NEVER) {
        const Service& service = worker_.service;
        if (service.connections.load(std::memory_order_relaxed) >= service.max_connections) {
            pause();
            break;
        }
        int fd = accept4(listener.socket.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && errno == EAGAIN)
            break;
        --listener.left;
        if (fd >= 0)
            return fd;
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            if (!make_room())
                pause();
        }
        // Else a connection that died in the queue (accept(2) lists the errors): the next.
    }
    return -1;
}

// Files that are open for later can give way to a client that is here.
bool Acceptor::make_room() noexcept { return worker_.files && worker_.files->close_unused(); }

void Acceptor::pause() noexcept {
    resume_due_ = worker_.now.monotonic + pause_time;
    worker_.counters.add(count_accept_pauses);
    watch(false);
}

void Acceptor::resume() noexcept {
    resume_due_ = KTCP_NEVER;
    watch(true);
}

void Acceptor::watch(bool on) noexcept {
    for (size_t i = 0; i < listeners_.size(); ++i) {
        epoll_event event = {};
        event.events = on ? static_cast<uint32_t>(EPOLLIN) : 0;
        event.data.u64 = first_tag_ + 2 * i;
        epoll_ctl(epoll_, EPOLL_CTL_MOD, listeners_[i].socket.get(), &event);
    }
}

void Acceptor::close() noexcept {
    resume_due_ = KTCP_NEVER;
    listeners_.clear();
}

} // namespace ktcp::user
