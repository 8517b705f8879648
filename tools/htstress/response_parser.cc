// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "response_parser.hh"

#include <algorithm>

namespace htstress {
namespace {

constexpr std::string_view head_end = "\r\n\r\n";

} // namespace

void ResponseParser::reset() {
    partial_.clear();
    head_ = ResponseHead{};
    chunked_ = ChunkedBody{};
    sum_.clear();
    body_bytes_ = 0;
    fault_ = nullptr;
    state_ = State::head;
    started_ = false;
}

ResponseParser::Result ResponseParser::fail(const char* fault) {
    fault_ = fault;
    return Result::malformed;
}

void ResponseParser::enter_body() {
    const bool empty = bodiless_ || head_.body == BodyKind::none ||
                       (head_.body == BodyKind::length && head_.length == 0);
    state_ = empty ? State::done : State::body;
}

// Consumes up to the end of the head, or everything when the end is not there yet.
ResponseParser::Result ResponseParser::take_head(std::string_view data, std::size_t& used) {
    if (partial_.empty()) {
        if (const std::size_t known = memo_->match(data)) {
            head_ = memo_->head();
            used = known;
            enter_body();
            return Result::complete;
        }
    }

    std::string_view text;
    if (partial_.empty()) {
        const std::size_t end = data.find(head_end);
        if (end != std::string_view::npos)
            text = data.substr(0, end + head_end.size());
        used = text.empty() ? data.size() : text.size();
        if (text.empty())
            partial_.assign(data);
    } else {
        // The end may straddle the pieces: look again at the last three bytes of the old ones.
        const std::size_t before = partial_.size();
        const std::size_t room = max_head + head_end.size() - std::min(before, max_head);
        partial_.append(data.substr(0, room));
        const std::size_t end = partial_.find(head_end, before < 3 ? 0 : before - 3);
        if (end != std::string_view::npos)
            text = std::string_view(partial_).substr(0, end + head_end.size());
        used = text.empty() ? std::min(data.size(), room) : text.size() - before;
    }

    if (text.empty())
        return partial_.size() > max_head ? fail("response head too large") : Result::incomplete;
    if (text.size() > max_head)
        return fail("response head too large");
    if (const char* fault = parse_head(text, head_))
        return fail(fault);

    // Interim responses announce the real one (RFC 9110 section 15.2); 101 was not asked for.
    if (head_.status == 101)
        return fail("unexpected switch of protocols");
    if (head_.status < 200) {
        head_ = ResponseHead{};
        partial_.clear();
        return Result::complete;
    }
    memo_->remember(text, head_);
    partial_.clear();
    enter_body();
    return Result::complete;
}

ResponseParser::Result ResponseParser::take_body(std::string_view data, std::size_t& used) {
    switch (head_.body) {
    case BodyKind::length: {
        const std::uint64_t take = std::min<std::uint64_t>(head_.length - body_bytes_, data.size());
        used = static_cast<std::size_t>(take);
        body_bytes_ += take;
        if (summing_)
            sum_.add(data.substr(0, used));
        if (body_bytes_ == head_.length)
            state_ = State::done;
        return Result::complete;
    }
    case BodyKind::chunked:
        switch (chunked_.feed(data, used, summing_ ? &sum_ : nullptr)) {
        case ChunkedBody::Result::malformed:
            return fail("malformed chunk");
        case ChunkedBody::Result::complete:
            state_ = State::done;
            break;
        case ChunkedBody::Result::incomplete:
            break;
        }
        return Result::complete;
    case BodyKind::until_close:
        used = data.size();
        body_bytes_ += data.size();
        if (summing_)
            sum_.add(data);
        return Result::complete;
    case BodyKind::none:
        break;
    }
    state_ = State::done;
    used = 0;
    return Result::complete;
}

ResponseParser::Result ResponseParser::feed(std::string_view data, std::size_t& used) {
    used = 0;
    if (!data.empty())
        started_ = true;
    while (state_ != State::done && used < data.size()) {
        std::size_t step = 0;
        const std::string_view rest = data.substr(used);
        const Result result = state_ == State::head ? take_head(rest, step) : take_body(rest, step);
        used += step;
        if (result == Result::malformed)
            return result;
    }
    return state_ == State::done ? Result::complete : Result::incomplete;
}

ResponseParser::Result ResponseParser::end_of_input() {
    if (state_ == State::done)
        return Result::complete;
    if (state_ == State::body && head_.body == BodyKind::until_close) {
        state_ = State::done;
        return Result::complete;
    }
    return fail(!started_               ? "connection closed before a response"
                : state_ == State::head ? "connection closed inside the response head"
                                        : "body shorter than announced");
}

std::uint64_t ResponseParser::body_bytes() const {
    return head_.body == BodyKind::chunked ? chunked_.data_bytes() : body_bytes_;
}

} // namespace htstress
