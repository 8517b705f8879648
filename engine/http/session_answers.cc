// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What a session answers; in which order things happen is in session.cc.
#include "http/chunked.hh"
#include "http/conditional.hh"
#include "http/content_coding.hh"
#include "http/escape.hh"
#include "http/file_head.hh"
#include "http/media_type.hh"
#include "http/negotiation.hh"
#include "http/session.hh"
#include "http/status_page.hh"

namespace ktcp::http {
namespace {

constexpr Bytes index_name = "index.html"_b;
constexpr Bytes hello = "Hello World!"_b;

// Of a head, in bytes; Cache-Control comes on top, for files.
constexpr size_t head_max = 512;

// What can be asked of a listing, which has neither a tag nor a date: is there one?
constexpr uint32_t tag_fields = field_bit(Field::if_match) | field_bit(Field::if_none_match);

// By which fields a file's response may be another one than the whole of it.
constexpr uint32_t precondition_fields =
    tag_fields | field_bit(Field::if_modified_since) | field_bit(Field::if_unmodified_since);
constexpr uint32_t selective_fields = precondition_fields | field_bit(Field::range);

ktcp_counter counter_of(Status status) {
    const unsigned code = static_cast<unsigned>(status);
    return code < 300   ? KTCP_COUNT_responses_2xx
           : code < 400 ? KTCP_COUNT_responses_3xx
           : code < 500 ? KTCP_COUNT_responses_4xx
                        : KTCP_COUNT_responses_5xx;
}

// Of what cannot be had.
Status status_of(ktcp_resource_status status) {
    return status == KTCP_RESOURCE_NOT_FOUND   ? Status::not_found
           : status == KTCP_RESOURCE_FORBIDDEN ? Status::forbidden
                                               : Status::internal_server_error;
}

} // namespace

// ---- Answering ---------------------------------------------------------------

ktcp_verdict Session::answer(const ktcp_now& now) {
    if (status_ != Status::none)
        return answer_status(status_, now);
    if (!has_files())
        return answer_hello(now);

    if (!codings_known_)
        accepted_codings(head_fields(), codings_);
    codings_known_ = true;
    // Ranges are served of a file's own bytes only (file_head.cc).
    if ((parser_.request().fields & field_bit(Field::range)) != 0 && !head_only_ &&
        takes(KTCP_CODING_IDENTITY)) {
        accepted_codings(HeadFields(Bytes(), 0), codings_);
        codings_known_ = false;
    }
    // A directory is first asked for its index page.
    const size_t size = target_.path_size;
    trying_index_ = target_.directory && size + 1 + index_name.size < path_capacity;
    if (trying_index_) {
        Writer out(output_.path() + size, output_.path() + path_capacity);
        if (size != 0)
            out.put('/');
        out.put(index_name);
        out.put('\0');
    }
    phase_ = Phase::resource;
    return KTCP_WANT_RESOURCE;
}

ktcp_resource_request Session::resource_request() const {
    ktcp_resource_request request = {};
    request.path = output_.path();
    request.size = target_.path_size;
    if (trying_index_)
        request.size += index_name.size + (target_.path_size != 0 ? 1 : 0);
    request.root = root_;
    if (target_.directory && !trying_index_)
        request.rendering = listing_kind().number();
    __builtin_memcpy(request.codings, codings_, sizeof codings_);
    return request;
}

// Does the client take content in this coding? RFC 9110 section 12.5.3.
bool Session::takes(uint8_t coding) const {
    for (uint8_t accepted : codings_)
        if (accepted == coding)
            return true;
    return false;
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
        return target_.directory ? answer_directory(resource, now) : answer_redirect(now);
    case KTCP_RESOURCE_NOT_FOUND:
        if (trying_index_)
            break;
        [[fallthrough]];
    case KTCP_RESOURCE_FORBIDDEN:
    case KTCP_RESOURCE_FAILED:
        return answer_status(status_of(resource.status), now);
    }
    // No index page: the directory itself.
    release_resource();
    trying_index_ = false;
    output_.path()[target_.path_size] = '\0';
    return KTCP_WANT_RESOURCE;
}

// Begins every final response: what all of them have in common.
void Session::start_head(ResponseHead& head, Writer& out, const ktcp_now& now) {
    if (head.framing == ResponseHead::Framing::until_close)
        keep_alive_ = false;
    head.persistence = persistence();
    ktcp_os_count(host_, counter_of(head.status));
    head.date = date_.text(now.unix_seconds);
    put_head(out, head);
}

// ---- Files ---------------------------------------------------------------------

size_t Session::describe(const Config& config, const ktcp_resource_request& request,
                         const ktcp_resource& resource, const ktcp_now& now, char* place) {
    return http::describe(config, request, resource, now.unix_seconds, place);
}

bool Session::compressible(const ktcp_resource_request& request, const ktcp_resource& resource) {
    return http::compressible(request, resource);
}

void Session::count_coding(uint8_t coding) {
    switch (coding) {
    case KTCP_CODING_GZIP:
        return ktcp_os_count(host_, KTCP_COUNT_coded_gzip);
    case KTCP_CODING_DEFLATE:
        return ktcp_os_count(host_, KTCP_COUNT_coded_deflate);
    case KTCP_CODING_BR:
        return ktcp_os_count(host_, KTCP_COUNT_coded_br);
    case KTCP_CODING_ZSTD:
        return ktcp_os_count(host_, KTCP_COUNT_coded_zstd);
    default:
        return;
    }
}

ktcp_verdict Session::answer_file(const ktcp_resource& resource, const ktcp_now& now) {
    if (!takes(resource.coding))
        return answer_status(Status::not_acceptable, now);
    count_coding(resource.coding);

    const uint32_t fields_present = parser_.request().fields;
    if (resource.head && (fields_present & selective_fields) == 0)
        return answer_described(resource, now);

    EntityTag tag;
    const ktcp_resource_request request = resource_request();
    ResponseHead head =
        file_head(config_, Bytes(request.path, request.size), resource, now.unix_seconds, tag);
    const HeadFields fields = head_fields();
    // What is not settled is later than any date that a client can have of it. And a date that
    // lies ahead is compared as it is, not as the client is told: else who has what was there a
    // moment ago would be told that it still is, by a clock that is a moment behind.
    const Validators validators = {
        head.entity_tag, resource.unsettled ? now.unix_seconds + 1 : resource.modified_seconds,
        now.unix_seconds};
    Precondition outcome = Precondition::proceed;
    if ((fields_present & precondition_fields) != 0)
        outcome = evaluate_preconditions(fields, true, validators);
    if (outcome == Precondition::failed)
        return answer_status(Status::precondition_failed, now);
    if (outcome == Precondition::not_modified) {
        // RFC 9110 section 15.4.5
        head.status = Status::not_modified;
        head.framing = ResponseHead::Framing::none;
        head.content_type = head.content_coding = {};
        head.accept_ranges = false;
        return answer_whole(head, 0, now);
    }
    // Range is defined for GET alone: RFC 9110 section 14.2. Of nothing there are no
    // ranges, but who asks for "bytes=0-" of any file means all of it, as of a long one.
    if (fields.has(Field::range) && !head_only_ && head.accept_ranges && resource.size != 0 &&
        if_range_allows(fields, validators))
        return answer_ranges(head, resource.size,
                             resource.inode ^ resource.modified_ns ^ now.monotonic, now);
    return answer_whole(head, resource.size, now);
}

// What most requests come to.
ktcp_verdict Session::answer_described(const ktcp_resource& resource, const ktcp_now& now) {
    ktcp_os_count(host_, KTCP_COUNT_responses_2xx);
    Writer out = output_.writer();
    put_ok_head(out, date_.text(now.unix_seconds), Bytes(resource.head, resource.head_size),
                persistence());
    if (head_only_ || resource.size == 0)
        release_resource();
    else
        output_.set_range({0, resource.size});
    return send(out, Next::request, now);
}

ktcp_verdict Session::answer_whole(ResponseHead& head, uint64_t size, const ktcp_now& now) {
    head.length = size;
    Writer out = output_.writer();
    start_head(head, out, now);
    end_head(out);
    if (head_only_ || size == 0)
        release_resource();
    else
        output_.set_range({0, size});
    return send(out, Next::request, now);
}

// RFC 9110 sections 14.2 to 14.6. `seed` need only differ from response to response.
ktcp_verdict Session::answer_ranges(ResponseHead& head, uint64_t size, uint64_t seed,
                                    const ktcp_now& now) {
    const Multipart multipart(seed, head.content_type, size);
    Output::Parts& parts = output_.make_parts(multipart);
    Bytes value;
    RangeOutcome outcome = RangeOutcome::whole;
    if (head_fields().single(Field::range, value))
        outcome = parse_ranges(value, size, parts.ranges, config_.max_ranges, parts.count);
    if (outcome == RangeOutcome::unsatisfiable)
        return answer_unsatisfiable(size, now);
    if (outcome == RangeOutcome::whole)
        return answer_whole(head, size, now);

    head.status = Status::partial_content;
    char type[Multipart::content_type_max];
    Writer type_out(type, type + sizeof type);
    if (parts.count == 1) {
        head.length = parts.ranges[0].size();
    } else {
        head.length = multipart.content_length(parts.ranges, parts.count);
        multipart.put_content_type(type_out);
        head.content_type = Bytes(type, type_out.size());
    }
    Writer out = output_.writer();
    start_head(head, out, now);
    if (parts.count == 1) {
        out.put("Content-Range: "_b);
        put_content_range(out, parts.ranges[0], size);
        out.put("\r\n"_b);
        end_head(out);
        output_.set_range(parts.ranges[0]);
        return send(out, Next::request, now);
    }
    end_head(out);
    output_.wrote(out);
    output_.use_parts();
    return send_part(now);
}

// After what was written already, the next part; after the last one, the end.
ktcp_verdict Session::send_part(const ktcp_now& now) {
    Output::Parts& parts = output_.parts();
    Writer out = output_.appender(true);
    if (parts.next == parts.count) {
        parts.multipart.put_end(out);
        output_.appended(out);
        return send(Next::request, now);
    }
    const ByteRange range = parts.ranges[parts.next];
    parts.multipart.put_part_head(out, range, parts.next == 0);
    parts.next++;
    output_.appended(out);
    output_.set_range(range);
    return send(Next::part, now);
}

ktcp_verdict Session::answer_unsatisfiable(uint64_t size, const ktcp_now& now) {
    release_resource();
    ResponseHead head;
    head.status = Status::range_not_satisfiable;
    head.length = status_page_size(head.status);
    head.content_type = html_type;
    Writer out = output_.writer();
    start_head(head, out, now);
    out.put("Content-Range: "_b); // RFC 9110 section 15.5.17
    put_unsatisfied_range(out, size);
    out.put("\r\n"_b);
    end_head(out);
    put_status_content(out, head.status);
    return send(out, Next::request, now);
}

// ---- What is no file -----------------------------------------------------------

ktcp_verdict Session::answer_hello(const ktcp_now& now) {
    ResponseHead head;
    head.length = hello.size;
    head.content_type = plain_text_type;

    Writer out = output_.writer();
    start_head(head, out, now);
    end_head(out);
    if (!head_only_)
        out.put(hello);
    return send(out, Next::request, now);
}

// "/directory" becomes "/directory/", so that relative links on its page work.
ktcp_verdict Session::answer_redirect(const ktcp_now& now) {
    release_resource();
    const Bytes path(output_.path(), target_.path_size);
    Writer out = output_.writer();
    const size_t needed = head_max + uri_size(path, true) + target_.query.size;
    if (needed > out.room())
        return answer_status(Status::uri_too_long, now);

    ResponseHead head;
    head.status = Status::moved_permanently;
    const size_t page_size = status_page_size(head.status);
    // Nobody reads the page but who does not follow: it is left out first.
    const bool with_page = needed + page_size <= out.room();
    head.length = with_page ? page_size : 0;
    if (with_page)
        head.content_type = html_type;
    start_head(head, out, now);
    // One '/' and then a name: "//" would be another host's address.
    out.put("Location: /"_b);
    put_uri(out, path, true);
    out.put('/');
    out.put(target_.query);
    out.put("\r\n"_b);
    end_head(out);
    if (with_page)
        put_status_content(out, head.status);
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
    if (status == Status::not_acceptable)
        head.vary = "Accept-Encoding"_b;

    Writer out = output_.writer();
    start_head(head, out, now);
    if (status == Status::method_not_allowed || status == Status::no_content)
        put_field(out, "Allow"_b, allowed_methods);
    end_head(out);
    if (status != Status::no_content)
        put_status_content(out, status);
    return send(out, Next::request, now);
}

void Session::put_status_content(Writer& out, Status status) {
    if (!head_only_)
        put_status_page(out, status);
}

// Answers a request that was not read to its end: what follows it on the
// connection cannot be told apart from the rest of it.
ktcp_verdict Session::refuse(Status status, const ktcp_now& now) {
    if (!output_.borrow(host_))
        return KTCP_ABORT;
    head_only_ = parser_.request().method == Method::head;
    keep_alive_ = false;
    linger_ = true;
    next_ = end_;
    return answer_status(status, now);
}

// ---- The listing ---------------------------------------------------------------

static_assert(head_max + listing_begin_max + Chunk::overhead <= KTCP_BUFFER_SIZE - path_capacity);

ListingKind Session::listing_kind() const {
    return {prefers_json(head_fields()) ? ListingFormat::json : ListingFormat::html,
            listing_order_of(target_.query)};
}

// Of a listing that is made as it is sent.
ResponseHead Session::listing_head() const {
    const ListingKind kind = listing_kind();
    ResponseHead head;
    head.content_type = listing_type(kind.format);
    head.framing = parser_.request().minor_version >= 1 ? ResponseHead::Framing::chunked
                                                        : ResponseHead::Framing::until_close;
    head.vary = listing_vary(false);
    return head;
}

ktcp_verdict Session::answer_directory(const ktcp_resource& resource, const ktcp_now& now) {
    if (!takes(resource.rendered ? resource.coding : uint8_t{KTCP_CODING_IDENTITY}))
        return answer_status(Status::not_acceptable, now);
    if (resource.head && (parser_.request().fields & tag_fields) == 0) {
        count_coding(resource.coding);
        return answer_described(resource, now);
    }
    ResponseHead head =
        resource.rendered ? rendering_head(listing_kind().number(), resource) : listing_head();
    switch (evaluate_preconditions(head_fields(tag_fields), true, Validators{})) {
    case Precondition::failed:
        return answer_status(Status::precondition_failed, now);
    case Precondition::not_modified:
        head.status = Status::not_modified;
        head.framing = ResponseHead::Framing::none;
        head.content_type = head.content_coding = {};
        return answer_whole(head, 0, now);
    case Precondition::proceed:
        break;
    }
    if (resource.rendered) {
        count_coding(resource.coding);
        return answer_whole(head, resource.size, now);
    }
    if (head_only_) {
        release_resource();
        Writer out = output_.writer();
        start_head(head, out, now);
        end_head(out);
        return send(out, Next::request, now);
    }
    const ListingKind kind = listing_kind();
    listing_.start(host_, {kind.format, kind.order, head.framing == ResponseHead::Framing::chunked,
                           config_.list_hidden, config_.sort_size});
    if (!listing_.collecting())
        begin_listing(false, now);
    phase_ = Phase::entries;
    return KTCP_WANT_ENTRIES;
}

// Once it is known whether the entries can be sorted.
void Session::begin_listing(bool sorted, const ktcp_now& now) {
    ResponseHead head = listing_head();
    Writer out = output_.writer();
    start_head(head, out, now);
    end_head(out);
    listing_.put_begin(out, Bytes(output_.path(), target_.path_size), sorted);
    output_.wrote(out);
}

ktcp_verdict Session::entry(const ktcp_entry& entry, const ktcp_now& now) {
    if (listing_.is_hidden(entry))
        return KTCP_WANT_ENTRIES;
    if (listing_.collecting()) {
        if (listing_.collect(entry))
            return KTCP_WANT_ENTRIES;
        // Too many: what was collected goes out as it came, and the rest after it; but
        // this one first, as its name is only lent.
        begin_listing(false, now);
        Writer out = output_.appender(false);
        listing_.put_row(out, entry);
        output_.appended(out);
        return send_rows(now);
    }
    Writer out = output_.appender(false);
    listing_.put_row(out, entry);
    const bool full = !listing_.has_room(out);
    output_.appended(out);
    return full ? send(Next::entries, now) : KTCP_WANT_ENTRIES;
}

ktcp_verdict Session::end_of_entries(ktcp_resource_status end, const ktcp_now& now) {
    const bool complete = end == KTCP_RESOURCE_DIRECTORY;
    release_resource();
    if (listing_.collecting()) {
        if (!complete) {
            listing_.stop();
            return answer_status(status_of(end), now);
        }
        begin_listing(true, now);
        return send_rows(now);
    }
    if (!complete)
        return KTCP_ABORT; // the client must not take half a listing for a whole one
    Writer out = output_.appender(false);
    listing_.put_end(out);
    output_.appended(out);
    return send(Next::request, now);
}

// Rows of what was collected, as many as fit behind what was written before.
ktcp_verdict Session::send_rows(const ktcp_now& now) {
    Writer out = output_.appender(false);
    const bool none_left = listing_.put_collected(out);
    if (none_left && !has_resource_)
        listing_.put_end(out); // those were all
    output_.appended(out);
    if (!none_left)
        return send(Next::rows, now);
    if (output_.all_sent()) { // they had gone before, and the host has more
        phase_ = Phase::entries;
        return KTCP_WANT_ENTRIES;
    }
    return send(has_resource_ ? Next::entries : Next::request, now);
}

} // namespace ktcp::http
