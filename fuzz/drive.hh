// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A host for fuzzing: the input decides what the client sends, how it is cut, how
// short sends are, what the files are like, when time jumps, and when memory ends.
#pragma once

#include "ktcp/protocol.h"
#include "os_stub.hh"

#include <cstdlib>
#include <cstring>
#include <memory>

namespace ktcp::fuzz {

// Takes decisions from the input's end, and the client's bytes from its front.
class Input {
public:
    Input(const uint8_t* data, size_t size) : begin_(data), end_(data + size) {}
    bool empty() const { return begin_ == end_; }
    uint8_t decide() { return empty() ? 0 : *--end_; }
    size_t take(void* out, size_t n) {
        const size_t left = static_cast<size_t>(end_ - begin_);
        n = n < left ? n : left;
        std::memcpy(out, begin_, n);
        begin_ += n;
        return n;
    }

private:
    const uint8_t* begin_;
    const uint8_t* end_;
};

inline void check(bool condition) {
    if (!condition)
        std::abort();
}

// A path must be what ktcp_resource_request promises.
inline ktcp_verdict answer(const ktcp_protocol& protocol, void* session, test::OsStub& os,
                           Input& input, const ktcp_now& now) {
    const ktcp_resource_request request = protocol.resource_request(session);
    check(std::strlen(request.path) == request.size && request.size < 4096);
    check(request.size == 0 || (request.path[0] != '/' && request.path[request.size - 1] != '/'));
    check(os.resources == 0);
    ktcp_resource resource = {};
    resource.status = static_cast<ktcp_resource_status>(1 + input.decide() % 5);
    resource.size = input.decide() % 4 ? input.decide() : 1ull << (input.decide() % 63);
    resource.modified_seconds = static_cast<int64_t>(input.decide() << 24) - (1 << 30);
    if (resource.status <= KTCP_RESOURCE_DIRECTORY)
        os.resources++;
    return protocol.resource(session, &resource, &now);
}

inline ktcp_verdict list(const ktcp_protocol& protocol, void* session, Input& input,
                         const ktcp_now& now) {
    char name[KTCP_NAME_MAX];
    const uint8_t size = input.decide();
    if (size == 0)
        return protocol.end_of_entries(session, input.decide() % 8 != 0, &now);
    std::memset(name, 1 + input.decide() % 255, size);
    const ktcp_entry entry = {name, size, static_cast<ktcp_entry_kind>(1 + size % 3), size, size};
    return protocol.entry(session, &entry, &now);
}

// Drives one connection until it closes or the input is used up.
inline void drive(const ktcp_protocol& protocol, const void* config, Input input) {
    test::OsStub os;
    os.buffers_left = input.decide() % 8 ? 2 : input.decide() % 3;
    ktcp_now now = {KTCP_SECOND, 784111777};
    const auto memory = std::make_unique<char[]>(protocol.session_size);
    void* const session = memory.get();
    ktcp_verdict verdict = protocol.open(session, &os, config, &now);
    bool ended = false;
    bool shut_down = false;

    for (int steps = 0; steps < 20000; steps++) {
        const bool receiving = verdict == KTCP_WANT_RECEIVE || verdict == KTCP_SHUTDOWN;
        if (receiving && input.empty() && ended)
            break;
        const uint8_t choice = input.decide();
        now.monotonic += (choice & 7) == 0 ? KTCP_SECOND * (choice >> 3) : 1;
        if (verdict == KTCP_CLOSE || verdict == KTCP_ABORT)
            break;
        if (verdict == KTCP_WANT_RESOURCE) {
            verdict = answer(protocol, session, os, input, now);
        } else if (verdict == KTCP_WANT_ENTRIES) {
            verdict = list(protocol, session, input, now);
        } else if (choice == 255) {
            verdict = protocol.drain(session, &now);
        } else if (protocol.deadline(session) <= now.monotonic) {
            verdict = protocol.expired(session, &now);
        } else if (receiving || (verdict == KTCP_WANT_BOTH && (choice & 1) && !ended)) {
            check(!(shut_down && verdict == KTCP_SHUTDOWN));
            shut_down |= verdict == KTCP_SHUTDOWN;
            const ktcp_space space = protocol.receive_space(session);
            if (!space.data)
                break;
            check(space.size > 0);
            const size_t piece = choice & 16 ? space.size : 1 + (choice >> 5);
            const size_t n = ended ? 0 : input.take(space.data, piece);
            if (n == 0 && !ended) {
                ended = true;
                verdict = protocol.end_of_input(session, &now);
            } else {
                verdict = protocol.received(session, n, &now);
            }
        } else {
            ktcp_segment segments[KTCP_SEGMENTS_MAX];
            const unsigned count = protocol.output(session, segments);
            check(count >= 1 && count <= KTCP_SEGMENTS_MAX);
            uint64_t total = 0;
            unsigned sum = 0;
            for (unsigned i = 0; i < count; i++) {
                check(segments[i].size > 0 && (segments[i].data || os.resources == 1));
                total += segments[i].size;
                for (uint64_t j = 0; segments[i].data && j < segments[i].size; j++)
                    sum += static_cast<const uint8_t*>(segments[i].data)[j]; // ASan looks
            }
            check(sum + 1 != 0);
            const uint64_t n = choice & 32 ? total : 1 + choice % (total < 200 ? total : 200);
            verdict = choice == 64 && os.resources ? protocol.resource_failed(session)
                                                   : protocol.sent(session, n, &now);
        }
    }
    protocol.close(session);
    check(os.buffers == 0 && os.resources == 0);
}

} // namespace ktcp::fuzz
