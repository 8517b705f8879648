// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A client's view of a response, read more strictly than RFC 9112 obliges a client
// to: what our servers send has one spelling, and anything else is a fault.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace ktcp::test {

struct Field {
    std::string name;
    std::string value;
};

struct Response {
    enum class Framing { none, length, chunked, until_close };

    int minor_version = -1;
    int status = 0;
    std::string reason;
    std::vector<Field> fields;
    Framing framing = Framing::none;
    uint64_t content_length = 0; // as declared, for HEAD too; valid if there was such a field
    uint64_t body_size = 0;      // as received
    std::string body;            // empty if the reader was given a sink

    // The value of the field of that name (case-insensitive), or null.
    const std::string* find(std::string_view name) const;
};

bool equal_ignoring_case(std::string_view a, std::string_view b);

// Reads one response after the other from a byte stream, in constant memory if the
// body goes to a sink. After a fault the stream is of no further use.
class ResponseReader {
public:
    using BodySink = std::function<void(std::string_view)>;

    explicit ResponseReader(BodySink sink = {}) : sink_(std::move(sink)) {}

    // Starts the next response; a response to HEAD has a head only.
    void start(bool to_head);
    // Takes bytes up to the end of the response; returns how many.
    size_t feed(std::string_view bytes);
    // The server's FIN: ends a body without length, is a fault anywhere else.
    void end_of_input();

    bool head_done() const { return state_ != State::head; }
    bool done() const { return state_ == State::done; }
    bool started() const { return !line_.empty() || response_.status != 0; }
    const std::string& fault() const { return fault_; }
    const Response& response() const { return response_; }

private:
    enum class State {
        head,
        sized_body,
        chunk_size,
        chunk_data,
        chunk_end,
        last_end,
        open_body,
        done
    };

    void fail(std::string why);
    void take_line(std::string_view line);
    void take_status_line(std::string_view line);
    void take_field(std::string_view line);
    void end_of_head();
    void take_chunk_line(std::string_view line);
    void take_body(std::string_view bytes);

    BodySink sink_;
    State state_ = State::head;
    bool to_head_ = false;
    std::string line_;
    uint64_t left_ = 0; // of the body or the chunk
    Response response_;
    std::string fault_;
};

} // namespace ktcp::test
