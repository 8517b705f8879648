// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Where http_parser 2.9.4, as Debian builds it, is known to read a request otherwise
// than ktcp does. Each predicate is one difference, as narrow as can be; a
// difference that none of them explains is a finding.
#pragma once

#include "peer/http_parser_reader.hh"
#include "reference/content.hh"
#include "reference/request_head.hh"

#include <string>

namespace ktcp::peer {

// A head that ktcp accepts, and its bytes.
struct Accepted {
    const std::string& text;
    const reference::RequestHead& head;
};

// ---- What ktcp accepts and http_parser does not -----------------------------------

// It has a table of methods; to ktcp any token is one, though most lead to a 501.
bool method_not_in_table(const Accepted& request);
// A tab is white space (OWS), but not to its Content-Length.
bool tab_behind_length(const Accepted& request);
// "Transfer-Encodingx" makes it forget a "chunked", and is the real one to it when it
// looks for two framings at once.
bool name_begins_with_transfer_encoding(const Accepted& request);

// ---- What it reads otherwise ------------------------------------------------------

// Nor is a tab white space to its Transfer-Encoding.
bool tab_behind_coding(const Accepted& request);
// Its Connection loses its place at tabs, empty members, members that are no plain
// words, and the beginnings of words that it looks for ("clos, close"); and it obeys
// Proxy-Connection, which RFC 9110 does not know.
bool connection_is_not_plain(const Accepted& request);
// In HTTP/1.0 it does not look for "close" beside "keep-alive": RFC 9112 section 9.3.
bool close_and_keep_alive_in_1_0(const Accepted& request);
// What follows the head of a CONNECT is the tunnel's to it, whatever the framing;
// ktcp reads content and answers 405.
bool connect_has_no_content(const reference::RequestHead& head);

// Chunk sizes end at ';' and ' ' for it, not at a tab.
bool tab_behind_chunk_size(const reference::Content& body);
// It checks the syntax and the number of Content-Length in trailers, too, which have
// no say in anything.
bool length_in_trailers(const reference::Content& body);

// ---- What it accepts and ktcp refuses ---------------------------------------------

// May that head have been refused although http_parser accepts it? `text` is what was
// read.
bool is_stricter(const reference::RequestHead& refused, const std::string& text,
                 const reference::Limits& limits);
// A head that http_parser takes for complete where ktcp waits for the line's LF.
bool any_byte_after_cr(const std::string& text);
// Content, which begins at the start of `text`.
bool is_stricter(const reference::Content& body, const std::string& text);

} // namespace ktcp::peer
