// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/field.hh"
#include "text.hh"

#include <gtest/gtest.h>

#include <vector>

namespace ktcp::http {
namespace {

TEST(Field, NamesAreCaseInsensitive) {
    EXPECT_EQ(field_of("Host"_b), Field::host);
    EXPECT_EQ(field_of("tRANSFER-eNCODING"_b), Field::transfer_encoding);
    EXPECT_EQ(field_of("ACCEPT"_b), Field::accept);
    EXPECT_EQ(field_of("Accept-Encoding"_b), Field::accept_encoding);
    EXPECT_EQ(field_of("connection"_b), Field::connection);
    EXPECT_EQ(field_of("Content-Length"_b), Field::content_length);
    EXPECT_EQ(field_of("Expect"_b), Field::expect);
    EXPECT_EQ(field_of("If-Match"_b), Field::if_match);
    EXPECT_EQ(field_of("If-Modified-Since"_b), Field::if_modified_since);
    EXPECT_EQ(field_of("If-None-Match"_b), Field::if_none_match);
    EXPECT_EQ(field_of("IF-RANGE"_b), Field::if_range);
    EXPECT_EQ(field_of("If-Unmodified-Since"_b), Field::if_unmodified_since);
    EXPECT_EQ(field_of("Range"_b), Field::range);
    EXPECT_EQ(field_of("Hosts"_b), Field::other);
    EXPECT_EQ(field_of("If-Mating"_b), Field::other);
    EXPECT_EQ(field_of("Accepx"_b), Field::other);
    EXPECT_EQ(field_of("X"_b), Field::other);
}

TEST(Field, ValuesHoldNoControlCharactersWhereverTheyStand) {
    for (size_t size = 1; size < 20; size++)
        for (size_t at = 0; at < size; at++)
            for (int byte = 0; byte < 256; byte++) {
                std::string value(size, 'v');
                value[at] = static_cast<char>(byte);
                const bool control = (byte < 0x20 && byte != '\t') || byte == 0x7f;
                ASSERT_EQ(is_field_value(test::bytes(value)), !control) << byte << " at " << at;
            }
}

TEST(Field, ListsSkipEmptyMembers) {
    std::vector<std::string> members;
    for_each_list_member(" a ,,\tb c\t, "_b, [&](Bytes m) { members.push_back(test::text(m)); });
    EXPECT_EQ(members, (std::vector<std::string>{"a", "b c"}));
}

} // namespace
} // namespace ktcp::http
