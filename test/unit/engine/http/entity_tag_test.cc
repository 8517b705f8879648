// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/entity_tag.hh"
#include "text.hh"

#include <gmock/gmock.h>

#include <optional>
#include <vector>

namespace ktcp::http {
namespace {

using test::bytes;
using testing::ElementsAre;
using testing::IsEmpty;

ktcp_resource file() {
    ktcp_resource resource = {};
    resource.status = KTCP_RESOURCE_FILE;
    resource.inode = 0x12;
    resource.size = 0x3f0;
    resource.modified_seconds = 0x6553f100;
    resource.modified_ns = 0xabc;
    resource.coding = KTCP_CODING_IDENTITY;
    return resource;
}

std::string tag_of(const ktcp_resource& resource) {
    return test::text(entity_tag_of(resource).bytes());
}

// nullopt: malformed.
std::optional<std::vector<std::string>> tags_in(std::string_view list) {
    std::vector<std::string> tags;
    if (!for_each_entity_tag(bytes(list), [&](Bytes tag) { tags.push_back(test::text(tag)); }))
        return std::nullopt;
    return tags;
}

TEST(EntityTag, IsMadeOfInodeSizeAndTime) { EXPECT_EQ(tag_of(file()), "\"12-3f0-6553f100-abc\""); }

TEST(EntityTag, ChangesWithEachOfThem) {
    std::vector<std::string> tags = {tag_of(file())};
    ktcp_resource other = file();
    other.inode++;
    tags.push_back(tag_of(other));
    other = file();
    other.size++;
    tags.push_back(tag_of(other));
    other = file();
    other.modified_seconds++;
    tags.push_back(tag_of(other));
    other = file();
    other.modified_ns++;
    tags.push_back(tag_of(other));
    for (uint8_t coding :
         {KTCP_CODING_GZIP, KTCP_CODING_DEFLATE, KTCP_CODING_BR, KTCP_CODING_ZSTD}) {
        other = file();
        other.coding = coding;
        tags.push_back(tag_of(other));
    }
    for (size_t i = 0; i < tags.size(); i++)
        for (size_t j = 0; j < i; j++)
            EXPECT_NE(tags[i], tags[j]);
}

TEST(EntityTag, NamesTheCodingBehindTheSameNumbers) {
    ktcp_resource coded = file();
    coded.coding = KTCP_CODING_BR;
    EXPECT_EQ(tag_of(coded), "\"12-3f0-6553f100-abc-br\"");
}

TEST(EntityTag, HasRoomForTheLargestNumbersAndIsOneByTheGrammar) {
    ktcp_resource largest = {};
    largest.inode = largest.size = UINT64_MAX;
    largest.modified_seconds = -1;
    largest.modified_ns = 999999999;
    largest.coding = KTCP_CODING_DEFLATE;
    const std::string tag = tag_of(largest);
    EXPECT_EQ(tag, "\"ffffffffffffffff-ffffffffffffffff-ffffffffffffffff-3b9ac9ff-deflate\"");
    EXPECT_EQ(tags_in(tag), std::vector{tag});
}

// The table of RFC 9110 section 8.8.3.2.
TEST(EntityTag, IsComparedStronglyAndWeakly) {
    EXPECT_FALSE(strongly_equal("W/\"1\""_b, "W/\"1\""_b));
    EXPECT_TRUE(weakly_equal("W/\"1\""_b, "W/\"1\""_b));
    EXPECT_FALSE(strongly_equal("W/\"1\""_b, "W/\"2\""_b));
    EXPECT_FALSE(weakly_equal("W/\"1\""_b, "W/\"2\""_b));
    EXPECT_FALSE(strongly_equal("W/\"1\""_b, "\"1\""_b));
    EXPECT_FALSE(strongly_equal("\"1\""_b, "W/\"1\""_b));
    EXPECT_TRUE(weakly_equal("W/\"1\""_b, "\"1\""_b));
    EXPECT_TRUE(strongly_equal("\"1\""_b, "\"1\""_b));
    EXPECT_TRUE(weakly_equal("\"1\""_b, "\"1\""_b));
    EXPECT_FALSE(weakly_equal("\"a\""_b, "\"A\""_b));
}

TEST(EntityTag, ListsAreReadByTheGrammar) {
    EXPECT_THAT(*tags_in("\"xyzzy\""), ElementsAre("\"xyzzy\""));
    EXPECT_THAT(*tags_in("\"a\", W/\"b\",\"\""), ElementsAre("\"a\"", "W/\"b\"", "\"\""));
    EXPECT_THAT(*tags_in(" ,, \"a\"\t,,\t\"b\" ,"), ElementsAre("\"a\"", "\"b\""));
    EXPECT_THAT(*tags_in("\"a,b\",\"c\\\""), ElementsAre("\"a,b\"", "\"c\\\""));
    EXPECT_THAT(*tags_in("\"!#~\x80\xff\""), ElementsAre("\"!#~\x80\xff\""));
    EXPECT_THAT(*tags_in(""), IsEmpty());
    EXPECT_THAT(*tags_in(" , "), IsEmpty());
}

TEST(EntityTag, MalformedListsAreReported) {
    for (const char* list :
         {"a", "*", "\"a", "a\"", "\"a\"\"b\"", "\"a\" \"b\"", "\"a\" b", "w/\"a\"", "W/", "W/a",
          "W /\"a\"", "W/ \"a\"", "\"a b\"", "\"a\tb\"", "\"a\x7f\"", "'a'", "\"a\";q=1", "\""})
        EXPECT_EQ(tags_in(list), std::nullopt) << list;
    EXPECT_EQ(tags_in(std::string_view("\"a\0\"", 4)), std::nullopt);
}

} // namespace
} // namespace ktcp::http
