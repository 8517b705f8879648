// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// One TCP connection: a socket and the session that says what to do with it.
#pragma once

#include "directory.hh"
#include "worker.hh"

#include <sys/uio.h>

namespace ktcp::user {

enum class Progress {
    waiting, // until the socket is ready again, or until the deadline
    again,   // there is more to do at once, but others first (budget, Worker::gathering)
    ended,   // the caller passes it to Worker::end()
};

// From now on close() resets this TCP connection: what was sent must not pass for whole.
void reset_at_close(int socket) noexcept;

// Drives a session by its verdicts (ktcp/protocol.h) as far as the socket lets it.
// It does not know how readiness is learnt: a server model (loops/) says ready()
// when it knows something, and then drive().
//
// Lifetime: from Worker::adopt() to Worker::end(), in one block of memory with the
// session behind it; this block is all that an idle client costs. Used by the
// worker's thread only.
class alignas(BlockPool::alignment) Connection : public Host, public Deadline {
public:
    // What one drive() may spend before it must let the others have a turn: a system
    // call that moves data, or that resolves a name, costs io_cost, an entry of a
    // directory one.
    static constexpr int budget = 256;
    static constexpr int io_cost = 8;

    // The rest of its life, for Worker.
    const AddressLimit::Place place;
    Connection(Worker& worker, Client client) noexcept
        : Host(worker), place(client.place), fd_(client.fd) {}
    void open() noexcept;
    void close() noexcept;

    // The socket has become readable or writable. `to_the_end` says that something
    // follows the bytes to be read (FIN, a reset, urgent data), so that a short read
    // does not mean that the socket is empty.
    void ready(bool readable, bool writable, bool to_the_end) noexcept {
        readable_ |= readable;
        writable_ |= writable;
        to_the_end_ |= to_the_end;
    }
    Progress drive() noexcept;

    // While it is put off, the time that look_up() has set.
    ktcp_time deadline() const noexcept {
        return put_off_ ? worker_.deadlines.due(*this) : protocol().deadline(session());
    }
    // Allowed after drive() said waiting; to be followed by drive().
    void expire() noexcept;
    void drain() noexcept { drain_wanted_ = true; }
    void abort() noexcept { verdict_ = KTCP_ABORT; }

    // What it waits for. Both may be false: then only the deadline moves it.
    bool wants_readable() const {
        return !readable_ && !input_ended_ &&
               (verdict_ == KTCP_WANT_RECEIVE || verdict_ == KTCP_WANT_BOTH);
    }
    bool wants_writable() const {
        return !writable_ && (verdict_ == KTCP_WANT_SEND || verdict_ == KTCP_WANT_BOTH);
    }

    int fd() const { return fd_; }
    void release_resource() noexcept;

    // For the server model's own use: its queue of connections to be driven again,
    // and what it has asked the kernel to watch.
    Connection* next_queued = nullptr;
    bool queued = false;
    uint32_t watched = 0;

    Host* host() { return this; } // as the session knows it

private:
    const ktcp_protocol& protocol() const { return worker_.service.protocol; }
    const ktcp_now* now() const { return &worker_.now; }
    void* session() { return this + 1; }
    const void* session() const { return this + 1; }
    bool may_interrupt() const {
        return verdict_ == KTCP_WANT_RECEIVE || verdict_ == KTCP_WANT_SEND ||
               verdict_ == KTCP_WANT_BOTH;
    }

    bool ends_after_output() const {
        return verdict_ == KTCP_WANT_SEND && protocol().ends_after_output(session());
    }

    void receive() noexcept;
    void send() noexcept;
    void send_kept(const ktcp_segment* segments, unsigned count) noexcept;
    void send_pieces(const ktcp_segment* segments, unsigned count) noexcept;
    void transmit(iovec* pieces, unsigned count, bool more) noexcept;
    void transmit_now(iovec* pieces, unsigned count, int flags) noexcept;
    void cork(bool on) noexcept;
    void send_file(const ktcp_segment& segment) noexcept;
    void sent(ssize_t n, size_t wanted) noexcept;
    bool look_up() noexcept;
    void next_entry() noexcept;

    Representation* resource_ = nullptr;
    std::unique_ptr<Directory> directory_; // while the session lists resource_
    const int fd_;
    ktcp_verdict verdict_ = KTCP_WANT_RECEIVE;
    bool readable_ = false;
    bool writable_ = true;
    bool to_the_end_ = false;
    bool input_ended_ = false;
    bool put_off_ = false; // what it wants is being changed: it asks again
    bool drain_wanted_ : 1 = false;
    bool unsendable_ : 1 = false; // sendfile refuses resource_
    bool corked_ : 1 = false;
    bool held_back_ : 1 = false; // the last bytes wait for the FIN
    Quest quest_;                // while it wants a resource
};

static_assert(sizeof(Connection) == 64, "one cache line beside the session");

} // namespace ktcp::user
