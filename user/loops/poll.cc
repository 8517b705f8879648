// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The model "poll": each wait hands the kernel the list of all connections, and what each
// wants, and goes through the whole list to find those that are ready. That costs work
// for every connection, busy or idle, each time that one of them has something to do.
#include "loops/event_loop.hh"
#include "loops/models.hh"

#include <new>
#include <poll.h>

namespace ktcp::user {

namespace {

short wanted(const Connection& connection) {
    return static_cast<short>((connection.wants_readable() ? POLLIN : 0) |
                              (connection.wants_writable() ? POLLOUT : 0));
}

class PollLoop final : public EventLoop {
public:
    PollLoop(Worker& worker, std::vector<Descriptor> listeners)
        : EventLoop(worker, std::move(listeners)) {
        reserve(64);
    }

private:
    void reserve(size_t count) {
        list_.reserve(count);
        words_.reserve(count);
    }

    // Room for it in the list, in good time: wait() cannot fail.
    bool watch(Connection&) noexcept override {
        size_t count = worker_.deadlines.size() + listeners_.size() + 2;
        if (count <= words_.capacity())
            return true;
        try {
            reserve(2 * count);
        } catch (const std::bad_alloc&) {
            return false;
        }
        return true;
    }

    void add(int fd, short events, uint64_t word) {
        list_.push_back({fd, events, 0});
        words_.push_back(word);
    }

    int wait(bool block) noexcept override {
        list_.clear();
        words_.clear();
        each_source([this](int fd, uint64_t source) { add(fd, POLLIN, source); });
        for (uint32_t i = 0; i < worker_.deadlines.size(); ++i) {
            auto& connection = static_cast<Connection&>(worker_.deadlines[i]);
            add(connection.fd(), wanted(connection), word_of(connection));
        }
        return poll(list_.data(), list_.size(), block ? -1 : 0);
    }

    void dispatch(int count) noexcept override {
        for (size_t i = 0; count > 0; ++i) {
            short events = list_[i].revents;
            if (events == 0)
                continue;
            --count;
            if (is_source(words_[i])) {
                source_ready(words_[i]);
                continue;
            }
            // An error shows at the next call on the socket, whichever that is.
            bool broken = events & (POLLERR | POLLHUP | POLLNVAL);
            ready(connection_of(words_[i]), broken || events & POLLIN, broken || events & POLLOUT,
                  broken);
        }
    }

    std::vector<pollfd> list_;
    std::vector<uint64_t> words_; // what the entry of the same number stands for
};

} // namespace

std::unique_ptr<Loop> make_poll_loop(Worker& worker, std::vector<Descriptor> listeners) {
    return std::make_unique<PollLoop>(worker, std::move(listeners));
}

} // namespace ktcp::user
