// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/session.hh"

#include "http/site.hh"

namespace ktcp::http {
namespace {

// A peer that goes on sending after our FIN is read up to here, then cut off.
constexpr uint64_t linger_max = 1 << 20;

// A head that leaves less room than this in its buffer cannot have content.
constexpr uint32_t body_room = 512;

} // namespace

// ---- The connection's beginning and end ------------------------------------

ktcp_verdict Session::open(const ktcp_now& now) {
    deadline_ = after(now, config_.idle_timeout);
    return KTCP_WANT_RECEIVE;
}

void Session::close() {
    listing_.stop();
    release_resource();
    release_input();
    output_.give_back(host_);
}

ktcp_verdict Session::verdict() const {
    switch (phase_) {
    case Phase::resource:
        return KTCP_WANT_RESOURCE;
    case Phase::entries:
        return KTCP_WANT_ENTRIES;
    case Phase::send:
        return KTCP_WANT_SEND;
    case Phase::head:
    case Phase::body:
    case Phase::linger:
        break;
    }
    return KTCP_WANT_RECEIVE;
}

ktcp_time Session::deadline() const {
    switch (phase_) {
    case Phase::resource:
    case Phase::entries:
        return KTCP_NEVER; // a slow disk is not the client's fault
    case Phase::send:
        break;
    case Phase::head:
    case Phase::body:
    case Phase::linger:
        return deadline_;
    }
    if (config_.send_rate == 0)
        return deadline_;
    // Who takes a byte now and then is not silent, but would hold a buffer for ever.
    const uint64_t rate = config_.send_rate;
    const uint64_t seconds = sent_ / rate;
    if (seconds > UINT32_MAX) // as nanoseconds it might not fit
        return deadline_;
    const ktcp_time enough = send_began_ + config_.send_timeout * KTCP_MILLISECOND +
                             seconds * KTCP_SECOND + sent_ % rate * KTCP_SECOND / rate;
    return enough < deadline_ ? enough : deadline_;
}

// Gives up on a slow client.
ktcp_verdict Session::expired(uint64_t acknowledged, const ktcp_now& now) {
    if (phase_ == Phase::send && acknowledged != acknowledged_) {
        acknowledged_ = acknowledged;
        deadline_ = after(now, config_.send_timeout);
        if (deadline() > now.monotonic)
            return KTCP_WANT_SEND;
    }
    ktcp_os_count(host_, KTCP_COUNT_timeouts);
    if (phase_ == Phase::send)
        return KTCP_ABORT;
    if (phase_ == Phase::linger || idle())
        return KTCP_CLOSE;
    return refuse(Status::request_timeout, now); // RFC 9110 section 15.5.9
}

ktcp_verdict Session::drain(const ktcp_now&) {
    draining_ = true;
    keep_alive_ = false;
    return phase_ == Phase::linger || idle() ? KTCP_CLOSE : verdict();
}

// ---- Receiving ---------------------------------------------------------------

ktcp_space Session::receive_space() {
    if (!in_) {
        in_ = static_cast<char*>(ktcp_os_buffer_acquire(host_));
        begin_ = next_ = end_ = 0;
    }
    if (!in_)
        return {nullptr, 0};
    return {in_ + end_, KTCP_BUFFER_SIZE - end_};
}

ktcp_verdict Session::received(size_t n, const ktcp_now& now) {
    if (phase_ == Phase::linger) {
        discarded_ += n;
        release_input();
        return discarded_ > linger_max ? KTCP_CLOSE : KTCP_WANT_RECEIVE;
    }
    if (n == 0) {
        if (idle())
            release_input();
        return KTCP_WANT_RECEIVE;
    }
    if (idle())
        deadline_ = after(now, config_.head_timeout);
    end_ += static_cast<uint32_t>(n);
    return phase_ == Phase::head ? read_head(now) : read_body(now);
}

ktcp_verdict Session::end_of_input(const ktcp_now&) {
    input_ended_ = true;
    // A request that is not whole now never will be (RFC 9112 section 8).
    return verdict() == KTCP_WANT_RECEIVE ? KTCP_CLOSE : verdict();
}

ktcp_verdict Session::read_head(const ktcp_now& now) {
    phase_ = Phase::head;
    if (idle()) {
        release_input();
        return input_ended_ || draining_ ? KTCP_CLOSE : KTCP_WANT_RECEIVE;
    }
    const Bytes input(in_ + begin_, in_ + end_);
    if (fresh_ && parser_.parse_repeated(input, limits(), last_fields_)) {
        next_ = begin_ + static_cast<uint32_t>(parser_.head_size());
        return begin_request(now);
    }
    fresh_ = false;
    ParseResult result = parser_.parse(input, limits());
    if (result == ParseResult::incomplete && end_ == KTCP_BUFFER_SIZE) {
        // Pipelined requests before this one took its room. The parser refuses
        // what fills a buffer by itself, so begin_ is not 0 here.
        move_to_front();
        result = parser_.parse(Bytes(in_, end_), limits());
    }
    switch (result) {
    case ParseResult::complete:
        parser_.remember(Bytes(in_ + begin_, in_ + end_), last_fields_);
        codings_known_ = false;
        next_ = begin_ + static_cast<uint32_t>(parser_.head_size());
        return begin_request(now);
    case ParseResult::invalid:
        ktcp_os_count(host_, KTCP_COUNT_requests);
        return refuse(parser_.error(), now);
    case ParseResult::incomplete:
        break;
    }
    return input_ended_ ? KTCP_CLOSE : KTCP_WANT_RECEIVE;
}

// The request under way, to the buffer's start; the parser has to start anew, since
// what it found points into the buffer.
void Session::move_to_front() {
    __builtin_memmove(in_, in_ + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    parser_ = {};
}

// Room for content behind a head that is complete. False: the head alone takes it.
bool Session::make_body_room() {
    const uint32_t head_size = static_cast<uint32_t>(parser_.head_size());
    if (head_size + body_room > KTCP_BUFFER_SIZE)
        return false;
    move_to_front();
    next_ = head_size;
    return parser_.parse(Bytes(in_, head_size), limits()) == ParseResult::complete;
}

ktcp_verdict Session::begin_request(const ktcp_now& now) {
    const Request& request = parser_.request();
    const bool has_content = request.chunked || request.content_length != 0;
    ktcp_os_count(host_, KTCP_COUNT_requests);
    requests_++;
    if (has_content && next_ + body_room > KTCP_BUFFER_SIZE && !make_body_room())
        return refuse(Status::header_fields_too_large, now);
    if (!output_.borrow(host_))
        return KTCP_ABORT;

    head_only_ = request.method == Method::head;
    keep_alive_ = !draining_ && !request.connection_close &&
                  (request.minor_version >= 1 || request.connection_keep_alive) &&
                  (config_.max_requests == 0 || requests_ < config_.max_requests);
    status_ = judge(request);

    if (!has_content)
        return answer(now);
    if (request.chunked)
        body_.begin_chunked(config_.body_size);
    else
        body_.begin_length(request.content_length, config_.body_size);

    // RFC 9110 section 10.1.1; HTTP/1.0 has no interim responses.
    if (request.expect_continue && request.minor_version >= 1 && next_ == end_) {
        if (status_ != Status::none)
            return refuse(status_, now);
        if (body_.read(Bytes()).result == ParseResult::invalid)
            return refuse(body_.error(), now);
        Writer out = output_.writer();
        out.put("HTTP/1.1 100 Continue\r\n\r\n"_b);
        return send(out, Next::body, now);
    }
    deadline_ = after(now, config_.head_timeout);
    return read_body(now);
}

// What the head alone decides; none: it depends on the resource. The decoded path
// is left in the output's scratch area.
Status Session::judge(const Request& request) {
    if (request.method == Method::unknown)
        return Status::not_implemented;
    if (request.method == Method::not_allowed)
        return Status::method_not_allowed;
    target_ = parse_target(request.target, output_.path());
    if (target_.error != Status::none) {
        keep_alive_ = false;
        linger_ = true;
        return target_.error;
    }
    if (request.expect_unknown && request.minor_version >= 1)
        return Status::expectation_failed;
    if (request.method == Method::options)
        return Status::no_content;
    if (target_.asterisk)
        return Status::bad_request;
    if (!has_files())
        return Status::none;
    if (config_.site_count != 0) {
        // The absolute-form overrules Host: RFC 9112 section 3.2.2.
        const Bytes authority = target_.authority.empty() ? request.host : target_.authority;
        if (!find_root(config_, host_of(authority), root_))
            return Status::misdirected_request; // RFC 9110 section 7.4
    }
    return target_.missing ? Status::not_found : Status::none;
}

ktcp_verdict Session::read_body(const ktcp_now& now) {
    phase_ = Phase::body;
    const BodyReader::Step step = body_.read(Bytes(in_ + next_, in_ + end_));
    next_ += static_cast<uint32_t>(step.used);
    switch (step.result) {
    case ParseResult::complete:
        return answer(now);
    case ParseResult::invalid:
        return refuse(body_.error(), now);
    case ParseResult::incomplete:
        break;
    }
    // The head stays, since what it says is still needed; its content does not.
    next_ = end_ = begin_ + static_cast<uint32_t>(parser_.head_size());
    return input_ended_ ? KTCP_CLOSE : KTCP_WANT_RECEIVE;
}

// ---- Sending -------------------------------------------------------------------

// What `out` holds is the whole of the output in memory.
ktcp_verdict Session::send(const Writer& out, Next next, const ktcp_now& now) {
    output_.wrote(out);
    return send(next, now);
}

ktcp_verdict Session::send(Next next, const ktcp_now& now) {
    if (phase_ != Phase::send) { // not the next piece of the same response
        send_began_ = now.monotonic;
        sent_ = 0;
    }
    phase_ = Phase::send;
    next_step_ = next;
    deadline_ = after(now, config_.send_timeout);
    // The head has said what it had to say; nothing but pipelined requests needs
    // the buffer from here on.
    if (next == Next::request && next_ == end_)
        release_input();
    return KTCP_WANT_SEND;
}

ktcp_verdict Session::sent(uint64_t n, const ktcp_now& now) {
    deadline_ = after(now, config_.send_timeout);
    sent_ += n;
    output_.sent(n);
    if (output_.all_sent())
        return finish_output(now);
    // A long file is sent without a buffer.
    if (output_.memory_sent() && !output_.has_parts())
        output_.give_back(host_);
    return KTCP_WANT_SEND;
}

ktcp_verdict Session::finish_output(const ktcp_now& now) {
    switch (next_step_) {
    case Next::body:
        deadline_ = after(now, config_.head_timeout);
        return read_body(now);
    case Next::part:
        return send_part(now);
    case Next::entries:
        phase_ = Phase::entries;
        return KTCP_WANT_ENTRIES;
    case Next::rows:
        return send_rows(now);
    case Next::request:
        break;
    }
    release_resource();
    output_.give_back(host_);
    if (!keep_alive_)
        return finish_connection(now);
    // Pipelined bytes are a head that has begun; otherwise the client is idle.
    begin_ = next_;
    parser_ = {};
    fresh_ = true;
    const bool pipelined = begin_ != end_;
    deadline_ = after(now, pipelined ? config_.head_timeout : config_.idle_timeout);
    return read_head(now);
}

// Closing while the peer still sends would make TCP answer with RST, which can
// overtake the response (RFC 9112 section 9.6): so FIN first, and read on.
ktcp_verdict Session::finish_connection(const ktcp_now& now) {
    const bool unread = next_ != end_;
    release_input();
    if (input_ended_ || draining_ || !(linger_ || unread))
        return KTCP_CLOSE;
    phase_ = Phase::linger;
    deadline_ = after(now, config_.linger_timeout);
    return KTCP_SHUTDOWN;
}

// ---- What is borrowed ----------------------------------------------------------

void Session::release_input() {
    if (in_)
        ktcp_os_buffer_release(host_, in_);
    in_ = nullptr;
    begin_ = next_ = end_ = 0;
}

void Session::release_resource() {
    if (has_resource_)
        ktcp_os_resource_release(host_);
    has_resource_ = false;
}

} // namespace ktcp::http
