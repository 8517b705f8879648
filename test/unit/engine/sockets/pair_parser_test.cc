// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// By the names that the C side uses.
#include "ktcp/socket_pairs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// One pair as text: "number/line local remote" or "number/line! text: fault".
std::string describe(const ktcp_socket_pair& pair) {
    const std::string place = std::to_string(pair.number) + "/" + std::to_string(pair.line);
    if (pair.fault)
        return place + "! " + std::string(pair.text, pair.text_size) + (pair.cut ? "..." : "") +
               ": " + pair.fault;
    std::string out = place;
    for (const ktcp_socket_text* s : {&pair.local, &pair.remote}) {
        out += " " + std::string(s->address, s->address_size);
        if (s->scope_size)
            out += "%" + std::string(s->scope, s->scope_size);
        out += " " + std::to_string(s->port);
    }
    return out;
}

class PairParser : public testing::Test {
protected:
    PairParser() { ktcp_pair_parser_open(&parser_); }

    void give(const std::string& text) {
        // A copy of the exact size, so that ASan sees what is read beyond it.
        const std::vector<char> copy(text.begin(), text.end());
        const char* at = copy.data();
        size_t left = copy.size();
        while (left) {
            size_t used = 0;
            ktcp_socket_pair pair;
            const bool found = ktcp_pair_parser_read(&parser_, at, left, &used, &pair);
            ASSERT_LE(used, left);
            ASSERT_TRUE(found || used == left);
            if (found)
                pairs_.push_back(describe(pair));
            at += used;
            left -= used;
        }
    }
    void finish() {
        ktcp_socket_pair pair;
        if (ktcp_pair_parser_finish(&parser_, &pair))
            pairs_.push_back(describe(pair));
        EXPECT_TRUE(resting());
    }
    bool resting() const { return ktcp_pair_parser_resting(&parser_); }

    ktcp_pair_parser parser_;
    std::vector<std::string> pairs_;
};

TEST_F(PairParser, ReadsALine) {
    EXPECT_TRUE(resting());
    give("127.0.0.1:80 10.0.0.1:4711\n");
    EXPECT_THAT(pairs_, ElementsAre("1/1 127.0.0.1 80 10.0.0.1 4711"));
    EXPECT_TRUE(resting());
    finish();
    EXPECT_THAT(pairs_, SizeIs(1));
}

TEST_F(PairParser, ReadsManyPairsInALine) {
    give(" 1.1.1.1:1 2.2.2.2:2\t3.3.3.3:3\v\f 4.4.4.4:4  \r\n\n\n5.5.5.5:5 ::6:6 ");
    EXPECT_THAT(pairs_, ElementsAre("1/1 1.1.1.1 1 2.2.2.2 2", "2/1 3.3.3.3 3 4.4.4.4 4",
                                    "3/4 5.5.5.5 5 ::6 6"));
    EXPECT_TRUE(resting());
}

TEST_F(PairParser, WaitsForTheEndOfTheLastPort) {
    give("1.1.1.1:1 2.2.2.2:2");
    EXPECT_THAT(pairs_, IsEmpty());
    EXPECT_FALSE(resting());
    give("2");
    EXPECT_THAT(pairs_, IsEmpty());
    finish();
    EXPECT_THAT(pairs_, ElementsAre("1/1 1.1.1.1 1 2.2.2.2 22"));
}

TEST_F(PairParser, DoesNotRestBetweenTheHalves) {
    give("1.1.1.1:1 ");
    EXPECT_FALSE(resting());
    give("\n");
    EXPECT_TRUE(resting());
}

TEST_F(PairParser, ABadLineCostsOnlyItself) {
    give("Proto Recv-Q Send-Q\n"
         "1.1.1.1:1 2.2.2.2:2\n"
         "3.3.3.3:3\n"
         "4.4.4.4:4 5.5.5.5:5\n"
         "one\n"
         "6.6.6.6:6 7.7.7.7:http\n"
         "8.8.8.8:8 9.9.9.9:9\n");
    ASSERT_THAT(pairs_, SizeIs(8));
    EXPECT_THAT(pairs_[0], HasSubstr("1/1! Proto Recv-Q: there is no port"));
    EXPECT_THAT(pairs_[1], HasSubstr("2/1! Send-Q: there is no port"));
    EXPECT_EQ(pairs_[2], "3/2 1.1.1.1 1 2.2.2.2 2");
    EXPECT_THAT(pairs_[3], HasSubstr("4/3! 3.3.3.3:3: the remote address is missing"));
    EXPECT_EQ(pairs_[4], "5/4 4.4.4.4 4 5.5.5.5 5");
    EXPECT_THAT(pairs_[5], HasSubstr("6/5! one: there is no port"));
    EXPECT_THAT(pairs_[6], HasSubstr("7/6! 6.6.6.6:6 7.7.7.7:http: the port is not a number"));
    EXPECT_EQ(pairs_[7], "8/7 8.8.8.8 8 9.9.9.9 9");
}

TEST_F(PairParser, HalfAPairAtTheEndIsMalformed) {
    give("1.1.1.1:1 ");
    finish();
    EXPECT_THAT(pairs_, ElementsAre(HasSubstr("1/1! 1.1.1.1:1: the remote address is missing")));
}

TEST_F(PairParser, NothingIsNoPair) {
    give(" \n\t\r\n ");
    finish();
    EXPECT_THAT(pairs_, IsEmpty());
}

TEST_F(PairParser, KeepsTheBeginningOfWhatIsTooLong) {
    const std::string longest = "[" + std::string(45, '1') + ":%" + std::string(15, 'i') + "]";
    give(std::string(100000, 'x') + " 1.1.1.1:1\n" + "1.1.1.1:1 " + std::string(81, 'y') + "\n" +
         "1.1.1.1:1 " + std::string(80, 'z') + "\n" + "1.1.1.1:1 2.2.2.2:2\n");
    ASSERT_THAT(pairs_, SizeIs(4));
    EXPECT_THAT(pairs_[0],
                HasSubstr("1/1! " + std::string(80, 'x') + " 1.1.1.1:1...: longer than any"));
    EXPECT_THAT(pairs_[1],
                HasSubstr("2/2! 1.1.1.1:1 " + std::string(80, 'y') + "...: longer than any"));
    EXPECT_THAT(pairs_[2], HasSubstr("3/3! 1.1.1.1:1 " + std::string(80, 'z') + ": there is no"));
    EXPECT_EQ(pairs_[3], "4/4 1.1.1.1 1 2.2.2.2 2");
    EXPECT_LE(longest.size() + 6, 80u);
}

TEST_F(PairParser, AnyBytesAreText) {
    give(std::string("\0\x1b[31m \xff:80\n", 12));
    EXPECT_THAT(pairs_, ElementsAre(HasSubstr(std::string("1/1! \0\x1b[31m \xff:80: ", 15))));
}

// The pairs are the same at every split, and at every two.
TEST_F(PairParser, IsTheSameHoweverItIsCut) {
    const std::string text = "127.0.0.1:80 [::1]:4711\n::ffff:1.2.3.4:5 x\n  half\n"
                             "fe80::1%eth0:1 [fe80::2]%eth0:65535 1.1.1.1:1 2.2.2.2:2";
    give(text);
    finish();
    const std::vector<std::string> expected = pairs_;
    ASSERT_THAT(expected, SizeIs(5));
    for (size_t a = 0; a <= text.size(); a++)
        for (size_t b = a; b <= text.size(); b++) {
            pairs_.clear();
            ktcp_pair_parser_open(&parser_);
            give(text.substr(0, a));
            give(text.substr(a, b - a));
            give(text.substr(b));
            finish();
            ASSERT_EQ(pairs_, expected) << "cut at " << a << " and " << b;
        }
}

} // namespace
