// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The table of limits in the README says what the servers do.
#include "ktcp/http.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>
#include <string>

namespace {

std::string read(const std::string& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string row(const char* name, uint64_t preset, uint64_t least, uint64_t most, const char* unit,
                const char* what) {
    std::stringstream text;
    text << "| `" << name << "` | " << preset << " | " << least << " to " << most << " | " << unit
         << " | " << what << " |\n";
    return text.str();
}

TEST(Limits, AreThoseOfTheReadme) {
    const std::string readme = read(KTCP_SOURCE_DIR "/README.md");
    ASSERT_FALSE(readme.empty());
#define KTCP_CHECK(name, preset, least, most, unit, what)                                          \
    EXPECT_THAT(readme, testing::HasSubstr(row(#name, preset, least, most, unit, what)));
    KTCP_HTTP_LIMITS(KTCP_CHECK)
    KTCP_HOST_LIMITS(KTCP_CHECK)
    KTCP_CACHE_LIMITS(KTCP_CHECK)
#undef KTCP_CHECK
}

TEST(Limits, DefaultsAreWithinTheirRanges) {
#define KTCP_CHECK(name, preset, least, most, unit, what)                                          \
    EXPECT_LE(uint64_t{least}, uint64_t{preset}) << #name;                                         \
    EXPECT_LE(uint64_t{preset}, uint64_t{most}) << #name;
    KTCP_HTTP_LIMITS(KTCP_CHECK)
    KTCP_HOST_LIMITS(KTCP_CHECK)
    KTCP_CACHE_LIMITS(KTCP_CHECK)
#undef KTCP_CHECK
}

} // namespace
