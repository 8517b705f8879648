// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "support/json_listing.hh"

#include <gtest/gtest.h>

namespace ktcp::test {
namespace {

const std::string a = R"({"name":"a b","href":"a%20b","type":"file","size":12})";
const std::string d = R"({"name":"d","href":"d/","type":"directory","mtime":"x"})";

std::string fault(const std::string& json, std::vector<std::string> names = {"d", "a b"}) {
    return compare_json_listing(json, std::move(names));
}

TEST(JsonListing, OfExactlyTheNames) {
    EXPECT_EQ(fault("[" + a + "," + d + "]"), "");
    EXPECT_EQ(fault(" [\n" + a + " ,\n" + d + "\n]\n"), "");
    EXPECT_EQ(fault("[]", {}), "");
    EXPECT_NE(fault("[" + a + "]"), "");
    EXPECT_NE(fault("[" + a + "," + d + "]", {"d"}), "");
    EXPECT_NE(fault("[" + a + "," + d + "," + d + "]"), "");
}

TEST(JsonListing, NamesMayBeEscapedAndNotUtf8) {
    EXPECT_EQ(fault(R"([{"name":"\"\\\u000a\u00fc","href":"%22%5C%0A%C3%BC","type":"other"}])",
                    {"\"\\\n\xc3\xbc"}),
              "");
    EXPECT_EQ(fault(R"([{"name":"\ufffd","href":"%FF","type":"other"}])", {"\xff"}), "");
    EXPECT_NE(fault(R"([{"name":"y","href":"x","type":"other"}])", {"x"}), "");
}

TEST(JsonListing, FaultsAreFound) {
    for (const std::string& json :
         {std::string(), std::string("["), std::string("[,]"), "[" + a + d + "]", "[" + a + "," + d,
          "[" + a + "," + d + ",]", "[" + a + "," + d + "]]", "{" + a + "," + d + "}",
          std::string("<html>"), std::string("[{}]")})
        EXPECT_NE(fault(json), "") << json;
    for (const char* entry :
         {R"({"href":"x","type":"other"})", R"({"name":"x","type":"other"})",
          R"({"name":"x","href":"x"})", R"({"name":"x","href":"x","type":"directory"})",
          R"({"name":"x","href":"x/","type":"file","size":1})",
          R"({"name":"x","href":"x","type":"file"})",
          R"({"name":"x","href":"x","type":"other","size":1})",
          R"({"name":"x","href":"x","type":"file","size":01})",
          R"({"name":"x","href":"x","type":"file","size":-1})",
          R"({"name":"x","name":"x","href":"x","type":"other"})",
          R"({"name":"x","href":"../x","type":"other"})",
          R"({"name":"x","href":"%x","type":"other"})",
          R"({"name":"x\q","href":"x","type":"other"})",
          "{\"name\":\"x\n\",\"href\":\"x\",\"type\":\"other\"}"})
        EXPECT_NE(fault("[" + std::string(entry) + "]", {"x"}), "") << entry;
}

} // namespace
} // namespace ktcp::test
