// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "body_sum.hh"
#include "chunked.hh"
#include "response_head.hh"

namespace htstress {

// Finds where one HTTP/1.x response ends, from pieces of any size. Bodies are counted and never
// kept; a head that arrives in pieces is gathered in a buffer that is reused for the connection's
// life, so that nothing is allocated per request once the connection has warmed up.
class ResponseParser {
public:
    enum class Result : std::uint8_t { incomplete, complete, malformed };

    static constexpr std::size_t max_head = 64 * 1024;

    // The memo outlives the parser. `bodiless`: the answers are to HEAD. `sum`: of their bodies.
    explicit ResponseParser(HeadMemo& memo, bool bodiless = false, bool sum = false)
        : memo_(&memo), bodiless_(bodiless), summing_(sum) {}

    // Ready for the next response.
    void reset();

    // Takes bytes from the front of `data`; on `complete`, `used` says how many belong to this
    // response: what is left over was not asked for.
    [[nodiscard]] Result feed(std::string_view data, std::size_t& used);

    // The peer has ended its side: whole only if that is how this body ends.
    [[nodiscard]] Result end_of_input();

    [[nodiscard]] bool started() const { return started_; }
    [[nodiscard]] unsigned status() const { return head_.status; }
    [[nodiscard]] bool persistent() const {
        return bodiless_ ? head_.stays_open : head_.persistent;
    }
    [[nodiscard]] std::uint64_t body_bytes() const;
    [[nodiscard]] std::uint32_t body_sum() const { return sum_.value(); } // 0 unless asked for
    [[nodiscard]] const char* fault() const { return fault_; }

private:
    enum class State : std::uint8_t { head, body, done };

    Result take_head(std::string_view data, std::size_t& used);
    Result take_body(std::string_view data, std::size_t& used);
    Result fail(const char* fault);
    void enter_body();

    HeadMemo* memo_;
    std::string partial_; // a head's bytes so far, when it came in more than one piece
    ResponseHead head_;
    ChunkedBody chunked_;
    BodySum sum_;
    std::uint64_t body_bytes_ = 0;
    const char* fault_ = nullptr;
    State state_ = State::head;
    bool bodiless_;
    bool summing_;
    bool started_ = false;
};

} // namespace htstress
