// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The model "epoll-et": epoll, edge-triggered. Connections stay as they were added, so
// that a request costs no epoll_ctl: an event says that something has changed, and what
// is ready is remembered (Connection::ready) until a call finds that it is no more.
#include "loops/epoll_set.hh"
#include "loops/event_loop.hh"
#include "loops/models.hh"

namespace ktcp::user {

namespace {

// RDHUP and PRI tell that a short read has not emptied the socket; OUT is asked for only
// when a connection first finds the socket full: most never do.
constexpr uint32_t input_events = EPOLLIN | EPOLLRDHUP | EPOLLPRI | EPOLLET;

class EpollEdgeLoop final : public EventLoop {
public:
    EpollEdgeLoop(Worker& worker, std::vector<Descriptor> listeners)
        : EventLoop(worker, std::move(listeners)) {
        epoll_.require(orders().changed_fd(Order::serve), EPOLLIN | EPOLLET, order_source);
        epoll_.require(orders().changed_fd(Order::drain), EPOLLIN | EPOLLET, abort_source);
        epoll_.require(timer_.fd(), EPOLLIN | EPOLLET, timer_source);
        for (size_t i = 0; i < listeners_.size(); ++i)
            epoll_.require(listeners_[i].get(), 0, listener_source(i));
    }

private:
    // Level-triggered, so that connections may be left waiting.
    void listen(bool on) noexcept override {
        for (size_t i = 0; i < listeners_.size(); ++i)
            if (!epoll_.change(listeners_[i].get(), when(on, EPOLLIN), listener_source(i)) && on)
                acceptor_.pause();
    }

    bool watch(Connection& connection) noexcept override {
        return epoll_.add(connection.fd(), input_events, word_of(connection));
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
            ready(connection_of(event->data.u64),
                  broken || event->events & (EPOLLIN | EPOLLRDHUP | EPOLLPRI),
                  broken || event->events & EPOLLOUT,
                  broken || event->events & (EPOLLRDHUP | EPOLLPRI));
        }
    }

    // Adding OUT announces at once if the socket has got room since: no edge is lost.
    bool waits(Connection& connection) noexcept override {
        if (!connection.wants_writable() || connection.watched) [[likely]]
            return true;
        connection.watched = EPOLLOUT;
        return epoll_.change(connection.fd(), input_events | EPOLLOUT, word_of(connection));
    }

    EpollSet epoll_;
};

} // namespace

std::unique_ptr<Loop> make_epoll_et_loop(Worker& worker, std::vector<Descriptor> listeners) {
    return std::make_unique<EpollEdgeLoop>(worker, std::move(listeners));
}

} // namespace ktcp::user
