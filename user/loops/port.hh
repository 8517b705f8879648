// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What the io_uring model knows of the connection on a descriptor: which of its requests
// are still to complete, and what was received for it.
#pragma once

#include "connection.hh"

#include <vector>

namespace ktcp::user {

struct Port {
    // What a request is for: input that comes by itself, or to hear when there is some,
    // or room for output.
    enum Purpose : uint64_t { arrival, input, output };

    Connection* connection = nullptr;
    // Tells a connection from earlier ones on the same descriptor, whose last completions
    // may be still to come.
    uint32_t generation = 0;
    bool requested[3] = {}; // by purpose: there will be a completion
    // It is received from when it wants, and only then; what arrives otherwise is kept.
    bool slow = false;
    Delivery delivery;
    std::vector<char> kept; // what `delivery` points to between two turns

    // A request's word: bit 0 is clear (EventLoop::is_source).
    uint64_t word(Purpose purpose, int fd) const {
        return uint64_t{generation} << 32 | static_cast<uint64_t>(fd) << 3 | purpose << 1;
    }
    static Purpose purpose_of(uint64_t word) { return static_cast<Purpose>(word >> 1 & 3); }
    static uint32_t generation_of(uint64_t word) { return static_cast<uint32_t>(word >> 32); }

    void end() {
        uint32_t next = generation + 1;
        *this = {};
        generation = next;
    }

    // Does the session get its input from here, and not from the socket?
    bool delivers() const {
        return !slow || requested[arrival] || delivery.size > 0 || delivery.ended || delivery.error;
    }
    // Keeps bytes behind those that are kept already. False if memory is short.
    bool keep(const char* data, size_t size) noexcept;
    // Gives memory back once nothing is kept.
    void tidy() noexcept {
        if (delivery.size == 0 && !kept.empty())
            std::vector<char>().swap(kept);
    }
};

// All of them, by descriptor.
class Ports {
public:
    bool begin(Connection& connection, bool slow) noexcept; // false if memory is short
    // nullptr if it was not begun.
    Port* find(const Connection& connection) noexcept {
        auto fd = static_cast<size_t>(connection.fd());
        return fd < ports_.size() && ports_[fd].connection == &connection ? &ports_[fd] : nullptr;
    }
    Port& of(uint64_t word) noexcept { return ports_[static_cast<uint32_t>(word) >> 3]; }

private:
    std::vector<Port> ports_;
};

} // namespace ktcp::user
