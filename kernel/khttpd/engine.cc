// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The engine's part of khttpd.ko, as one translation unit: two objects that emit
// the same inline function do not link once ftrace has marked them both.
#include "http/body_reader.cc"
#include "http/date.cc"
#include "http/listing.cc"
#include "http/media_type.cc"
#include "http/request_parser.cc"
#include "http/response_writer.cc"
#include "http/session.cc"
#include "http/target.cc"

#include "http/protocol.cc"
