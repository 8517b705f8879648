// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The model "epoll-lt": epoll, level-triggered. Each wait tells of all that is ready, for
// as long as it is: so nothing is watched that a connection does not want, and what it
// wants has to be told to epoll whenever it changes. An echo never wants anything else
// than input, as long as its client reads.
#include "loops/epoll_set.hh"
#include "loops/event_loop.hh"
#include "loops/models.hh"

namespace ktcp::user {

namespace {

uint32_t wanted(const Connection& connection) {
    return when(connection.wants_readable(), EPOLLIN) | when(connection.wants_writable(), EPOLLOUT);
}

class EpollLevelLoop final : public EventLoop {
public:
    EpollLevelLoop(Worker& worker, std::vector<Descriptor> listeners)
        : EventLoop(worker, std::move(listeners)) {
        // An order stays readable for good: once is enough.
        epoll_.require(orders().changed_fd(Order::serve), EPOLLIN | EPOLLONESHOT, order_source);
        epoll_.require(orders().changed_fd(Order::drain), EPOLLIN | EPOLLONESHOT, abort_source);
        epoll_.require(timer_.fd(), EPOLLIN, timer_source);
        for (size_t i = 0; i < listeners_.size(); ++i)
            epoll_.require(listeners_[i].get(), 0, listener_source(i));
    }

private:
    void listen(bool on) noexcept override {
        for (size_t i = 0; i < listeners_.size(); ++i)
            if (!epoll_.change(listeners_[i].get(), when(on, EPOLLIN), listener_source(i)) && on)
                acceptor_.pause();
    }

    bool watch(Connection& connection) noexcept override {
        connection.watched = wanted(connection);
        return epoll_.add(connection.fd(), connection.watched, word_of(connection));
    }

    int wait(bool block) noexcept override { return epoll_.wait(block); }

    void dispatch(int count) noexcept override {
        for (const epoll_event* event = epoll_.events(); count-- > 0; ++event) {
            if (is_source(event->data.u64)) {
                source_ready(event->data.u64);
                continue;
            }
            // An error shows at the next call on the socket, whichever that is.
            bool broken = event->events & (EPOLLERR | EPOLLHUP);
            ready(connection_of(event->data.u64), broken || event->events & EPOLLIN,
                  broken || event->events & EPOLLOUT, broken);
        }
    }

    bool waits(Connection& connection) noexcept override {
        uint32_t events = wanted(connection);
        if (events == connection.watched) [[likely]]
            return true;
        connection.watched = events;
        return epoll_.change(connection.fd(), events, word_of(connection));
    }

    EpollSet epoll_;
};

} // namespace

std::unique_ptr<Loop> make_epoll_lt_loop(Worker& worker, std::vector<Descriptor> listeners) {
    return std::make_unique<EpollLevelLoop>(worker, std::move(listeners));
}

} // namespace ktcp::user
