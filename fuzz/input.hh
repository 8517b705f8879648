// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// How the session targets read their input: first what the client sends, then a tail
// of decisions about the world around it, whose length (in fours) is the last byte.
// So a request in a file, with a zero behind it, is an input: all is as by default.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace ktcp::fuzz {

class Input {
public:
    Input(const uint8_t* data, size_t size) : begin_(data), middle_(data) {
        if (size == 0)
            return;
        const size_t tail = data[size - 1] * size_t{4};
        end_ = data + size - 1;
        middle_ = client_end_ = tail < size ? end_ - tail : data;
    }

    // The next decision, or what is done when none is left.
    uint8_t decide(uint8_t otherwise = 0) { return middle_ == end_ ? otherwise : *middle_++; }

    // The client's next bytes.
    size_t take(void* out, size_t n) {
        const size_t left = client_size();
        n = n < left ? n : left;
        if (n != 0)
            std::memcpy(out, begin_, n);
        begin_ += n;
        return n;
    }
    // Of these up to and with the next empty line.
    size_t head_size() const {
        const std::string_view rest(reinterpret_cast<const char*>(begin_), client_size());
        const size_t end = rest.find("\r\n\r\n");
        return end == rest.npos ? rest.size() : end + 4;
    }
    bool done() const { return middle_ == end_; } // with the decisions
    bool client_done() const { return client_size() == 0; }

private:
    size_t client_size() const { return static_cast<size_t>(client_end_ - begin_); }

    const uint8_t* begin_; // of what the client has yet to send
    const uint8_t* client_end_ = begin_;
    const uint8_t* middle_; // of the decisions that are left
    const uint8_t* end_ = begin_;
};

} // namespace ktcp::fuzz
