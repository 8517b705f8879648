// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The model "epoll-et": one epoll instance a thread. Connections are watched
// edge-triggered and stay as they were added, so that a request costs no epoll_ctl.
#include "connection.hh"
#include "loops/acceptor.hh"
#include "loops/loop.hh"
#include "start_error.hh"

#include <algorithm>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

namespace ktcp::user {

namespace {

// Each connection of a batch may hold a buffer with its request until all have been
// received from.
constexpr int batch_size = 32;
// The coarse clock, by which sessions live, is at most so far behind the precise one,
// by which timers ring.
constexpr ktcp_time clock_tick = 10 * KTCP_MILLISECOND;
// A session whose time has come, but which cannot be told now, is told this later.
constexpr ktcp_time postponement = KTCP_MILLISECOND;

// RDHUP and PRI for Connection::ready(); not OUT, which a connection asks for when
// first it finds the socket full: most never do.
constexpr uint32_t input_events = EPOLLIN | EPOLLRDHUP | EPOLLPRI | EPOLLET;

// What an event means is in its data: a connection's address, which is aligned, or
// an odd number.
constexpr uint64_t wake_tag = 1;
constexpr uint64_t timer_tag = 3;
constexpr uint64_t first_listener_tag = 5;

class EpollLoop final : public Loop {
public:
    EpollLoop(Worker& worker, std::vector<Descriptor> listeners);
    bool run() noexcept override;

private:
    void wake() noexcept override;
    bool watch(const Descriptor& fd, uint32_t events, uint64_t tag) noexcept;
    void set_timer() noexcept;
    void dispatch(const epoll_event& event) noexcept;
    void adopt(int fd) noexcept;
    void drive(Connection& connection) noexcept;
    void end(Connection& connection) noexcept;
    void watch_output(Connection& connection) noexcept;
    void enqueue(Connection& connection) noexcept;
    void drive_queued() noexcept;
    void expire() noexcept;
    void obey() noexcept;
    void begin_drain() noexcept;
    void abort_all() noexcept;

    Worker& worker_;
    Descriptor epoll_;
    Descriptor wake_;
    Descriptor timer_;
    ktcp_time timer_due_ = KTCP_NEVER;
    std::optional<Acceptor> acceptor_;
    bool draining_ = false;
    bool aborted_ = false;
    // Connections that are to be driven again, first in, first out.
    Connection* first_queued_ = nullptr;
    Connection* last_queued_ = nullptr;
};

EpollLoop::EpollLoop(Worker& worker, std::vector<Descriptor> listeners)
    : worker_(worker), epoll_(epoll_create1(EPOLL_CLOEXEC)),
      wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      timer_(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {
    if (!epoll_ || !wake_ || !timer_)
        throw StartError::with_errno("cannot create an epoll instance",
                                     "raise the limit of open files (ulimit -n)");
    // Edge-triggered, each ring counts, and none has to be read off.
    if (!watch(wake_, EPOLLIN | EPOLLET, wake_tag) || !watch(timer_, EPOLLIN | EPOLLET, timer_tag))
        throw StartError::with_errno("cannot watch an eventfd and a timerfd",
                                     "raise /proc/sys/fs/epoll/max_user_watches");
    acceptor_.emplace(worker, epoll_.get(), std::move(listeners), first_listener_tag);
}

bool EpollLoop::watch(const Descriptor& fd, uint32_t events, uint64_t tag) noexcept {
    epoll_event event = {};
    event.events = events;
    event.data.u64 = tag;
    return epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd.get(), &event) == 0;
}

bool EpollLoop::run() noexcept {
    epoll_event events[batch_size];
    while (!draining_ || !worker_.deadlines.empty()) {
        set_timer();
        int n = epoll_wait(epoll_.get(), events, batch_size, first_queued_ ? 0 : -1);
        worker_.read_clock();
        acceptor_->begin_round();
        worker_.gathering = true;
        for (int i = 0; i < n; ++i)
            dispatch(events[i]);
        worker_.gathering = false;
        drive_queued();
        expire();
        if (worker_.files)
            worker_.files->sweep(worker_.now.monotonic);
        if (acceptor_->resume_due() <= worker_.now.monotonic)
            acceptor_->resume();
        if (order() != Order::serve)
            obey();
    }
    return !aborted_;
}

void EpollLoop::wake() noexcept {
    uint64_t one = 1;
    [[maybe_unused]] ssize_t n = write(wake_.get(), &one, sizeof one);
}

// A time-out of epoll_wait is set up and taken down each time; this timer is set only
// when something is due before it, which is once in a long while: most deadlines move
// away (Worker::reschedule). If that for which it was set has moved, it rings in vain.
void EpollLoop::set_timer() noexcept {
    ktcp_time due = std::min(worker_.next_due(), acceptor_->resume_due());
    if (draining_)
        due = std::min(due, drain_until());
    if (due >= timer_due_)
        return;
    timer_due_ = due;
    ktcp_time ring = due + clock_tick;
    itimerspec time = {};
    time.it_value.tv_sec = static_cast<time_t>(ring / KTCP_SECOND);
    time.it_value.tv_nsec = static_cast<long>(ring % KTCP_SECOND);
    timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &time, nullptr);
}

void EpollLoop::dispatch(const epoll_event& event) noexcept {
    if (event.data.u64 % 2 == 0) [[likely]] {
        auto& connection = *static_cast<Connection*>(event.data.ptr);
        // An error shows at the next call on the socket, whichever that is.
        bool broken = event.events & (EPOLLERR | EPOLLHUP);
        connection.ready(broken || event.events & (EPOLLIN | EPOLLRDHUP | EPOLLPRI),
                         broken || event.events & EPOLLOUT,
                         broken || event.events & (EPOLLRDHUP | EPOLLPRI));
        if (!connection.queued)
            drive(connection);
    } else if (event.data.u64 == wake_tag) {
        // It has ended epoll_wait: that is all.
    } else if (event.data.u64 == timer_tag) {
        timer_due_ = KTCP_NEVER;
    } else {
        for (int fd; (fd = acceptor_->next(event.data.u64)) >= 0;)
            adopt(fd);
    }
}

void EpollLoop::adopt(int fd) noexcept {
    Connection* connection = worker_.adopt(fd);
    if (!connection)
        return;
    epoll_event event = {};
    event.events = input_events;
    event.data.ptr = connection;
    if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
        connection->abort();
        end(*connection);
        return;
    }
    drive(*connection);
}

void EpollLoop::drive(Connection& connection) noexcept {
    switch (connection.drive()) {
    case Progress::waiting:
        worker_.reschedule(connection);
        if (connection.wants_writable() && !connection.output_watched) [[unlikely]]
            watch_output(connection);
        break;
    case Progress::again:
        enqueue(connection);
        break;
    case Progress::ended:
        end(connection);
        break;
    }
}

// Closing the socket takes it out of epoll, and there is one event a socket in a
// batch: nothing refers to the connection any more.
void EpollLoop::end(Connection& connection) noexcept {
    worker_.end(connection);
    acceptor_->connection_ended();
}

// Adding OUT announces at once if the socket has got room since: no edge is lost.
void EpollLoop::watch_output(Connection& connection) noexcept {
    epoll_event event = {};
    event.events = input_events | EPOLLOUT;
    event.data.ptr = &connection;
    if (epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, connection.fd(), &event) != 0) {
        connection.abort();
        end(connection);
        return;
    }
    connection.output_watched = true;
}

void EpollLoop::enqueue(Connection& connection) noexcept {
    connection.queued = true;
    connection.next_queued = nullptr;
    (first_queued_ ? last_queued_->next_queued : first_queued_) = &connection;
    last_queued_ = &connection;
}

// One turn for each that is in the queue now; those that join it wait until the
// kernel has been asked for events again.
void EpollLoop::drive_queued() noexcept {
    Connection* connection = first_queued_;
    first_queued_ = nullptr;
    while (connection) {
        Connection* next = connection->next_queued;
        connection->queued = false;
        drive(*connection);
        connection = next;
    }
}

void EpollLoop::expire() noexcept {
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

void EpollLoop::obey() noexcept {
    if (!draining_)
        begin_drain();
    if (order() == Order::abort || drain_until() <= worker_.now.monotonic)
        abort_all();
}

void EpollLoop::begin_drain() noexcept {
    draining_ = true;
    acceptor_->close();
    for (uint32_t i = 0; i < worker_.deadlines.size(); ++i) {
        auto& connection = static_cast<Connection&>(worker_.deadlines[i]);
        connection.drain();
        if (!connection.queued)
            enqueue(connection);
    }
}

void EpollLoop::abort_all() noexcept {
    first_queued_ = nullptr;
    while (!worker_.deadlines.empty()) {
        auto& connection = static_cast<Connection&>(worker_.deadlines.first());
        connection.abort();
        worker_.end(connection);
        aborted_ = true;
    }
}

} // namespace

std::unique_ptr<Loop> make_epoll_et_loop(Worker& worker, std::vector<Descriptor> listeners) {
    return std::make_unique<EpollLoop>(worker, std::move(listeners));
}

} // namespace ktcp::user
