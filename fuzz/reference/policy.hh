// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Where ktcp reads a request otherwise than the grammar alone says: on purpose, by a
// name, and nowhere else. Whatever is not listed here is the RFCs'.
#pragma once

#include <cstddef>

namespace ktcp::reference::policy {

// ---- Narrower than the grammar ---------------------------------------------------

// RFC 9112 section 2.2 allows a recipient to take a lone LF as a line's end, and to
// take a bare CR as a space. Not here: `lone_lf_ends_no_line`, `bare_cr_is_no_space`.
//
// RFC 9112 section 2.2: at least one empty line before a request line is skipped.
constexpr size_t empty_lines = 4;
// RFC 9112 section 5.2: obs-fold is refused, which is one of the two choices.
// RFC 9110 section 8.6: a list of equal lengths ("5, 5") is refused, likewise; and so
// is one with more digits, leading zeros among them, than any length has.
constexpr size_t length_digits = 19;
// RFC 9112 section 6.1: a server may refuse codings that it does not know. Here
// "chunked", once and alone, is all that is known; any other value is a 501, even
// where "chunked" is not the last of several.
//
// RFC 9110 section 10.1.1: any value of Expect but the one word "100-continue" is an
// expectation that is not met (417), a list of nothing or of that word twice too.
//
// RFC 9112 section 3.2.2: of absolute-form only "http" is taken: ktcp is no proxy.
// "https" is another origin's, which no connection here can stand for (RFC 9110 section
// 7.4).
constexpr int secured_status = 421;
// RFC 3986 section 5.2.4 drops a ".." above the root. Here it is refused: 400.
// Paths longer than those of Linux are refused while they are read, ".." or not.
constexpr size_t path_size = 4095;

// ---- Wider than the grammar ------------------------------------------------------

// Browsers send these in a request-target as they are; every server takes them.
constexpr const char* raw_in_target = "|^\"<>{}\\`";
// Brackets are taken anywhere in a target, "%" without digits in its query.
//
// Options of Connection that are no tokens are ignored like unknown ones.
//
// Empty segments of a path are dropped: "//a///b" is "/a/b".

// ---- Of content ------------------------------------------------------------------

// What a chunk extension says is not read: behind the ";" anything is one that is made
// of the characters of a field. And blanks may stand behind a chunk-size with no
// extension to follow, as old clients pad their sizes.
//
// Zeros that lead chunk sizes, extensions and trailers together, in bytes of a message.
constexpr size_t framing_size = 4096;

} // namespace ktcp::reference::policy
