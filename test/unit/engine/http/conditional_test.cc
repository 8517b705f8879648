// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "head_of.hh"
#include "http/conditional.hh"

#include <gtest/gtest.h>

namespace ktcp::http {
namespace {

using Lines = std::vector<std::string>;

constexpr int64_t modified = 1700000000;
const std::string before = "Tue, 14 Nov 2023 22:13:19 GMT";
const std::string exactly = "Tue, 14 Nov 2023 22:13:20 GMT";
const std::string behind = "Tue, 14 Nov 2023 22:13:21 GMT";

constexpr auto proceed = Precondition::proceed;
constexpr auto not_modified = Precondition::not_modified;
constexpr auto failed = Precondition::failed;

Validators validators() { return {"\"tag\""_b, modified, modified + 1000}; }

Precondition outcome(const Lines& lines, const Validators& of = validators(), bool get = true) {
    return evaluate_preconditions(test::HeadOf(lines).fields(), get, of);
}
bool allows(const Lines& lines, const Validators& of = validators()) {
    return if_range_allows(test::HeadOf(lines).fields(), of);
}

TEST(Conditional, ProceedsWithoutAnyOfTheFields) { EXPECT_EQ(outcome({"Accept: */*"}), proceed); }

TEST(Conditional, IfMatchComparesStrongly) {
    EXPECT_EQ(outcome({"If-Match: \"tag\""}), proceed);
    EXPECT_EQ(outcome({"If-Match: \"other\", \"tag\""}), proceed);
    EXPECT_EQ(outcome({"If-Match: *"}), proceed);
    EXPECT_EQ(outcome({"If-Match: \"other\""}), failed);
    EXPECT_EQ(outcome({"If-Match: W/\"tag\""}), failed);
    EXPECT_EQ(outcome({"If-Match: \"TAG\""}), failed);
    EXPECT_EQ(outcome({"If-Match:"}), failed);
}

TEST(Conditional, IfNoneMatchComparesWeakly) {
    EXPECT_EQ(outcome({"If-None-Match: \"tag\""}), not_modified);
    EXPECT_EQ(outcome({"If-None-Match: W/\"tag\""}), not_modified);
    EXPECT_EQ(outcome({"If-None-Match: \"other\" , \"tag\""}), not_modified);
    EXPECT_EQ(outcome({"If-None-Match: *"}), not_modified);
    EXPECT_EQ(outcome({"If-None-Match: \"other\""}), proceed);
    EXPECT_EQ(outcome({"If-None-Match:"}), proceed);
}

TEST(Conditional, IfNoneMatchFailsWhereThereIsNothingLikeNotModified) {
    EXPECT_EQ(outcome({"If-None-Match: *"}, validators(), false), failed);
    EXPECT_EQ(outcome({"If-Modified-Since: " + exactly}, validators(), false), proceed);
}

TEST(Conditional, LinesOfAListAreOneList) {
    EXPECT_EQ(outcome({"If-None-Match: \"a\"", "Accept: x", "if-none-match: \"tag\""}),
              not_modified);
    EXPECT_EQ(outcome({"If-Match: \"a\"", "If-Match: \"b\""}), failed);
    EXPECT_EQ(outcome({"If-Match: \"a\"", "If-Match: \"tag\""}), proceed);
    // "*" is no member of a list.
    EXPECT_EQ(outcome({"If-None-Match: *", "If-None-Match: \"x\""}), proceed);
    EXPECT_EQ(outcome({"If-Match: *", "If-Match: *"}), failed);
}

TEST(Conditional, MalformedListsMatchNothing) {
    EXPECT_EQ(outcome({"If-None-Match: tag"}), proceed);
    EXPECT_EQ(outcome({"If-None-Match: \"tag\" junk"}), proceed);
    EXPECT_EQ(outcome({"If-None-Match: *, \"tag\""}), proceed);
    EXPECT_EQ(outcome({"If-Match: \"tag\" junk"}), failed);
    EXPECT_EQ(outcome({"If-Match: \"tag\"", "If-Match: junk"}), failed);
}

TEST(Conditional, WithoutATagOnlyTheStarMatches) {
    const Validators untagged = {{}, modified, modified + 1000};
    EXPECT_EQ(outcome({"If-None-Match: \"\""}, untagged), proceed);
    EXPECT_EQ(outcome({"If-Match: \"\""}, untagged), failed);
    EXPECT_EQ(outcome({"If-Match: *"}, untagged), proceed);
}

TEST(Conditional, IfModifiedSince) {
    EXPECT_EQ(outcome({"If-Modified-Since: " + before}), proceed);
    EXPECT_EQ(outcome({"If-Modified-Since: " + exactly}), not_modified);
    EXPECT_EQ(outcome({"If-Modified-Since: " + behind}), not_modified);
    EXPECT_EQ(outcome({"If-Modified-Since: Tuesday, 14-Nov-23 22:13:20 GMT"}), not_modified);
    EXPECT_EQ(outcome({"If-Modified-Since: Tue Nov 14 22:13:20 2023"}), not_modified);
}

TEST(Conditional, IfModifiedSinceOfTheFutureIsIgnored) {
    const Validators just_now = {"\"tag\""_b, modified, modified};
    EXPECT_EQ(outcome({"If-Modified-Since: " + exactly}, just_now), not_modified);
    EXPECT_EQ(outcome({"If-Modified-Since: " + behind}, just_now), proceed);
}

TEST(Conditional, IfUnmodifiedSince) {
    EXPECT_EQ(outcome({"If-Unmodified-Since: " + before}), failed);
    EXPECT_EQ(outcome({"If-Unmodified-Since: " + exactly}), proceed);
    EXPECT_EQ(outcome({"If-Unmodified-Since: " + behind}), proceed);
}

TEST(Conditional, WhatIsNoDateIsIgnored) {
    for (const std::string field : {"If-Modified-Since", "If-Unmodified-Since"}) {
        EXPECT_EQ(outcome({field + ": yesterday"}), proceed);
        EXPECT_EQ(outcome({field + ":"}), proceed);
        EXPECT_EQ(outcome({field + ": " + before + ", " + before}), proceed);
        EXPECT_EQ(outcome({field + ": 0"}), proceed);
    }
    EXPECT_EQ(outcome({"If-Modified-Since: " + exactly, "If-Modified-Since: " + exactly}), proceed);
    EXPECT_EQ(outcome({"If-Unmodified-Since: " + before, "If-Unmodified-Since: " + before}),
              proceed);
}

// Section 13.2.2.
TEST(Conditional, TagsGoBeforeDates) {
    EXPECT_EQ(outcome({"If-Unmodified-Since: " + before, "If-Match: \"tag\""}), proceed);
    EXPECT_EQ(outcome({"If-Unmodified-Since: " + behind, "If-Match: \"other\""}), failed);
    EXPECT_EQ(outcome({"If-Modified-Since: " + behind, "If-None-Match: \"other\""}), proceed);
    EXPECT_EQ(outcome({"If-Modified-Since: " + before, "If-None-Match: \"tag\""}), not_modified);
    // Even when the tags cannot be read.
    EXPECT_EQ(outcome({"If-Modified-Since: " + behind, "If-None-Match: junk"}), proceed);
}

TEST(Conditional, WhatMustMatchGoesBeforeWhatMustNot) {
    EXPECT_EQ(outcome({"If-None-Match: \"tag\"", "If-Match: \"other\""}), failed);
    EXPECT_EQ(outcome({"If-None-Match: \"tag\"", "If-Match: \"tag\""}), not_modified);
    EXPECT_EQ(outcome({"If-None-Match: \"tag\"", "If-Unmodified-Since: " + before}), failed);
    EXPECT_EQ(outcome({"If-Modified-Since: " + exactly, "If-Unmodified-Since: " + exactly}),
              not_modified);
}

TEST(Conditional, IfRangeWithATagComparesStrongly) {
    EXPECT_TRUE(allows({"Range: bytes=0-1"}));
    EXPECT_TRUE(allows({"If-Range: \"tag\""}));
    EXPECT_FALSE(allows({"If-Range: W/\"tag\""}));
    EXPECT_FALSE(allows({"If-Range: \"other\""}));
    EXPECT_FALSE(allows({"If-Range: \"tag\", \"tag\""}));
    EXPECT_FALSE(allows({"If-Range: *"}));
    EXPECT_FALSE(allows({"If-Range: tag"}));
    EXPECT_FALSE(allows({"If-Range:"}));
    EXPECT_FALSE(allows({"If-Range: \"tag\"", "If-Range: \"tag\""}));
    EXPECT_FALSE(allows({"If-Range:"}, {{}, modified, modified + 1000}));
}

TEST(Conditional, IfRangeWithADateWantsExactlyThatDate) {
    EXPECT_TRUE(allows({"If-Range: " + exactly}));
    EXPECT_FALSE(allows({"If-Range: " + before}));
    EXPECT_FALSE(allows({"If-Range: " + behind}));
}

// Section 8.8.2.2: within its second, a file may change without its date.
TEST(Conditional, IfRangeWithADateWantsOneThatIsOver) {
    EXPECT_FALSE(allows({"If-Range: " + exactly}, {"\"tag\""_b, modified, modified}));
    EXPECT_TRUE(allows({"If-Range: " + exactly}, {"\"tag\""_b, modified, modified + 1}));
}

} // namespace
} // namespace ktcp::http
