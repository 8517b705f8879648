// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/status_page.hh"

#include "http/page_style.hh"

namespace ktcp::http {
namespace {

constexpr Bytes link_to_start = "<p><a href=\"/\">To the start page</a></p>\n"_b;

struct Explanation {
    Bytes text;         // HTML
    bool start = false; // may the start page be what the reader looks for?
};

// What a status means to somebody who follows links, and what can be done.
constexpr Explanation explanation_of(Status status) {
    switch (status) {
    case Status::moved_permanently:
        return {"The address of this folder ends with a slash. Browsers go there by themselves."_b,
                false};
    case Status::bad_request:
        return {"The server does not understand the request. Is the address right?"_b, true};
    case Status::forbidden:
        return {"What is at this address may not be shown."_b, true};
    case Status::not_found:
        return {"There is nothing at this address. It may be misspelt, or out of date."_b, true};
    case Status::method_not_allowed:
        return {"What is at this address can be read, but nothing can be sent to it."_b, true};
    case Status::not_acceptable:
        return {"What is at this address is not to be had in a form that the request allows."_b,
                true};
    case Status::request_timeout:
        return {"The request did not arrive in time. Please try again."_b, false};
    case Status::precondition_failed:
        return {"The page has changed meanwhile. Please load it again."_b, false};
    case Status::content_too_large:
        return {"More was sent than this server takes."_b, true};
    case Status::uri_too_long:
        return {"The address is longer than this server takes."_b, true};
    case Status::range_not_satisfiable:
        return {"The part that was asked for lies behind the end of the file. Please load the "
                "whole file."_b,
                false};
    case Status::expectation_failed:
        return {"The request expects something that this server cannot do."_b, false};
    case Status::misdirected_request:
        return {"This server has no site of that name. Is the address right?"_b, false};
    case Status::header_fields_too_large:
        return {
            "The header fields of the request are too many or too long. Deleting the cookies of "
            "this site may help."_b,
            false};
    case Status::internal_server_error:
        return {"Something failed on the server. Please try again later."_b, false};
    case Status::not_implemented:
        return {"The request asks for something that this server cannot do."_b, false};
    case Status::http_version_not_supported:
        return {"The request is in a version of HTTP that this server does not speak."_b, false};
    case Status::none:
    case Status::ok:
    case Status::no_content:
    case Status::partial_content:
    case Status::not_modified:
        break; // content of their own, or none
    }
    return {""_b, false};
}

} // namespace

void put_status_page(Writer& out, Status status) {
    const Explanation explanation = explanation_of(status);
    out.put(page_before_title);
    out.put(status_text(status));
    out.put(page_before_style);
    out.put(page_before_heading);
    out.put(status_text(status));
    out.put(page_after_heading);
    out.put("<p>"_b);
    out.put(explanation.text);
    out.put("</p>\n"_b);
    if (explanation.start)
        out.put(link_to_start);
    out.put(page_end);
}

size_t status_page_size(Status status) {
    const Explanation explanation = explanation_of(status);
    return page_before_title.size + page_before_style.size + page_before_heading.size +
           page_after_heading.size + "<p></p>\n"_b.size + page_end.size +
           2 * status_text(status).size + explanation.text.size +
           (explanation.start ? link_to_start.size : 0);
}

} // namespace ktcp::http
