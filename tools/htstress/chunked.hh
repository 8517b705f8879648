// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "body_sum.hh"

namespace htstress {

// Follows the chunked transfer coding (RFC 9112 section 7.1) through pieces of any size. Data
// are counted, not kept; chunk extensions and trailer fields are skipped.
class ChunkedBody {
public:
    enum class Result : std::uint8_t { incomplete, complete, malformed };

    // Takes bytes from the front of `data`; `used` says how many belong to the body. The data in
    // the chunks are added to `sum`, if there is one.
    [[nodiscard]] Result feed(std::string_view data, std::size_t& used, BodySum* sum = nullptr);
    [[nodiscard]] std::uint64_t data_bytes() const { return data_bytes_; }

private:
    enum class State : std::uint8_t {
        size_first,
        size,
        extension,
        size_lf,
        data,
        data_cr,
        data_lf,
        trailer_start,
        trailer,
        trailer_lf,
        end_lf,
        done
    };

    bool step(char c);

    State state_ = State::size_first;
    std::uint64_t left_ = 0; // of the current chunk's data
    std::uint64_t data_bytes_ = 0;
};

} // namespace htstress
