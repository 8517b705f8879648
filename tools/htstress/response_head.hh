// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace htstress {

// How the end of a response's body is known (RFC 9112 section 6.3).
enum class BodyKind : std::uint8_t { none, length, chunked, until_close };

// What a load generator needs from a response head, and nothing else.
struct ResponseHead {
    unsigned status = 0;
    BodyKind body = BodyKind::until_close;
    std::uint64_t length = 0; // of the body, for BodyKind::length
    bool stays_open = false;  // the server means to keep the connection
    bool persistent = false;  // and the end of the body is not the connection's
};

// Parses a whole head, from the first byte of the status line to the empty line's CRLF.
// Returns nullptr when it is well formed, else what is wrong with it (a constant string).
[[nodiscard]] const char* parse_head(std::string_view text, ResponseHead& head);

// Remembers the last few heads seen and what they meant. A server under load sends the same bytes
// again and again (the Date changes once a second), so one memcmp replaces the parse: exact,
// because parsing is a pure function of the bytes. A few, since several URLs have a head each, and
// mostly come in turn. Owned by one worker thread, shared by its connections.
class HeadMemo {
public:
    // Has room for usual heads from the beginning, so that none is allocated in a run.
    HeadMemo() {
        for (Known& known : known_)
            known.text.reserve(1024);
    }

    // Length of the remembered head that `data` begins with, else 0.
    [[nodiscard]] std::size_t match(std::string_view data);
    // What that one meant.
    [[nodiscard]] const ResponseHead& head() const { return known_[at_].head; }
    void remember(std::string_view text, const ResponseHead& head);

private:
    struct Known {
        std::string text;
        ResponseHead head;
    };
    std::array<Known, 8> known_;
    std::size_t at_ = 0;     // the one that was matched last
    std::size_t oldest_ = 0; // the next to be forgotten
};

} // namespace htstress
