// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The model "io_uring": the kernel is not asked what is ready, but told what to do, and
// does it when it can. Connections and input come as completions, many for one request,
// input in buffers that the kernel picks from a pool when there is some: an idle client
// has none. All requests of a round, and the wait for the next, are one system call.
//
// Output is sent by plain calls: most of it is taken at once, from the session's buffer,
// which then need not be kept for a completion. Input that the session does not take at
// once is kept (port.hh), and the request for more cancelled: its connection is slow from
// then on, and received from only when it wants. So all that a client can fill who sends
// and does not read is what had arrived by then, the pool at most, and its one buffer.
#include "loops/event_loop.hh"
#include "loops/models.hh"
#include "loops/port.hh"
#include "loops/ring.hh"

#include <new>
#include <poll.h>
#include <utility>

namespace ktcp::user {

namespace {

class UringLoop final : public EventLoop {
public:
    UringLoop(Worker& worker, std::vector<Descriptor> listeners, bool multishot)
        : EventLoop(worker, std::move(listeners)), ring_(multishot),
          accepting_(listeners_.size(), false) {}

private:
    void begin() noexcept override {
        ring_.enable();
        ring_.poll(orders().changed_fd(Order::serve), POLLIN, order_source);
        ring_.poll(orders().changed_fd(Order::drain), POLLIN, abort_source);
        ring_.poll(timer_.fd(), POLLIN, timer_source);
    }

    // A cancelled request holds the socket open until it has completed.
    void finish() noexcept override {
        while (outstanding_ > 0)
            dispatch(wait(true));
        parked_.clear();
    }

    int wait(bool block) noexcept override { return ring_.wait(block); }

    void dispatch(int count) noexcept override {
        for (int i = 0; i < count; ++i) {
            const io_uring_cqe& completion = ring_.completion(i);
            uint64_t word = completion.user_data;
            if (word == 0)
                continue; // of a cancel
            if (!is_source(word))
                complete(completion);
            else if (word >= first_listener)
                accepted(completion);
            else
                source_ready(word);
            // What has come stays readable for good; what has failed has not come.
            if (word == timer_source)
                ring_.poll(timer_.fd(), POLLIN, timer_source);
            else if (word == order_source && completion.res < 0)
                ring_.poll(orders().changed_fd(Order::serve), POLLIN, order_source);
            else if (word == abort_source && completion.res < 0)
                ring_.poll(orders().changed_fd(Order::drain), POLLIN, abort_source);
        }
        ring_.done(count);
    }

    // ---- Connections

    bool watch(Connection& connection) noexcept override {
        return ports_.begin(connection, !ring_.multishot());
    }

    void forget(Connection& connection) noexcept override {
        Port* port = ports_.find(connection);
        if (!port)
            return;
        for (Port::Purpose purpose : {Port::arrival, Port::input, Port::output})
            if (port->requested[purpose])
                ring_.cancel(port->word(purpose, connection.fd()));
        port->end();
    }

    Progress step(Connection& connection) noexcept override {
        Port* port = ports_.find(connection);
        worker_.delivery = port && port->delivers() ? &port->delivery : nullptr;
        Progress progress = connection.drive();
        worker_.delivery = nullptr;
        return progress;
    }

    bool waits(Connection& connection) noexcept override {
        Port& port = *ports_.find(connection);
        port.tidy();
        if (connection.wants_readable() && !port.requested[Port::arrival] &&
            !port.requested[Port::input]) {
            if (port.slow)
                ring_.poll(connection.fd(), POLLIN, request(port, Port::input));
            else
                ring_.receive(connection.fd(), request(port, Port::arrival));
        }
        if (connection.wants_writable() && !port.requested[Port::output])
            ring_.poll(connection.fd(), POLLOUT, request(port, Port::output));
        return true;
    }

    uint64_t request(Port& port, Port::Purpose purpose) noexcept {
        port.requested[purpose] = true;
        ++outstanding_;
        return port.word(purpose, port.connection->fd());
    }

    void complete(const io_uring_cqe& completion) noexcept {
        uint64_t word = completion.user_data;
        Port::Purpose purpose = Port::purpose_of(word);
        Port& port = ports_.of(word);
        bool last = !(completion.flags & IORING_CQE_F_MORE);
        outstanding_ -= last;
        if (port.generation == Port::generation_of(word)) {
            port.requested[purpose] = !last;
            if (purpose == Port::arrival)
                received(port, completion);
            else
                ready(*port.connection, purpose == Port::input, purpose == Port::output, false);
        }
        ring_.give_back(completion);
    }

    void received(Port& port, const io_uring_cqe& completion) noexcept {
        Connection& connection = *port.connection;
        uint32_t generation = port.generation;
        bool in_place = false;
        if (int result = completion.res;
            result == -ENOBUFS || result == -ECANCELED || result == -EINTR || result == -EAGAIN) {
            // No input, and no more of it until it is asked for again.
        } else if (result <= 0) {
            port.delivery.ended = result == 0;
            port.delivery.error = -result;
        } else if (port.delivery.size > 0 || connection.queued) {
            keep(port, ring_.data(completion), static_cast<size_t>(result));
        } else {
            in_place = true;
            port.delivery.data = ring_.data(completion);
            port.delivery.size = static_cast<size_t>(result);
        }
        ready(connection, true, false, false);
        if (!in_place || port.generation != generation || port.delivery.size == 0) [[likely]]
            return;
        if (!keep(port, port.delivery.data, std::exchange(port.delivery.size, 0)))
            ready(connection, true, false, false);
    }

    bool keep(Port& port, const char* data, size_t size) noexcept {
        bool kept = port.keep(data, size);
        if (!kept)
            port.connection->abort(); // bytes are lost
        if (port.requested[Port::arrival] && !port.slow)
            ring_.cancel(port.word(Port::arrival, port.connection->fd()));
        port.slow = true;
        return kept;
    }

    // ---- Listeners

    void listen(bool on) noexcept override {
        listens_ = on;
        if (on) {
            for (; !parked_.empty() && !acceptor_.full(); parked_.pop_back())
                admit(parked_.back().take());
            if (acceptor_.full()) {
                acceptor_.pause();
                return;
            }
        } else if (orders().current() != Order::serve) {
            parked_.clear();
        }
        for (size_t i = 0; i < listeners_.size(); ++i) {
            if (on && !accepting_[i])
                accept(i);
            else if (!on && accepting_[i])
                ring_.cancel(listener_source(i));
        }
    }

    void accept(size_t i) noexcept {
        accepting_[i] = true;
        ++outstanding_;
        if (ring_.multishot())
            ring_.accept(listeners_[i].get(), listener_source(i));
        else
            ring_.poll(listeners_[i].get(), POLLIN, listener_source(i));
    }

    void accepted(const io_uring_cqe& completion) noexcept {
        size_t i = (completion.user_data - first_listener) / 2;
        bool last = !(completion.flags & IORING_CQE_F_MORE);
        if (last) {
            accepting_[i] = false;
            --outstanding_;
        }
        if (completion.res < 0) {
            if (completion.res != -ECANCELED)
                acceptor_.failed(-completion.res);
        } else if (!ring_.multishot()) {
            source_ready(completion.user_data);
        } else if (listens_ && !acceptor_.full()) {
            admit(completion.res);
        } else {
            park(completion.res);
        }
        if (last && listens_ && !acceptor_.paused())
            accept(i);
    }

    void admit(int fd) noexcept {
        if (Client client = acceptor_.admit(fd))
            adopt(client);
    }

    // Accepted before the request could be cancelled: it has to wait until there is room.
    void park(int fd) noexcept {
        acceptor_.pause();
        Descriptor client(fd);
        try {
            parked_.push_back(std::move(client));
        } catch (const std::bad_alloc&) {
            // It is refused.
        }
        if (orders().current() != Order::serve)
            parked_.clear();
    }

    Ring ring_;
    Ports ports_;
    std::vector<bool> accepting_;
    std::vector<Descriptor> parked_;
    bool listens_ = false;
    uint64_t outstanding_ = 0; // requests that concern a socket and have not completed
};

} // namespace

std::unique_ptr<Loop> make_io_uring_loop(Worker& worker, std::vector<Descriptor> listeners) {
    return std::make_unique<UringLoop>(worker, std::move(listeners), true);
}

std::unique_ptr<Loop> make_single_shot_io_uring_loop(Worker& worker,
                                                     std::vector<Descriptor> listeners) {
    return std::make_unique<UringLoop>(worker, std::move(listeners), false);
}

} // namespace ktcp::user
