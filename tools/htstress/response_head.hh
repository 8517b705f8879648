// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

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
    bool persistent = false;  // may another request follow on this connection?
};

// Parses a whole head, from the first byte of the status line to the empty line's CRLF.
// Returns nullptr when it is well formed, else what is wrong with it (a constant string).
[[nodiscard]] const char* parse_head(std::string_view text, ResponseHead& head);

// Remembers the last head seen and what it meant. A server under load sends the same bytes again
// and again (the Date changes once a second), so one memcmp replaces the parse: exact, because
// parsing is a pure function of the bytes. Owned by one worker thread, shared by its connections.
class HeadMemo {
public:
    // Length of the remembered head when `data` begins with it, else 0.
    [[nodiscard]] std::size_t match(std::string_view data) const;
    [[nodiscard]] const ResponseHead& head() const { return head_; }
    void remember(std::string_view text, const ResponseHead& head);

private:
    std::string text_;
    ResponseHead head_;
};

} // namespace htstress
