// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "loops/event_loop.hh"

#include <algorithm>

namespace ktcp::user {

namespace {

// A session whose time has come, but which cannot be told now, is told this later.
constexpr ktcp_time postponement = KTCP_MILLISECOND;

} // namespace

EventLoop::EventLoop(Worker& worker, std::vector<Descriptor> listeners)
    : worker_(worker), listeners_(std::move(listeners)), acceptor_(worker, listeners_) {}

bool EventLoop::run() noexcept {
    begin();
    worker_.read_clock();
    resume_listening();
    while (seen_ == Order::serve || !worker_.deadlines.empty()) {
        set_timer();
        int events = wait(!first_queued_);
        worker_.read_clock();
        acceptor_.begin_round();
        worker_.gathering = true;
        dispatch(events);
        worker_.gathering = false;
        drive_queued();
        expire();
        if (worker_.files)
            worker_.files->sweep(worker_.now.monotonic);
        resume_listening();
        if (orders().current() != Order::serve)
            obey();
    }
    finish();
    return !aborted_;
}

void EventLoop::set_timer() noexcept {
    ktcp_time due = std::min(worker_.next_due(), acceptor_.resume_due());
    timer_.ring_at(seen_ == Order::serve ? due : std::min(due, orders().drain_until()));
}

void EventLoop::source_ready(uint64_t source) noexcept {
    if (source == timer_source) {
        timer_.rang();
    } else if (source >= first_listener && listening_) {
        while (Client client = acceptor_.next((source - first_listener) / 2))
            adopt(client);
    }
    // An order has ended the wait: that is all.
}

void EventLoop::adopt(Client client) noexcept {
    Connection* connection = worker_.adopt(client);
    if (!connection)
        return;
    if (!watch(*connection))
        connection->abort();
    drive(*connection);
}

void EventLoop::drive(Connection& connection) noexcept {
    switch (step(connection)) {
    case Progress::waiting:
        worker_.reschedule(connection);
        if (!waits(connection)) [[unlikely]] {
            connection.abort();
            end(connection);
        }
        break;
    case Progress::again:
        enqueue(connection);
        break;
    case Progress::ended:
        end(connection);
        break;
    }
}

// There is one event a socket in a round: nothing refers to the connection any more.
void EventLoop::end(Connection& connection) noexcept {
    forget(connection);
    worker_.end(connection);
    acceptor_.connection_ended();
}

void EventLoop::enqueue(Connection& connection) noexcept {
    connection.queued = true;
    connection.next_queued = nullptr;
    (first_queued_ ? last_queued_->next_queued : first_queued_) = &connection;
    last_queued_ = &connection;
}

// One turn for each that is in the queue now; those that join it wait until the
// kernel has been asked for events again.
void EventLoop::drive_queued() noexcept {
    Connection* connection = first_queued_;
    first_queued_ = nullptr;
    while (connection) {
        Connection* next = connection->next_queued;
        connection->queued = false;
        drive(*connection);
        connection = next;
    }
}

void EventLoop::expire() noexcept {
    ktcp_time now = worker_.now.monotonic;
    while (worker_.deadlines.first_due() <= now) {
        auto& connection = static_cast<Connection&>(worker_.deadlines.first());
        // The heap may hold an earlier time than the session's (Worker::reschedule).
        ktcp_time due = connection.deadline();
        if (connection.queued || due > now) {
            worker_.deadlines.update(connection, std::max(due, now + postponement));
            continue;
        }
        worker_.deadlines.update(connection, now + postponement);
        connection.expire();
        drive(connection);
    }
}

// Accepting has paused, or its pause is over, or it begins.
void EventLoop::resume_listening() noexcept {
    if (acceptor_.resume_due() <= worker_.now.monotonic) {
        acceptor_.resume();
        listening_ = false; // a pause that is over in the round that it began in counts, too
    }
    if (seen_ == Order::serve && !listening_ && !acceptor_.paused())
        listen(listening_ = true);
    if (listening_ && acceptor_.paused()) // perhaps at once
        listen(listening_ = false);
}

void EventLoop::obey() noexcept {
    if (seen_ == Order::serve)
        begin_drain();
    seen_ = orders().current();
    if (seen_ == Order::abort || orders().drain_until() <= worker_.now.monotonic)
        abort_all();
}

void EventLoop::begin_drain() noexcept {
    if (listening_)
        listen(listening_ = false);
    acceptor_.resume();
    listeners_.clear();
    for (uint32_t i = 0; i < worker_.deadlines.size(); ++i) {
        auto& connection = static_cast<Connection&>(worker_.deadlines[i]);
        connection.drain();
        if (!connection.queued)
            enqueue(connection);
    }
}

void EventLoop::abort_all() noexcept {
    first_queued_ = nullptr;
    while (!worker_.deadlines.empty()) {
        auto& connection = static_cast<Connection&>(worker_.deadlines.first());
        connection.abort();
        forget(connection);
        worker_.end(connection);
        aborted_ = true;
    }
}

} // namespace ktcp::user
