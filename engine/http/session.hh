// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// One HTTP/1.1 connection: the only file that knows the order of things. How each
// thing is done is in the files beside it.
#pragma once

#include "http/body_reader.hh"
#include "http/date.hh"
#include "http/request_parser.hh"
#include "http/response_writer.hh"
#include "http/target.hh"
#include "ktcp/http.h"

namespace ktcp::http {

// Memory: a session borrows at most two buffers of the host's, and each only
// while it has something in it: in_ holds a request head and what follows it,
// out_ holds the path that is looked up and then the response. An idle client
// costs neither; a client that is being sent a long file costs neither.
//
// Requests are answered one after the other, so pipelined ones wait in in_ (or in
// TCP), and nothing can get out of order.
class Session {
public:
    using Config = ktcp_http_config;

    Session(void* host, const Config* config) : host_(host), config_(*config) {}

    ktcp_verdict open(const ktcp_now& now);
    ktcp_space receive_space();
    ktcp_verdict received(size_t n, const ktcp_now& now);
    ktcp_verdict end_of_input(const ktcp_now& now);
    unsigned output(ktcp_segment* segments) const;
    bool ends_after_output() const { return next_step_ == Next::request && !keep_alive_; }
    ktcp_verdict sent(uint64_t n, const ktcp_now& now);
    ktcp_resource_request resource_request() const;
    ktcp_verdict resource(const ktcp_resource& resource, const ktcp_now& now);
    ktcp_verdict resource_failed() { return KTCP_ABORT; }
    ktcp_verdict entry(const ktcp_entry& entry, const ktcp_now& now);
    ktcp_verdict end_of_entries(bool complete, const ktcp_now& now);
    ktcp_time deadline() const;
    ktcp_verdict expired(const ktcp_now& now);
    ktcp_verdict drain(const ktcp_now& now);
    void close();

private:
    enum class Phase : uint8_t {
        head,     // waiting for, or in, a request head
        body,     // in a request's content
        resource, // the host looks something up
        entries,  // the host hands over a directory's entries
        send,     // output waits to be sent
        linger,   // FIN is sent; what still comes is discarded
    };
    // What follows when the output is sent.
    enum class Next : uint8_t { request, body, entries };

    ktcp_verdict verdict() const;
    bool idle() const { return phase_ == Phase::head && begin_ == end_; }

    ktcp_verdict read_head(const ktcp_now& now);
    ktcp_verdict begin_request(const ktcp_now& now);
    Status judge(const Request& request);
    ktcp_verdict read_body(const ktcp_now& now);
    ktcp_verdict answer(const ktcp_now& now);

    ktcp_verdict answer_file(const ktcp_resource& resource, const ktcp_now& now);
    ktcp_verdict answer_listing(const ktcp_now& now);
    ktcp_verdict answer_redirect(const ktcp_now& now);
    ktcp_verdict answer_hello(const ktcp_now& now);
    ktcp_verdict answer_status(Status status, const ktcp_now& now);
    ktcp_verdict refuse(Status status, const ktcp_now& now);

    void start_head(ResponseHead head, Writer& out, const ktcp_now& now);
    ktcp_verdict send(const Writer& out, Next next, const ktcp_now& now);
    ktcp_verdict send(Next next, const ktcp_now& now);
    ktcp_verdict finish_output(const ktcp_now& now);
    ktcp_verdict finish_connection(const ktcp_now& now);

    ktcp_time after(const ktcp_now& now, uint32_t milliseconds) const {
        return now.monotonic + milliseconds * KTCP_MILLISECOND;
    }
    // The path that is looked up lives behind the place of a response head.
    static constexpr size_t path_offset = KTCP_BUFFER_SIZE - path_capacity;
    char* path() const { return out_ + path_offset; }
    bool acquire_output();
    void release_input();
    void release_output();
    void release_resource();

    void* const host_;
    const Config& config_;
    ktcp_time deadline_ = KTCP_NEVER;

    char* in_ = nullptr;
    char* out_ = nullptr;
    uint32_t begin_ = 0; // of the request under way, in in_
    uint32_t next_ = 0;  // first byte of in_ that nobody has taken
    uint32_t end_ = 0;   // of what was received
    uint32_t out_begin_ = 0;
    uint32_t out_end_ = 0;
    uint64_t file_begin_ = 0; // the range of the resource that is to be sent
    uint64_t file_end_ = 0;
    uint64_t discarded_ = 0; // while lingering

    RequestParser parser_;
    BodyReader body_;
    Target target_;
    DateCache date_;

    Phase phase_ = Phase::head;
    Next next_step_ = Next::request;
    Status status_ = Status::none; // decided before the resource is looked up
    bool head_only_ = false;       // HEAD: no content is sent
    bool keep_alive_ = true;
    bool chunked_ = false;
    bool linger_ = false; // the peer may still be sending when we close
    bool has_resource_ = false;
    bool trying_index_ = false;
    bool input_ended_ = false;
    bool draining_ = false;
};

} // namespace ktcp::http
