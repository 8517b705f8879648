// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The small pages that explain a status to people.
#pragma once

#include "base/writer.hh"
#include "http/status.hh"

namespace ktcp::http {

inline constexpr size_t status_page_max = 1200; // bytes

// Of a status that has content; the size is that of what is put.
void put_status_page(Writer& out, Status status);
size_t status_page_size(Status status);

} // namespace ktcp::http
