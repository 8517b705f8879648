// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "peer/http_parser_reader.hh"

#include <http_parser.h>

namespace ktcp::peer {
namespace {

struct State {
    Message message;
    bool head_only;
    bool in_value = false;
};

State& state_of(http_parser* parser) { return *static_cast<State*>(parser->data); }

int on_url(http_parser* parser, const char* at, size_t size) {
    state_of(parser).message.target.append(at, size);
    return 0;
}

int on_header_field(http_parser* parser, const char* at, size_t size) {
    State& state = state_of(parser);
    if (state.message.head_complete)
        return 0; // a trailer
    if (state.in_value || state.message.fields.empty())
        state.message.fields.emplace_back();
    state.in_value = false;
    state.message.fields.back().name.append(at, size);
    return 0;
}

int on_header_value(http_parser* parser, const char* at, size_t size) {
    State& state = state_of(parser);
    if (state.message.head_complete)
        return 0;
    state.in_value = true;
    state.message.fields.back().value.append(at, size);
    return 0;
}

int on_headers_complete(http_parser* parser) {
    State& state = state_of(parser);
    Message& message = state.message;
    message.head_complete = true;
    message.method = http_method_str(static_cast<http_method>(parser->method));
    message.major_version = parser->http_major;
    message.minor_version = parser->http_minor;
    message.chunked = (parser->flags & F_CHUNKED) != 0;
    message.has_length = (parser->flags & F_CONTENTLENGTH) != 0;
    message.content_length = message.has_length ? parser->content_length : 0;
    message.persists = http_should_keep_alive(parser) != 0;
    return state.head_only ? 1 : 0; // 1: there is no content
}

int on_body(http_parser* parser, const char* at, size_t size) {
    state_of(parser).message.content.append(at, size);
    return 0;
}

int on_message_complete(http_parser* parser) {
    state_of(parser).message.complete = true;
    http_parser_pause(parser, 1);
    return 0;
}

} // namespace

// Byte by byte, so that the places where things end are known.
Message read_message(const std::string& text, bool head_only) {
    State state{{}, head_only};
    http_parser parser;
    http_parser_settings settings;
    http_parser_settings_init(&settings);
    settings.on_url = on_url;
    settings.on_header_field = on_header_field;
    settings.on_header_value = on_header_value;
    settings.on_headers_complete = on_headers_complete;
    settings.on_body = on_body;
    settings.on_message_complete = on_message_complete;
    http_parser_init(&parser, HTTP_REQUEST);
    parser.data = &state;

    Message& message = state.message;
    for (size_t at = 0; at < text.size() && !message.complete; at++) {
        const bool head_was_complete = message.head_complete;
        http_parser_execute(&parser, &settings, text.data() + at, 1);
        if (message.head_complete && !head_was_complete)
            message.head_size = at + 1;
        if (message.complete)
            message.size = at + 1;
        const http_errno error = HTTP_PARSER_ERRNO(&parser);
        if (error != HPE_OK && error != HPE_PAUSED) {
            message.error = http_errno_name(error);
            break;
        }
    }
    return message;
}

bool knows_method(const std::string& method) {
#define KTCP_PEER_METHOD(number, name, text)                                                       \
    if (method == #text)                                                                           \
        return true;
    HTTP_METHOD_MAP(KTCP_PEER_METHOD)
#undef KTCP_PEER_METHOD
    return false;
}

} // namespace ktcp::peer
