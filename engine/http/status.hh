// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The status codes that this server sends, RFC 9110 section 15: one table.
#pragma once

#include "base/bytes.hh"

namespace ktcp::http {

#define KTCP_HTTP_STATUSES(X)                                                                      \
    X(200, ok, "OK")                                                                               \
    X(204, no_content, "No Content")                                                               \
    X(206, partial_content, "Partial Content")                                                     \
    X(301, moved_permanently, "Moved Permanently")                                                 \
    X(304, not_modified, "Not Modified")                                                           \
    X(400, bad_request, "Bad Request")                                                             \
    X(403, forbidden, "Forbidden")                                                                 \
    X(404, not_found, "Not Found")                                                                 \
    X(405, method_not_allowed, "Method Not Allowed")                                               \
    X(406, not_acceptable, "Not Acceptable")                                                       \
    X(408, request_timeout, "Request Timeout")                                                     \
    X(412, precondition_failed, "Precondition Failed")                                             \
    X(413, content_too_large, "Content Too Large")                                                 \
    X(414, uri_too_long, "URI Too Long")                                                           \
    X(416, range_not_satisfiable, "Range Not Satisfiable")                                         \
    X(417, expectation_failed, "Expectation Failed")                                               \
    X(421, misdirected_request, "Misdirected Request")                                             \
    X(431, header_fields_too_large, "Request Header Fields Too Large")                             \
    X(500, internal_server_error, "Internal Server Error")                                         \
    X(501, not_implemented, "Not Implemented")                                                     \
    X(505, http_version_not_supported, "HTTP Version Not Supported")

enum class Status : uint16_t {
    none = 0,
// NOLINTNEXTLINE(bugprone-macro-parentheses): an enumerator stands in none
#define KTCP_HTTP_STATUS_ENUM(code, name, phrase) name = code,
    KTCP_HTTP_STATUSES(KTCP_HTTP_STATUS_ENUM)
#undef KTCP_HTTP_STATUS_ENUM
};

// "404 Not Found": what follows the version in a status line.
constexpr Bytes status_text(Status status) {
#define KTCP_HTTP_STATUS_TEXT(code, name, phrase)                                                  \
    if (status == Status::name)                                                                    \
        return Bytes(#code " " phrase, sizeof(#code " " phrase) - 1);
    KTCP_HTTP_STATUSES(KTCP_HTTP_STATUS_TEXT)
#undef KTCP_HTTP_STATUS_TEXT
    return status_text(Status::internal_server_error);
}

} // namespace ktcp::http
