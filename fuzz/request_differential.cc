// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The engine's readers of requests against two others: the reference reading
// (reference/), with which they must agree in everything; and Debian's http_parser
// (peer/), with which they must agree but for differences that have a name. All
// messages of the input are read, one after the other, so that where one ends and the
// next begins is compared as well.
#include "http/body_reader.hh"
#include "http/head_fields.hh"
#include "http/request_parser.hh"
#include "http/target.hh"
#include "peer/differences.hh"
#include "peer/http_parser_reader.hh"
#include "reference/content.hh"
#include "reference/request_head.hh"
#include "reference/target.hh"
#include "require.hh"

using namespace ktcp;
using fuzz::check;
using Outcome = reference::RequestHead::Outcome;

namespace {

std::string text(Bytes bytes) { return std::string(bytes.data, bytes.size); }

struct Settings {
    reference::Limits head;
    uint64_t body;
};

// The input's first bytes; zeroes are the server's presets.
constexpr size_t settings_size = 4;
Settings settings_of(const uint8_t* data) {
    return {{data[0] ? 16 + data[0] * 32u : 8192u, data[1] ? data[1] * 8u : 8192u,
             data[2] ? data[2] % 8u + 1 : 100u},
            data[3] ? data[3] * 4u : 65536u};
}

// "" is that of a line in which there is none.
http::Method method_of(const std::string& name) {
    if (name == "GET")
        return http::Method::get;
    if (name == "HEAD")
        return http::Method::head;
    if (name == "OPTIONS")
        return http::Method::options;
    for (const char* other : {"POST", "PUT", "DELETE", "CONNECT", "TRACE", "PATCH"})
        if (name == other)
            return http::Method::not_allowed;
    return http::Method::unknown;
}

struct NamedField {
    const char* name;
    http::Field field;
};
constexpr NamedField named_fields[] = {
    {"Accept", http::Field::accept},
    {"Accept-Encoding", http::Field::accept_encoding},
    {"Connection", http::Field::connection},
    {"Content-Length", http::Field::content_length},
    {"Expect", http::Field::expect},
    {"Host", http::Field::host},
    {"If-Match", http::Field::if_match},
    {"If-Modified-Since", http::Field::if_modified_since},
    {"If-None-Match", http::Field::if_none_match},
    {"If-Range", http::Field::if_range},
    {"If-Unmodified-Since", http::Field::if_unmodified_since},
    {"Range", http::Field::range},
    {"Transfer-Encoding", http::Field::transfer_encoding},
};

std::string upper(std::string name) {
    for (char& c : name)
        if (c >= 'a' && c <= 'z')
            c = static_cast<char>(c - 'a' + 'A');
    return name;
}

void compare_fields(const std::string& head_text, const http::Request& request,
                    const reference::RequestHead& expected) {
    const http::HeadFields fields(Bytes(head_text.data(), head_text.size()), request.fields);
    for (const NamedField& named : named_fields) {
        std::vector<std::string> values;
        for (const reference::Field& field : expected.fields)
            if (upper(field.name) == upper(named.name))
                values.push_back(field.value);
        std::vector<std::string> ours;
        fields.for_each(named.field, [&](Bytes value) { ours.push_back(text(value)); });
        check(ours == values, "values of a field", named.name);
        check(fields.has(named.field) == !values.empty(), "presence of a field", named.name);
        Bytes value;
        check(fields.single(named.field, value) == (values.size() == 1), "single", named.name);
    }
}

void compare_target(const http::Target& target, const char* path, const std::string& sent,
                    const reference::Target& expected) {
    check(static_cast<int>(target.error) == expected.status, "status for the target", sent);
    if (expected.status != 0)
        return;
    check(target.asterisk == expected.asterisk, "asterisk-form", sent);
    check(target.missing == expected.missing, "missing", sent);
    if (expected.asterisk)
        return;
    check(target.directory == expected.directory, "directory", sent);
    check(text(target.authority) == expected.authority, "authority", sent);
    check(text(target.query) == expected.query, "query", sent);
    check(expected.missing || std::string(path, target.path_size) == expected.path, "path", sent);
}

void compare_head(const http::RequestParser& parser, const std::string& input,
                  const reference::RequestHead& expected) {
    using Framing = reference::RequestHead::Framing;
    const http::Request& request = parser.request();
    check(parser.head_size() == expected.size, "head size", input);
    check(request.method == method_of(expected.method), "method", input);
    check(text(request.target) == expected.target, "target", input);
    check(request.minor_version == expected.minor_version, "version", input);
    check(request.has_host == expected.has_host && text(request.host) == expected.host, "Host",
          input);
    check(request.chunked == (expected.framing == Framing::chunked), "chunked", input);
    check(request.has_content_length == (expected.framing == Framing::length), "length", input);
    check(request.content_length == expected.content_length, "Content-Length", input);
    check(request.connection_close == expected.says_close, "close", input);
    check(request.connection_keep_alive == expected.says_keep_alive, "keep-alive", input);
    check(request.expect_continue == expected.expects_continue, "Expect", input);
    check(request.expect_unknown == expected.expects_other, "another expectation", input);
    compare_fields(input.substr(0, expected.size), request, expected);
}

std::string without_ows(const std::string& value) {
    const size_t first = value.find_first_not_of(" \t");
    return first == value.npos ? ""
                               : value.substr(first, value.find_last_not_of(" \t") + 1 - first);
}

// A head that we accept must be the same to http_parser. False: it is a known
// difference that it was refused there.
bool compare_accepted(const peer::Accepted& request) {
    const reference::RequestHead& ours = request.head;
    const peer::Message theirs = peer::read_message(request.text, true);
    if (!theirs.head_complete) {
        check(peer::method_not_in_table(request) || peer::tab_behind_length(request) ||
                  (peer::name_begins_with_transfer_encoding(request) &&
                   ours.framing == reference::RequestHead::Framing::length),
              "http_parser refuses what we accept", theirs.error + ": " + request.text);
        return false;
    }
    check(theirs.head_size == ours.size, "http_parser: head size", request.text);
    check(theirs.method == ours.method, "http_parser: method", request.text);
    check(theirs.target == ours.target, "http_parser: target", request.text);
    check(theirs.major_version == 1 && theirs.minor_version == ours.minor_version,
          "http_parser: version", request.text);
    check(theirs.fields.size() == ours.fields.size(), "http_parser: fields", request.text);
    for (size_t i = 0; i < ours.fields.size(); i++)
        check(theirs.fields[i].name == ours.fields[i].name &&
                  without_ows(theirs.fields[i].value) == ours.fields[i].value,
              "http_parser: a field", ours.fields[i].name + ": " + ours.fields[i].value);
    using Framing = reference::RequestHead::Framing;
    check(theirs.chunked == (ours.framing == Framing::chunked) ||
              peer::tab_behind_coding(request) || peer::name_begins_with_transfer_encoding(request),
          "http_parser: chunked", request.text);
    check(theirs.has_length == (ours.framing == Framing::length) &&
              theirs.content_length == ours.content_length,
          "http_parser: length", request.text);
    check(theirs.persists == ours.persists || peer::connection_is_not_plain(request) ||
              peer::close_and_keep_alive_in_1_0(request),
          "http_parser: persistence", request.text);
    return true;
}

// A head that http_parser accepts and we do not must have met a rule of ours.
void compare_not_accepted(const std::string& input, const reference::RequestHead& ours,
                          const reference::Limits& limits) {
    peer::Message theirs = peer::read_message(input, true);
    if (!theirs.head_complete)
        return;
    // Some faults it only sees when it goes on to the content.
    theirs = peer::read_message(input.substr(0, theirs.head_size), false);
    if (!theirs.error.empty())
        return;
    if (ours.outcome == Outcome::incomplete)
        check(peer::any_byte_after_cr(input), "http_parser sees an end of the head", input);
    else
        check(peer::is_stricter(ours, input, limits),
              "http_parser accepts what we refuse, without a rule to say why",
              reference::name_of(ours.rule) + (": " + input));
}

// Reads content through our reader; a limit that is one byte short must be noticed.
http::BodyReader::Step read_ours(const http::Request& request, const std::string& input,
                                 uint64_t limit, http::Status& error) {
    http::BodyReader reader;
    if (request.chunked)
        reader.begin_chunked(limit);
    else
        reader.begin_length(request.content_length, limit);
    const http::BodyReader::Step step = reader.read(Bytes(input.data(), input.size()));
    error = reader.error();
    return step;
}

// The content of a message whose head all have accepted; returns its size with all
// framing, or npos if the connection ends here.
size_t compare_body(const http::Request& request, const peer::Accepted& message,
                    const std::string& input, uint64_t limit, bool peer_agrees) {
    const std::string rest = input.substr(message.head.size);
    http::Status error = http::Status::none;
    const http::BodyReader::Step step = read_ours(request, rest, limit, error);

    const reference::Content body = reference::read_content(message.head, rest, limit);
    using BodyOutcome = reference::Content::Outcome;
    check((step.result == http::ParseResult::complete) == (body.outcome == BodyOutcome::complete) &&
              (step.result == http::ParseResult::invalid) == (body.outcome == BodyOutcome::refused),
          "outcome of content", body.rule + (": " + rest));
    check(static_cast<int>(error) == body.status, "status for content", rest);
    const bool complete = body.outcome == BodyOutcome::complete;
    if (complete) {
        check(step.used == body.size, "size of content with its framing", rest);
        const size_t size = body.bytes.size();
        check(read_ours(request, rest, size, error).result == http::ParseResult::complete &&
                  (size == 0 || (read_ours(request, rest, size - 1, error).result ==
                                     http::ParseResult::invalid &&
                                 error == http::Status::content_too_large)),
              "size of content", rest);
    }

    if (peer_agrees) {
        const peer::Message theirs = peer::read_message(input, false);
        if (complete)
            check((theirs.complete && theirs.size == message.head.size + body.size &&
                   theirs.content == body.bytes) ||
                      peer::connect_has_no_content(message.head) ||
                      peer::tab_behind_coding(message) ||
                      peer::name_begins_with_transfer_encoding(message) ||
                      peer::tab_behind_chunk_size(body) || peer::length_in_trailers(body),
                  "http_parser: content", theirs.error + ": " + rest);
        else if (body.outcome == BodyOutcome::refused)
            check(!theirs.complete || peer::connect_has_no_content(message.head) ||
                      peer::is_stricter(body, rest),
                  "http_parser accepts content that we refuse", body.rule + (": " + rest));
    }
    return complete ? message.head.size + body.size : std::string::npos;
}

// Bytes of a head from its first field line on.
size_t behind_first_line(const reference::RequestHead& head, const std::string& input) {
    return head.size - (input.find('\n') + 1);
}

// One message; returns its size, or npos if no other can follow. `memory` is of the
// messages before it.
size_t compare_message(const std::string& input, const Settings& settings,
                       http::FieldMemory& memory) {
    const http::HeadLimits limits = {static_cast<uint32_t>(settings.head.head),
                                     static_cast<uint32_t>(settings.head.target),
                                     static_cast<uint32_t>(settings.head.fields)};
    http::RequestParser parser;
    const http::ParseResult result = parser.parse(Bytes(input.data(), input.size()), limits);
    const reference::RequestHead expected = reference::read_request_head(input, settings.head);

    const std::string detail = reference::name_of(expected.rule) + (" expected, for: " + input);
    check((result == http::ParseResult::complete) == (expected.outcome == Outcome::complete),
          "accepted by one", detail);
    check((result == http::ParseResult::incomplete) == (expected.outcome == Outcome::incomplete),
          "incomplete to one", detail);
    if (result == http::ParseResult::invalid) {
        check(static_cast<int>(parser.error()) == reference::status_of(expected.rule), "status",
              detail);
        check(parser.request().method == method_of(expected.method), "method", detail);
    }
    // What is known from the message before is what is read.
    http::RequestParser repeated;
    const bool repeats = repeated.parse_repeated(Bytes(input.data(), input.size()), limits, memory);
    check(!repeats || result == http::ParseResult::complete, "repeated, and not good", detail);
    if (repeats)
        compare_head(repeated, input, expected);
    if (result == http::ParseResult::complete) {
        parser.remember(Bytes(input.data(), input.size()), memory);
        http::RequestParser again;
        if (again.parse_repeated(Bytes(input.data(), input.size()), limits, memory))
            compare_head(again, input, expected);
        else
            check(parser.request().chunked || parser.request().has_content_length ||
                      input[0] == '\r' ||
                      !http::FieldMemory::fits(behind_first_line(expected, input)),
                  "not remembered", detail);
    }
    if (result != http::ParseResult::complete) {
        compare_not_accepted(input, expected, settings.head);
        return std::string::npos;
    }
    compare_head(parser, input, expected);

    char path[http::path_capacity];
    const http::Target target = http::parse_target(parser.request().target, path);
    const reference::Target expected_target = reference::read_target(expected.target);
    compare_target(target, path, expected.target, expected_target);
    if (expected_target.status != 0)
        return std::string::npos; // to http_parser a target is little more than its bytes

    const std::string head = input.substr(0, expected.size);
    const peer::Accepted accepted = {head, expected};
    const bool peer_agrees = compare_accepted(accepted);
    return compare_body(parser.request(), accepted, input, settings.body, peer_agrees);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < settings_size)
        return 0;
    const Settings settings = settings_of(data);
    http::FieldMemory memory;
    std::string input(reinterpret_cast<const char*>(data) + settings_size, size - settings_size);
    for (int messages = 0; messages < 8 && !input.empty(); messages++) {
        const size_t used = compare_message(input, settings, memory);
        if (used == input.npos)
            break;
        input.erase(0, used);
    }
    return 0;
}
