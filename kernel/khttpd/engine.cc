// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The engine's part of khttpd.ko, as one translation unit: two objects that emit
// the same inline function do not link once ftrace has marked them both.
#include "http/body_reader.cc"
#include "http/conditional.cc"
#include "http/date.cc"
#include "http/entity_tag.cc"
#include "http/entry_sorter.cc"
#include "http/file_head.cc"
#include "http/listing.cc"
#include "http/listing_stream.cc"
#include "http/media_type.cc"
#include "http/multipart.cc"
#include "http/negotiation.cc"
#include "http/range.cc"
#include "http/rendering.cc"
#include "http/request_parser.cc"
#include "http/response_writer.cc"
#include "http/session.cc"
#include "http/session_answers.cc"
#include "http/site.cc"
#include "http/status_page.cc"
#include "http/target.cc"

#include "http/protocol.cc"
