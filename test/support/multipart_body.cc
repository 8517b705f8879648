// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "support/multipart_body.hh"

#include "support/escape.hh"

namespace ktcp::test {

namespace {

bool take(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix))
        return false;
    text.remove_prefix(prefix.size());
    return true;
}

} // namespace

std::string read_multipart(std::string_view content_type, std::string_view body,
                           MultipartBody& multipart) {
    std::string_view type = content_type;
    if (!take(type, "multipart/"))
        return "not a multipart type: " + escape(content_type);
    const size_t semicolon = type.find("; boundary=");
    if (semicolon == type.npos)
        return "no boundary in " + escape(content_type);
    multipart.subtype = type.substr(0, semicolon);
    const std::string_view boundary = type.substr(semicolon + 11);
    if (boundary.empty() || boundary.size() > 70 ||
        boundary.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   "-_") != boundary.npos)
        return "a boundary that some client will not understand: " + escape(boundary);

    const std::string delimiter = "\r\n--" + std::string(boundary);
    if (!take(body, std::string_view(delimiter).substr(2)))
        return "the body does not begin with the boundary: " + escape(body);
    while (!take(body, "--\r\n")) {
        if (!take(body, "\r\n"))
            return "no CRLF behind a boundary: " + escape(body);
        MultipartBody::Part& part = multipart.parts.emplace_back();
        while (!take(body, "\r\n")) {
            const size_t end = body.find("\r\n"), colon = body.find(": ");
            if (end == body.npos || colon == body.npos || colon > end)
                return "not a field of a part: " + escape(body);
            part.fields.push_back({std::string(body.substr(0, colon)),
                                   std::string(body.substr(colon + 2, end - colon - 2))});
            body.remove_prefix(end + 2);
        }
        const size_t end = body.find(delimiter);
        if (end == body.npos)
            return "a part without end";
        part.body = body.substr(0, end);
        body.remove_prefix(end + delimiter.size());
    }
    return body.empty() ? "" : "something after the last boundary: " + escape(body);
}

} // namespace ktcp::test
