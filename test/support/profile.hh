// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The settings that servers run with during the conformance cases (the file
// test/conformance/profiles says more).
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace ktcp::test {

// By the name of the setting, which is that of the servers' options and parameters.
using Profile = std::map<std::string, std::string>;

// By the name of the profile. Throws std::runtime_error that says what is wrong.
std::map<std::string, Profile> load_profiles(const std::filesystem::path& file);

} // namespace ktcp::test
