// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "answer_table.hh"

#include <cstring>
#include <gtest/gtest.h>
#include <list>

namespace ktcp::user {
namespace {

class AnswerTableTest : public ::testing::Test {
protected:
    static ktcp_resource_request request(const std::string& name, uint32_t root = 0,
                                         uint32_t rendering = 0) {
        ktcp_resource_request wanted = {};
        wanted.path = name.c_str();
        wanted.size = name.size();
        wanted.root = root;
        wanted.rendering = rendering;
        return wanted;
    }
    Answer& add(const std::string& name, uint32_t root = 0, uint32_t rendering = 0) {
        Answer& answer = answers.emplace_back();
        answer.name.reset(new char[name.size() + 1]);
        std::memcpy(answer.name.get(), name.c_str(), name.size() + 1);
        answer.name_size = name.size();
        answer.root = root;
        answer.rendering = rendering;
        answer.hash = hash_of(request(name, root, rendering));
        EXPECT_TRUE(table.insert(answer));
        return answer;
    }
    Answer* find(const std::string& name, uint32_t root = 0, uint32_t rendering = 0) {
        ktcp_resource_request wanted = request(name, root, rendering);
        return table.find(wanted, hash_of(wanted));
    }

    std::list<Answer> answers;
    AnswerTable table;
};

TEST_F(AnswerTableTest, FindsByAllOfTheKey) {
    Answer& a = add("a");
    Answer& of_other_root = add("a", 1);
    Answer& rendered = add("a", 0, 3);
    Answer& empty = add("");
    EXPECT_EQ(find("a"), &a);
    EXPECT_EQ(find("a", 1), &of_other_root);
    EXPECT_EQ(find("a", 0, 3), &rendered);
    EXPECT_EQ(find(""), &empty);
    EXPECT_EQ(find("a", 2), nullptr);
    EXPECT_EQ(find("b"), nullptr);
    table.remove(a);
    EXPECT_FALSE(a.cached);
    EXPECT_EQ(find("a"), nullptr);
    EXPECT_EQ(find("a", 1), &of_other_root);
}

TEST_F(AnswerTableTest, GrowsWithWhatIsInIt) {
    std::string name;
    for (int i = 0; i < 3000; ++i)
        add("name " + std::to_string(i));
    for (auto answer = answers.begin(); answer != answers.end(); ++answer)
        if (std::distance(answers.begin(), answer) % 3 == 0)
            table.remove(*answer);
    for (int i = 0; i < 3000; ++i)
        EXPECT_EQ(find("name " + std::to_string(i)) != nullptr, i % 3 != 0);
    EXPECT_EQ(table.size(), 2000u);
    size_t visited = 0;
    table.each([&](Answer& answer) {
        ++visited;
        table.remove(answer);
    });
    EXPECT_EQ(visited, 2000u);
    EXPECT_EQ(table.first(), nullptr);
}

// The names that were asked for of late stay; what is in use stays in any case.
TEST_F(AnswerTableTest, DropsWhatWasNotReferenced) {
    std::vector<Answer*> all;
    for (int i = 0; i < 8; ++i)
        all.push_back(&add(std::to_string(i)));
    all[0]->referenced = all[3]->referenced = true;
    all[1]->users = 1;
    std::vector<Answer*> dropped;
    for (int i = 0; i < 5; ++i) {
        Answer* victim = table.victim();
        ASSERT_NE(victim, nullptr);
        dropped.push_back(victim);
        table.remove(*victim);
    }
    for (int stays : {0, 1, 3})
        EXPECT_EQ(find(std::to_string(stays)), all[static_cast<size_t>(stays)]) << stays;
    table.remove(*table.victim());
    table.remove(*table.victim());
    EXPECT_EQ(table.victim(), nullptr); // in use
    EXPECT_EQ(table.size(), 1u);
    all[1]->users = 0;
    EXPECT_EQ(table.victim(), all[1]);
}

} // namespace
} // namespace ktcp::user
