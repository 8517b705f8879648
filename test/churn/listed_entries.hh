// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The entries of a listing, with all that it says of them. Names are those of the churn,
// which need no escaping.
#pragma once

#include <string_view>
#include <vector>

#include "churn/ledger.hh"

namespace ktcp::test {

// Both throw std::runtime_error where it is none.
std::vector<ListedEntry> html_entries(std::string_view html);
std::vector<ListedEntry> json_entries(std::string_view json);

} // namespace ktcp::test
