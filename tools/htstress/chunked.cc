// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "chunked.hh"

#include <algorithm>

namespace htstress {
namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

} // namespace

// One byte of anything but chunk data; false when it cannot stand where it does.
bool ChunkedBody::step(char c) {
    switch (state_) {
    case State::size_first:
    case State::size: {
        const int digit = hex_digit(c);
        if (digit >= 0) {
            if (left_ >> 60)
                return false; // the next digit would overflow
            left_ = left_ << 4 | static_cast<unsigned>(digit);
            state_ = State::size;
            return true;
        }
        if (state_ == State::size_first)
            return false;
        if (c == '\r') {
            state_ = State::size_lf;
            return true;
        }
        state_ = State::extension;
        return c == ';' || c == ' ' || c == '\t';
    }
    case State::extension:
        if (c == '\r')
            state_ = State::size_lf;
        return c != '\n';
    case State::size_lf:
        state_ = left_ ? State::data : State::trailer_start;
        return c == '\n';
    case State::data_cr:
        state_ = State::data_lf;
        return c == '\r';
    case State::data_lf:
        state_ = State::size_first;
        return c == '\n';
    case State::trailer_start:
        state_ = c == '\r' ? State::end_lf : State::trailer;
        return c != '\n';
    case State::trailer:
        if (c == '\r')
            state_ = State::trailer_lf;
        return c != '\n';
    case State::trailer_lf:
        state_ = State::trailer_start;
        return c == '\n';
    case State::end_lf:
        state_ = State::done;
        return c == '\n';
    case State::data:
    case State::done:
        break;
    }
    return false;
}

ChunkedBody::Result ChunkedBody::feed(std::string_view data, std::size_t& used, BodySum* sum) {
    used = 0;
    while (used < data.size() && state_ != State::done) {
        if (state_ == State::data) {
            const std::uint64_t take = std::min<std::uint64_t>(left_, data.size() - used);
            if (sum)
                sum->add(data.substr(used, static_cast<std::size_t>(take)));
            used += static_cast<std::size_t>(take);
            data_bytes_ += take;
            left_ -= take;
            if (left_ == 0)
                state_ = State::data_cr;
        } else if (!step(data[used++])) {
            return Result::malformed;
        }
    }
    return state_ == State::done ? Result::complete : Result::incomplete;
}

} // namespace htstress
