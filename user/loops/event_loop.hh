// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What is the same in all models in which one thread serves many connections.
#pragma once

#include "connection.hh"
#include "loops/acceptor.hh"
#include "loops/loop.hh"
#include "loops/timer.hh"

#include <bit>

namespace ktcp::user {

// The rounds of such a loop: wait for events, let each reach its connection, drive those
// that have more to do, then whose patience has ended, then what the server orders. A
// model is derived from it, and knows how to wait, and what is to be watched.
//
// Besides connections, a loop waits for a few descriptors of its own, its *sources*. They
// have odd numbers, so that one word can name a source or the address of a connection.
class EventLoop : public Loop {
public:
    bool run() noexcept final;

protected:
    EventLoop(Worker& worker, std::vector<Descriptor> listeners);

    // ---- The model's part.

    // Waits until something happens (not at all if `block` is not set), and tells how
    // much that is, which dispatch() is given next: it calls ready() and source_ready().
    virtual int wait(bool block) noexcept = 0;
    virtual void dispatch(int events) noexcept = 0;
    // A connection is new; false if it cannot be watched.
    virtual bool watch(Connection&) noexcept { return true; }
    // It has been driven and waits: what for, it says itself. False if it cannot be watched
    // for that: then it is reset.
    virtual bool waits(Connection&) noexcept { return true; }
    // It is about to be closed. To close a socket takes it out of epoll.
    virtual void forget(Connection&) noexcept {}
    // Accepting begins, resumes, or ends for a while. Where listeners cannot be watched
    // now, it has to be paused, so that it is tried again.
    virtual void listen(bool) noexcept {}
    // Before the first round, in the loop's thread; and after the last.
    virtual void begin() noexcept {}
    virtual void finish() noexcept {}
    virtual Progress step(Connection& connection) noexcept { return connection.drive(); }

    // ---- What it has for the model.

    static constexpr uint64_t order_source = 1;
    static constexpr uint64_t abort_source = 3;
    static constexpr uint64_t timer_source = 5;
    static constexpr uint64_t first_listener = 7;
    static bool is_source(uint64_t word) { return word % 2; }
    static uint64_t listener_source(size_t i) { return first_listener + 2 * i; }
    static uint64_t word_of(Connection& connection) { return std::bit_cast<uint64_t>(&connection); }
    static Connection& connection_of(uint64_t word) { return *std::bit_cast<Connection*>(word); }

    void ready(Connection& connection, bool readable, bool writable, bool to_the_end) noexcept {
        connection.ready(readable, writable, to_the_end);
        if (!connection.queued)
            drive(connection);
    }
    void source_ready(uint64_t source) noexcept;
    // A connection was accepted.
    void adopt(Client client) noexcept;

    // Those sources that matter now, for models that name them anew each time that they
    // wait: visit(fd, source).
    template <class Visitor> void each_source(Visitor visit) const {
        visit(orders().changed_fd(seen_), seen_ == Order::serve ? order_source : abort_source);
        visit(timer_.fd(), timer_source);
        if (!acceptor_.paused())
            for (size_t i = 0; i < listeners_.size(); ++i)
                visit(listeners_[i].get(), listener_source(i));
    }

    const Orders& orders() const { return worker_.service.orders; }

    Worker& worker_;
    std::vector<Descriptor> listeners_; // none once the loop drains
    Acceptor acceptor_;
    Timer timer_;

private:
    void set_timer() noexcept;
    void drive(Connection& connection) noexcept;
    void end(Connection& connection) noexcept;
    void enqueue(Connection& connection) noexcept;
    void drive_queued() noexcept;
    void expire() noexcept;
    void resume_listening() noexcept;
    void obey() noexcept;
    void begin_drain() noexcept;
    void abort_all() noexcept;

    Order seen_ = Order::serve;
    bool listening_ = false;
    bool aborted_ = false;
    // Connections that are to be driven again, first in, first out.
    Connection* first_queued_ = nullptr;
    Connection* last_queued_ = nullptr;
};

} // namespace ktcp::user
