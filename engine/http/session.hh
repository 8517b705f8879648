// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// One HTTP/1.1 connection: the only file that knows the order of things. How each
// thing is done is in the files beside it.
#pragma once

#include "http/body_reader.hh"
#include "http/date.hh"
#include "http/entity_tag.hh"
#include "http/head_fields.hh"
#include "http/listing_stream.hh"
#include "http/output.hh"
#include "http/rendering.hh"
#include "http/request_parser.hh"
#include "http/response_writer.hh"
#include "http/target.hh"
#include "ktcp/http.h"

namespace ktcp::http {

// Memory: a session borrows at most two buffers of the host's, and each only
// while it has something in it: in_ holds a request head and what follows it,
// output_ the path that is looked up and then the response. An idle client costs
// neither; a client that is being sent a long file costs neither. A listing that is
// being sorted has more, of what the host can spare.
//
// Requests are answered one after the other, so pipelined ones wait in in_ (or in
// TCP), and nothing can get out of order.
class Session {
public:
    using Config = ktcp_http_config;
    using Rendering = http::Rendering;

    Session(void* host, const Config* config) : host_(host), config_(*config) {}

    ktcp_verdict open(const ktcp_now& now);
    ktcp_space receive_space();
    ktcp_verdict received(size_t n, const ktcp_now& now);
    ktcp_verdict end_of_input(const ktcp_now& now);
    unsigned output(ktcp_segment* segments) const { return output_.segments(segments); }
    bool ends_after_output() const { return next_step_ == Next::request && !keep_alive_; }
    ktcp_verdict sent(uint64_t n, const ktcp_now& now);
    ktcp_resource_request resource_request() const;
    ktcp_verdict resource(const ktcp_resource& resource, const ktcp_now& now);
    ktcp_verdict resource_failed() { return KTCP_ABORT; }
    ktcp_verdict entry(const ktcp_entry& entry, const ktcp_now& now);
    ktcp_verdict end_of_entries(ktcp_resource_status end, const ktcp_now& now);
    ktcp_time deadline() const;
    ktcp_verdict expired(uint64_t acknowledged, const ktcp_now& now);
    ktcp_verdict drain(const ktcp_now& now);
    void close();

    static size_t describe(const Config& config, const ktcp_resource_request& request,
                           const ktcp_resource& resource, const ktcp_now& now, char* place);
    static bool compressible(const ktcp_resource_request& request, const ktcp_resource& resource);

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
    enum class Next : uint8_t {
        request,
        body,
        part,    // of a multipart/byteranges
        entries, // further ones from the host
        rows,    // further ones of entries that were collected
    };

    ktcp_verdict verdict() const;
    bool idle() const { return phase_ == Phase::head && begin_ == end_; }
    bool has_files() const { return config_.has_root || config_.site_count != 0; }

    ktcp_verdict read_head(const ktcp_now& now);
    void move_to_front();
    bool make_body_room();
    ktcp_verdict begin_request(const ktcp_now& now);
    Status judge(const Request& request);
    ktcp_verdict read_body(const ktcp_now& now);
    ktcp_verdict answer(const ktcp_now& now);

    ktcp_verdict answer_file(const ktcp_resource& resource, const ktcp_now& now);
    ktcp_verdict answer_described(const ktcp_resource& resource, const ktcp_now& now);
    ktcp_verdict answer_whole(ResponseHead& head, uint64_t size, const ktcp_now& now);
    ktcp_verdict answer_ranges(ResponseHead& head, uint64_t size, uint64_t seed,
                               const ktcp_now& now);
    ktcp_verdict answer_unsatisfiable(uint64_t size, const ktcp_now& now);
    ktcp_verdict answer_directory(const ktcp_resource& resource, const ktcp_now& now);
    ktcp_verdict answer_redirect(const ktcp_now& now);
    ktcp_verdict answer_hello(const ktcp_now& now);
    ktcp_verdict answer_status(Status status, const ktcp_now& now);
    ktcp_verdict refuse(Status status, const ktcp_now& now);

    ListingKind listing_kind() const;
    ResponseHead listing_head() const;
    void count_coding(uint8_t coding);
    void begin_listing(bool sorted, const ktcp_now& now);
    ktcp_verdict send_rows(const ktcp_now& now);
    ktcp_verdict send_part(const ktcp_now& now);

    HeadLimits limits() const {
        return {config_.head_size, config_.target_size, config_.field_count};
    }
    // Of those in `which`.
    HeadFields head_fields(uint32_t which = ~uint32_t{0}) const {
        return HeadFields(Bytes(in_ + begin_, parser_.head_size()),
                          parser_.request().fields & which);
    }
    bool takes(uint8_t coding) const;
    Persistence persistence() const {
        return !keep_alive_                           ? Persistence::close
               : parser_.request().minor_version == 0 ? Persistence::keep_alive
                                                      : Persistence::implied;
    }
    void start_head(ResponseHead& head, Writer& out, const ktcp_now& now);
    void put_status_content(Writer& out, Status status);
    ktcp_verdict send(const Writer& out, Next next, const ktcp_now& now);
    ktcp_verdict send(Next next, const ktcp_now& now);
    ktcp_verdict finish_output(const ktcp_now& now);
    ktcp_verdict finish_connection(const ktcp_now& now);

    ktcp_time after(const ktcp_now& now, uint32_t milliseconds) const {
        return now.monotonic + milliseconds * KTCP_MILLISECOND;
    }
    void release_input();
    void release_resource();

    void* const host_;
    const Config& config_;
    ktcp_time deadline_ = KTCP_NEVER;

    char* in_ = nullptr;
    uint32_t begin_ = 0; // of the request under way, in in_
    uint32_t next_ = 0;  // first byte of in_ that nobody has taken
    uint32_t end_ = 0;   // of what was received
    uint32_t requests_ = 0;
    uint64_t discarded_ = 0;    // while lingering
    ktcp_time send_began_ = 0;  // of the output that is being sent
    uint64_t sent_ = 0;         // of it, in bytes
    uint64_t acknowledged_ = 0; // of all output, when that was looked at last

    Output output_;
    RequestParser parser_;
    FieldMemory last_fields_;
    BodyReader body_;
    Target target_;
    DateCache date_;
    ListingStream listing_;

    uint32_t root_ = 0;
    // What the client takes; set when a resource is looked for.
    uint8_t codings_[sizeof(ktcp_resource_request::codings)] = {};
    bool codings_known_ = false; // those are the ones of last_fields_
    bool fresh_ = true;          // nothing of the head was read yet
    Phase phase_ = Phase::head;
    Next next_step_ = Next::request;
    Status status_ = Status::none; // decided before the resource is looked up
    bool head_only_ = false;       // HEAD: no content is sent
    bool keep_alive_ = true;
    bool linger_ = false; // the peer may still be sending when we close
    bool has_resource_ = false;
    bool trying_index_ = false;
    bool input_ended_ = false;
    bool draining_ = false;
};

} // namespace ktcp::http
