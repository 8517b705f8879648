// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// An io_uring (io_uring(7)) with buffers that the kernel fills, as the io_uring model
// uses it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <liburing.h>

namespace ktcp::user {

// Made by any thread; all the rest by the one that calls enable(). Requests are gathered
// until wait(), which hands over all of them in one system call. Each carries a word that
// comes back with its completions; cancel() names a request by its word, and its own
// completion carries 0.
class Ring {
public:
    // Throws StartError, if the kernel refuses io_uring above all. `multishot` says
    // whether the requests for more than one completion may be used, if there are any.
    explicit Ring(bool multishot);
    ~Ring();
    Ring(const Ring&) = delete;
    Ring& operator=(const Ring&) = delete;

    void enable() noexcept;
    // Has the kernel accept and receive with many completions, and provided buffers?
    bool multishot() const { return multishot_; }

    // With multishot() only. Until they fail, or are cancelled (IORING_CQE_F_MORE).
    void accept(int fd, uint64_t word) noexcept;
    void receive(int fd, uint64_t word) noexcept;
    // One completion, when one of the events (poll(2)) is true: now, or later.
    void poll(int fd, unsigned events, uint64_t word) noexcept;
    void cancel(uint64_t word) noexcept;

    // How many completions there are; if `block` is set, at least one, unless interrupted.
    int wait(bool block) noexcept;
    const io_uring_cqe& completion(int i) const { return *completions_[i]; }
    // They have been looked at; until then received bytes stay where they are.
    void done(int count) noexcept;

    const char* data(const io_uring_cqe& completion) const;
    void give_back(const io_uring_cqe& completion) noexcept; // its buffer, if it has one

private:
    static constexpr unsigned batch_size = 256;
    // Enough for a thousand clients at once; each has little to say at a time.
    static constexpr unsigned buffer_count = 1024;
    static constexpr unsigned buffer_size = 2048;

    bool set_up(unsigned flags) noexcept;
    bool knows_multishot() noexcept;
    bool provide_buffers() noexcept;
    char* buffer(unsigned short id) const;
    void add_buffer(unsigned short id) noexcept;
    io_uring_sqe* request() noexcept;

    io_uring ring_{};
    io_uring_cqe* completions_[batch_size]{};
    io_uring_buf_ring* buffers_ = nullptr; // the list of free ones, and behind it themselves
    int returned_ = 0;
    bool multishot_;
};

} // namespace ktcp::user
