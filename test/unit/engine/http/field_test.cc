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
    EXPECT_EQ(field_of("Hosts"_b), Field::other);
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
