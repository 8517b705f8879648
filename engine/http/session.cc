// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/session.hh"

#include "http/chunked.hh"
#include "http/escape.hh"
#include "http/listing.hh"
#include "http/media_type.hh"
#include "ktcp/os.h"

namespace ktcp::http {
namespace {

constexpr Bytes index_name = "index.html"_b;
constexpr Bytes hello = "Hello World!"_b;

// A peer that goes on sending after our FIN is read up to here, then cut off.
constexpr uint64_t linger_max = 1 << 20;

// A head that leaves less room than this in its buffer cannot have content.
constexpr uint32_t body_room = 512;

ktcp_counter counter_of(Status status) {
    const unsigned code = static_cast<unsigned>(status);
    return code < 300   ? KTCP_COUNT_responses_2xx
           : code < 400 ? KTCP_COUNT_responses_3xx
           : code < 500 ? KTCP_COUNT_responses_4xx
                        : KTCP_COUNT_responses_5xx;
}

} // namespace

// ---- The connection's beginning and end ------------------------------------

ktcp_verdict Session::open(const ktcp_now& now) {
    deadline_ = after(now, config_.idle_timeout);
    return KTCP_WANT_RECEIVE;
}

void Session::close() {
    release_resource();
    release_input();
    release_output();
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
    // A slow disk is not the client's fault.
    return phase_ == Phase::resource || phase_ == Phase::entries ? KTCP_NEVER : deadline_;
}

// Gives up on a slow client.
ktcp_verdict Session::expired(const ktcp_now& now) {
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
    ParseResult result = parser_.parse(Bytes(in_ + begin_, in_ + end_), config_.head_size);
    if (result == ParseResult::incomplete && end_ == KTCP_BUFFER_SIZE) {
        // Pipelined requests before this one took its room. The parser refuses
        // what fills a buffer by itself, so begin_ is not 0 here.
        __builtin_memmove(in_, in_ + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
        parser_ = {};
        result = parser_.parse(Bytes(in_, end_), config_.head_size);
    }
    switch (result) {
    case ParseResult::complete:
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

ktcp_verdict Session::begin_request(const ktcp_now& now) {
    const Request& request = parser_.request();
    ktcp_os_count(host_, KTCP_COUNT_requests);
    if (!acquire_output())
        return KTCP_ABORT;

    head_only_ = request.method == Method::head;
    keep_alive_ = !draining_ && !request.connection_close &&
                  (request.minor_version >= 1 || request.connection_keep_alive);
    status_ = judge(request);

    if (!request.chunked && request.content_length == 0)
        return answer(now);
    if (next_ + body_room > KTCP_BUFFER_SIZE)
        return refuse(Status::header_fields_too_large, now);
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
        Writer out(out_, path());
        out.put("HTTP/1.1 100 Continue\r\n\r\n"_b);
        return send(out, Next::body, now);
    }
    deadline_ = after(now, config_.head_timeout);
    return read_body(now);
}

// What the head alone decides; none: it depends on the resource. The decoded path
// is left in path().
Status Session::judge(const Request& request) {
    if (request.method == Method::unknown)
        return Status::not_implemented;
    if (request.method == Method::not_allowed)
        return Status::method_not_allowed;
    target_ = parse_target(request.target, path());
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
    // Without files there is no file that could be missing.
    return target_.missing && config_.has_root ? Status::not_found : Status::none;
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

// ---- Answering ---------------------------------------------------------------

ktcp_verdict Session::answer(const ktcp_now& now) {
    if (status_ != Status::none)
        return answer_status(status_, now);
    if (!config_.has_root)
        return answer_hello(now);

    // A directory is first asked for its index page.
    const size_t size = target_.path_size;
    trying_index_ = target_.directory && size + 1 + index_name.size < path_capacity;
    if (trying_index_) {
        Writer out(path() + size, path() + path_capacity);
        if (size != 0)
            out.put('/');
        out.put(index_name);
        out.put('\0');
    }
    phase_ = Phase::resource;
    return KTCP_WANT_RESOURCE;
}

ktcp_resource_request Session::resource_request() const {
    size_t size = target_.path_size;
    if (trying_index_)
        size += index_name.size + (size != 0 ? 1 : 0);
    return {path(), size};
}

ktcp_verdict Session::resource(const ktcp_resource& resource, const ktcp_now& now) {
    has_resource_ =
        resource.status == KTCP_RESOURCE_FILE || resource.status == KTCP_RESOURCE_DIRECTORY;
    switch (resource.status) {
    case KTCP_RESOURCE_FILE:
        if (target_.directory && !trying_index_)
            return answer_status(Status::not_found, now); // "/file/"
        return answer_file(resource, now);
    case KTCP_RESOURCE_DIRECTORY:
        if (trying_index_)
            break;
        return target_.directory ? answer_listing(now) : answer_redirect(now);
    case KTCP_RESOURCE_NOT_FOUND:
        if (trying_index_)
            break;
        return answer_status(Status::not_found, now);
    case KTCP_RESOURCE_FORBIDDEN:
        return answer_status(Status::forbidden, now);
    case KTCP_RESOURCE_FAILED:
        return answer_status(Status::internal_server_error, now);
    }
    // No index page: the directory itself.
    release_resource();
    trying_index_ = false;
    path()[target_.path_size] = '\0';
    return KTCP_WANT_RESOURCE;
}

// Begins every final response: what all of them have in common.
void Session::start_head(ResponseHead head, Writer& out, const ktcp_now& now) {
    if (head.framing == ResponseHead::Framing::until_close)
        keep_alive_ = false;
    head.persistence = !keep_alive_                           ? Persistence::close
                       : parser_.request().minor_version == 0 ? Persistence::keep_alive
                                                              : Persistence::implied;
    ktcp_os_count(host_, counter_of(head.status));
    head.now = now.unix_seconds;
    head.date = date_.text(now.unix_seconds);
    put_head(out, head);
}

ktcp_verdict Session::answer_file(const ktcp_resource& resource, const ktcp_now& now) {
    ResponseHead head;
    head.length = resource.size;
    head.content_type = trying_index_ ? html_type : media_type_of(Bytes(path(), target_.path_size));
    head.has_last_modified = true;
    head.last_modified = resource.modified_seconds;

    Writer out(out_, path());
    start_head(head, out, now);
    end_head(out);
    if (head_only_ || resource.size == 0) {
        release_resource();
    } else {
        file_begin_ = 0;
        file_end_ = resource.size;
    }
    return send(out, Next::request, now);
}

ktcp_verdict Session::answer_hello(const ktcp_now& now) {
    ResponseHead head;
    head.length = hello.size;
    head.content_type = plain_text_type;

    Writer out(out_, path());
    start_head(head, out, now);
    end_head(out);
    if (!head_only_)
        out.put(hello);
    return send(out, Next::request, now);
}

// "/directory" becomes "/directory/", so that relative links on its page work.
ktcp_verdict Session::answer_redirect(const ktcp_now& now) {
    release_resource();
    ResponseHead head;
    head.status = Status::moved_permanently;
    head.length = status_page_size(head.status);
    head.content_type = html_type;

    Writer out(out_, path());
    start_head(head, out, now);
    // One '/' and then a name: "//" would be another host's address.
    out.put("Location: /"_b);
    put_uri(out, Bytes(path(), target_.path_size), true);
    out.put('/');
    out.put(target_.query);
    out.put("\r\n"_b);
    end_head(out);
    if (!head_only_)
        put_status_page(out, head.status);
    if (out.overflowed())
        return answer_status(Status::uri_too_long, now);
    return send(out, Next::request, now);
}

ktcp_verdict Session::answer_status(Status status, const ktcp_now& now) {
    release_resource();
    ResponseHead head;
    head.status = status;
    if (status == Status::no_content) {
        head.framing = ResponseHead::Framing::none; // RFC 9110 section 8.6
    } else {
        head.length = status_page_size(status);
        head.content_type = html_type;
    }

    Writer out(out_, path());
    start_head(head, out, now);
    if (status == Status::method_not_allowed || status == Status::no_content)
        put_field(out, "Allow"_b, allowed_methods);
    end_head(out);
    if (head.framing == ResponseHead::Framing::length && !head_only_)
        put_status_page(out, status);
    return send(out, Next::request, now);
}

// Answers a request that was not read to its end: what follows it on the
// connection cannot be told apart from the rest of it.
ktcp_verdict Session::refuse(Status status, const ktcp_now& now) {
    if (!acquire_output())
        return KTCP_ABORT;
    head_only_ = parser_.request().method == Method::head;
    keep_alive_ = false;
    linger_ = true;
    next_ = end_;
    return answer_status(status, now);
}

// ---- The listing ---------------------------------------------------------------

static_assert(listing_begin_max + 512 <= KTCP_BUFFER_SIZE - path_capacity);
static_assert(listing_row_max + listing_end_max + Chunk::overhead + Chunk::last_size <=
              KTCP_BUFFER_SIZE / 2);

ktcp_verdict Session::answer_listing(const ktcp_now& now) {
    ResponseHead head;
    head.content_type = html_type;
    chunked_ = parser_.request().minor_version >= 1;
    head.framing = chunked_ ? ResponseHead::Framing::chunked : ResponseHead::Framing::until_close;

    Writer out(out_, path());
    start_head(head, out, now);
    end_head(out);
    if (head_only_) {
        release_resource();
        return send(out, Next::request, now);
    }
    Chunk chunk;
    if (chunked_)
        chunk.begin(out);
    put_listing_begin(out, Bytes(path(), target_.path_size));
    if (chunked_)
        chunk.end(out);
    out_end_ = static_cast<uint32_t>(out.size());
    phase_ = Phase::entries;
    return KTCP_WANT_ENTRIES;
}

// Each row is a chunk of its own, and rows are sent together, as many as fit.
ktcp_verdict Session::entry(const ktcp_entry& entry, const ktcp_now& now) {
    Writer out(out_ + out_end_, out_ + KTCP_BUFFER_SIZE);
    Chunk chunk;
    if (chunked_)
        chunk.begin(out);
    put_listing_row(out, entry);
    if (chunked_)
        chunk.end(out);
    out_end_ += static_cast<uint32_t>(out.size());
    constexpr size_t next_row =
        listing_row_max + Chunk::overhead + listing_end_max + Chunk::overhead + Chunk::last_size;
    return out_end_ + next_row > KTCP_BUFFER_SIZE ? send(Next::entries, now) : KTCP_WANT_ENTRIES;
}

ktcp_verdict Session::end_of_entries(bool complete, const ktcp_now& now) {
    release_resource();
    if (!complete)
        return KTCP_ABORT; // the client must not take half a listing for a whole one
    Writer out(out_ + out_end_, out_ + KTCP_BUFFER_SIZE);
    Chunk chunk;
    if (chunked_)
        chunk.begin(out);
    put_listing_end(out);
    if (chunked_) {
        chunk.end(out);
        Chunk::put_last(out);
    }
    out_end_ += static_cast<uint32_t>(out.size());
    return send(Next::request, now);
}

// ---- Sending -------------------------------------------------------------------

// What `out` holds is the whole of the output in memory: it began at out_.
ktcp_verdict Session::send(const Writer& out, Next next, const ktcp_now& now) {
    out_end_ = static_cast<uint32_t>(out.size());
    return send(next, now);
}

ktcp_verdict Session::send(Next next, const ktcp_now& now) {
    phase_ = Phase::send;
    next_step_ = next;
    deadline_ = after(now, config_.send_timeout);
    // The head has said what it had to say; nothing but pipelined requests needs
    // the buffer from here on.
    if (next == Next::request && next_ == end_)
        release_input();
    return KTCP_WANT_SEND;
}

unsigned Session::output(ktcp_segment* segments) const {
    unsigned count = 0;
    if (out_begin_ != out_end_)
        segments[count++] = {out_ + out_begin_, 0, out_end_ - out_begin_};
    if (file_begin_ != file_end_)
        segments[count++] = {nullptr, file_begin_, file_end_ - file_begin_};
    return count;
}

ktcp_verdict Session::sent(uint64_t n, const ktcp_now& now) {
    deadline_ = after(now, config_.send_timeout);
    const uint32_t memory = out_end_ - out_begin_;
    if (n < memory) {
        out_begin_ += static_cast<uint32_t>(n);
        return KTCP_WANT_SEND;
    }
    out_begin_ = out_end_ = 0;
    file_begin_ += n - memory;
    if (file_begin_ != file_end_) {
        release_output();
        return KTCP_WANT_SEND;
    }
    return finish_output(now);
}

ktcp_verdict Session::finish_output(const ktcp_now& now) {
    file_begin_ = file_end_ = 0;
    switch (next_step_) {
    case Next::body:
        deadline_ = after(now, config_.head_timeout);
        return read_body(now);
    case Next::entries:
        phase_ = Phase::entries;
        return KTCP_WANT_ENTRIES;
    case Next::request:
        break;
    }
    release_resource();
    release_output();
    if (!keep_alive_)
        return finish_connection(now);
    // Pipelined bytes are a head that has begun; otherwise the client is idle.
    begin_ = next_;
    parser_ = {};
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

bool Session::acquire_output() {
    if (!out_)
        out_ = static_cast<char*>(ktcp_os_buffer_acquire(host_));
    out_begin_ = out_end_ = 0;
    return out_ != nullptr;
}

void Session::release_output() {
    if (out_)
        ktcp_os_buffer_release(host_, out_);
    out_ = nullptr;
    out_begin_ = out_end_ = 0;
}

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
