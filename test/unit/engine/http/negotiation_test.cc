// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "head_of.hh"
#include "http/negotiation.hh"

#include <gtest/gtest.h>

namespace ktcp::http {
namespace {

using Lines = std::vector<std::string>;

std::string codings_for_lines(const Lines& lines) {
    uint8_t codings[8];
    for (uint8_t& coding : codings)
        coding = 0xa5;
    accepted_codings(test::HeadOf(lines).fields(), codings);
    std::string text;
    bool ended = false;
    for (uint8_t coding : codings) {
        EXPECT_LE(coding, KTCP_CODING_ZSTD);
        EXPECT_FALSE(ended && coding != KTCP_CODING_END);
        ended = ended || coding == KTCP_CODING_END;
        constexpr const char* names[] = {"", "identity ", "gzip ", "deflate ", "br ", "zstd "};
        text += names[coding];
    }
    EXPECT_TRUE(ended);
    return text;
}
std::string codings_for(const std::string& value) {
    return codings_for_lines({"Accept-Encoding: " + value});
}

bool json_for(const std::string& value) {
    return prefers_json(test::HeadOf({"Accept: " + value}).fields());
}

TEST(AcceptEncoding, WithoutTheFieldOrAMemberOnlyIdentity) {
    EXPECT_EQ(codings_for_lines({}), "identity ");
    EXPECT_EQ(codings_for(""), "identity ");
    EXPECT_EQ(codings_for(" , "), "identity ");
    EXPECT_EQ(codings_for("identity"), "identity ");
    EXPECT_EQ(codings_for("compress"), "identity ");
}

TEST(AcceptEncoding, OfWhatIsLikedAlikeTheDensestComesFirst) {
    EXPECT_EQ(codings_for("gzip, deflate, br, zstd"), "zstd br gzip deflate identity ");
    EXPECT_EQ(codings_for("gzip"), "gzip identity ");
    EXPECT_EQ(codings_for("*"), "zstd br gzip deflate identity ");
}

TEST(AcceptEncoding, WeightsOrder) {
    EXPECT_EQ(codings_for("gzip;q=1.0, br;q=0.5, zstd;q=0.999"), "gzip zstd br identity ");
    EXPECT_EQ(codings_for("gzip;q=0.001"), "gzip identity ");
    EXPECT_EQ(codings_for("identity;q=1, gzip;q=0.5"), "identity gzip ");
    EXPECT_EQ(codings_for("identity;q=0.5, gzip;q=0.5"), "gzip identity ");
    EXPECT_EQ(codings_for("br;q=0.1, *;q=0.2"), "zstd gzip deflate identity br ");
}

TEST(AcceptEncoding, WeightZeroExcludes) {
    EXPECT_EQ(codings_for("gzip;q=0, br"), "br identity ");
    EXPECT_EQ(codings_for("identity;q=0"), "");
    EXPECT_EQ(codings_for("*;q=0"), "");
    EXPECT_EQ(codings_for("*;q=0.000"), "");
    EXPECT_EQ(codings_for("gzip, identity;q=0"), "gzip ");
    EXPECT_EQ(codings_for("gzip, *;q=0"), "gzip ");
    EXPECT_EQ(codings_for("identity, *;q=0"), "identity ");
    EXPECT_EQ(codings_for("*, identity;q=0, br;q=0"), "zstd gzip deflate ");
}

TEST(AcceptEncoding, NamesAreCaseInsensitiveAndGzipHasTwo) {
    EXPECT_EQ(codings_for("GZip;Q=0.5"), "gzip identity ");
    EXPECT_EQ(codings_for("x-gzip"), "gzip identity ");
    EXPECT_EQ(codings_for("X-GZIP;q=0"), "identity ");
    EXPECT_EQ(codings_for("gzip \t;\t q=0"), "identity ");
}

TEST(AcceptEncoding, MalformedMembersSayNothing) {
    for (const char* member :
         {"gzip;q=2",  "gzip;q=1.1", "gzip;q=1.001", "gzip;q=0.1234", "gzip;q=.5",
          "gzip;q=",   "gzip;q",     "gzip;q = 0.5", "gzip;x=1",      "gzip;q=0.5;q=1",
          "gzip;",     ";q=1",       "gz ip",        "g/zip",         "gzip;q=0,5x",
          "gzip;q=-1", "gzip;q=0.a", "\"gzip\"",     "gzip q=1",      "gzip;q=1e0",
          "q=1",       "gzip=1",     "gzip;;q=1",    "gzip;q=01",     "gzip;q=10"})
        EXPECT_EQ(codings_for(std::string("br, ") + member), "br identity ") << member;
}

TEST(AcceptEncoding, WeightsHaveUpToThreeDecimals) {
    for (const char* weight : {"1", "1.", "1.0", "1.00", "1.000", "0.9", "0.99", "0.999"})
        EXPECT_EQ(codings_for(std::string("gzip;q=") + weight + ", br;q=0.5"), "gzip br identity ")
            << weight;
    for (const char* weight : {"0", "0.", "0.0", "0.00", "0.000"})
        EXPECT_EQ(codings_for(std::string("gzip;q=") + weight), "identity ") << weight;
}

TEST(AcceptEncoding, LinesAreOneListWhoseFirstWordCounts) {
    EXPECT_EQ(codings_for_lines({"Accept-Encoding: gzip", "accept-encoding: br;q=0.5"}),
              "gzip br identity ");
    EXPECT_EQ(codings_for("gzip, gzip;q=0"), "gzip identity ");
    EXPECT_EQ(codings_for("gzip;q=0, x-gzip"), "identity ");
}

TEST(Accept, WhoSaysNothingOrLikesBothGetsHtml) {
    EXPECT_FALSE(prefers_json(test::HeadOf({}).fields()));
    for (const char* value :
         {"", "*/*", "text/html", "text/html, application/json", "application/json;q=0.9, */*",
          "*/*, application/json;q=0.9", "image/png", "application/xml", "text/*, application/*"})
        EXPECT_FALSE(json_for(value)) << value;
}

TEST(Accept, BrowsersGetHtml) {
    EXPECT_FALSE(json_for("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,"
                          "image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;"
                          "q=0.7"));
    EXPECT_FALSE(json_for("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
}

TEST(Accept, WhoAsksForJsonGetsIt) {
    for (const char* value :
         {"application/json", "APPLICATION/JSON", "application/json, text/plain",
          "application/json, text/html;q=0.9", "text/html;q=0.5, application/json;q=0.501",
          "application/*", "*/*;q=0.1, application/json", "application/json, */*;q=0.5",
          "text/html;q=0, */*", "application/json;charset=utf-8", "application/json ; q=0.2",
          "application/json;q=\"1\""})
        EXPECT_TRUE(json_for(value)) << value;
}

// Section 12.5.1: the most specific range that matches decides.
TEST(Accept, TheMostSpecificRangeCounts) {
    EXPECT_FALSE(json_for("application/json;q=0.1, application/*;q=0.9, text/html;q=0.5"));
    EXPECT_TRUE(json_for("*/*;q=0.1, application/*;q=0.9, text/*;q=0.5"));
    EXPECT_FALSE(json_for("text/html;q=0.8, text/*;q=0.1, application/json;q=0.5"));
    EXPECT_FALSE(json_for("application/json;q=0, */*"));
    EXPECT_FALSE(json_for("application/json;q=0"));
}

TEST(Accept, ParametersThatOurTypesLackNarrowTheRange) {
    EXPECT_FALSE(json_for("application/json;profile=x"));
    EXPECT_TRUE(json_for("text/html;level=1, application/json;q=0.1"));
    EXPECT_FALSE(json_for("text/html;charset=utf-8, application/json;q=0.9"));
    EXPECT_FALSE(json_for("text/html;;charset=utf-8; , application/json;q=0.9"));
}

TEST(Accept, CommasInQuotedStringsDoNotSeparate) {
    EXPECT_FALSE(json_for("text/plain;a=\"x, application/json\""));
    EXPECT_FALSE(json_for("text/plain;a=\"\\\", application/json\""));
    EXPECT_TRUE(json_for("text/plain;a=\"x,y\", application/json"));
    EXPECT_FALSE(json_for("text/plain;a=\"x, application/json")); // never closed
}

TEST(Accept, MalformedMembersSayNothing) {
    for (const char* member :
         {"application", "application/", "/json", "application/json/x", "*/json",
          "application/json;q=2", "application/json;q", "application/json q=1", "application /json",
          "application/json;q=0.1234", "application/json;a=", "*"})
        EXPECT_FALSE(json_for(member)) << member;
    EXPECT_TRUE(json_for("junk//, application/json, ;;,"));
}

} // namespace
} // namespace ktcp::http
