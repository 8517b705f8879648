// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The model "select": each wait hands the kernel two sets of descriptor numbers, one of
// those to read from and one of those to write to, and gets them back with only those
// left that are ready. A set has a bit for each number below FD_SETSIZE (1024), and none
// for others: to set such a bit would write over what lies behind the set. So the program
// asks the kernel for no higher descriptors at all (options.cc): accepting pauses when
// there are no more. If one comes nevertheless, its connection is reset.
#include "loops/event_loop.hh"
#include "loops/models.hh"
#include "start_error.hh"

#include <algorithm>
#include <sys/select.h>

namespace ktcp::user {

namespace {

class SelectLoop final : public EventLoop {
public:
    SelectLoop(Worker& worker, std::vector<Descriptor> listeners)
        : EventLoop(worker, std::move(listeners)) {
        each_source([](int fd, uint64_t) {
            if (fd >= FD_SETSIZE)
                throw StartError("cannot watch descriptor " + std::to_string(fd) + " by select",
                                 "it takes those below " + std::to_string(FD_SETSIZE) + " only",
                                 "ask for fewer with --threads, or for another --model");
        });
    }

private:
    bool watch(Connection& connection) noexcept override { return connection.fd() < FD_SETSIZE; }

    int wait(bool block) noexcept override {
        FD_ZERO(&readable_);
        FD_ZERO(&writable_);
        limit_ = 0;
        each_source([this](int fd, uint64_t source) { add(fd, true, false, source); });
        for (uint32_t i = 0; i < worker_.deadlines.size(); ++i) {
            auto& connection = static_cast<Connection&>(worker_.deadlines[i]);
            add(connection.fd(), connection.wants_readable(), connection.wants_writable(),
                word_of(connection));
        }
        timeval at_once = {};
        return select(limit_, &readable_, &writable_, nullptr, block ? nullptr : &at_once);
    }

    void add(int fd, bool reads, bool writes, uint64_t word) {
        if (reads)
            FD_SET(fd, &readable_);
        if (writes)
            FD_SET(fd, &writable_);
        words_[fd] = word;
        limit_ = std::max(limit_, fd + 1);
    }

    void dispatch(int count) noexcept override {
        for (int fd = 0; count > 0; ++fd) {
            // An error makes a socket both, and shows at the next call on it.
            bool reads = FD_ISSET(fd, &readable_), writes = FD_ISSET(fd, &writable_);
            count -= reads + writes;
            if (!reads && !writes)
                continue;
            if (is_source(words_[fd]))
                source_ready(words_[fd]);
            else
                ready(connection_of(words_[fd]), reads, writes, false);
        }
    }

    fd_set readable_{};
    fd_set writable_{};
    int limit_ = 0;
    uint64_t words_[FD_SETSIZE]{}; // what the descriptor of this number stands for
};

} // namespace

std::unique_ptr<Loop> make_select_loop(Worker& worker, std::vector<Descriptor> listeners) {
    return std::make_unique<SelectLoop>(worker, std::move(listeners));
}

} // namespace ktcp::user
