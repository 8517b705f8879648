// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "address_limit.hh"

#include <arpa/inet.h>
#include <atomic>
#include <csignal>
#include <gtest/gtest.h>
#include <map>
#include <netinet/in.h>
#include <random>
#include <set>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace ktcp::user {
namespace {

uint64_t key(const char* text) {
    sockaddr_in ipv4{};
    ipv4.sin_family = AF_INET;
    if (inet_pton(AF_INET, text, &ipv4.sin_addr) == 1)
        return AddressLimit::key_of(reinterpret_cast<sockaddr&>(ipv4));
    sockaddr_in6 ipv6{};
    ipv6.sin6_family = AF_INET6;
    EXPECT_EQ(inet_pton(AF_INET6, text, &ipv6.sin6_addr), 1) << text;
    return AddressLimit::key_of(reinterpret_cast<sockaddr&>(ipv6));
}

TEST(AddressLimitKey, AnIPv4AddressIsOneHoweverItIsWritten) {
    EXPECT_EQ(key("192.0.2.1"), key("::ffff:192.0.2.1"));
    EXPECT_NE(key("192.0.2.1"), key("192.0.2.2"));
    EXPECT_NE(key("::ffff:192.0.2.1"), key("::ffff:192.0.2.2"));
}

TEST(AddressLimitKey, AnIPv6NetworkOf64BitsIsOne) {
    EXPECT_EQ(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff:ffff:ffff:ffff"));
    std::set<uint64_t> keys;
    for (const char* text : {"2001:db8:1:2::1", "2001:db8:1:3::1", "::1", "fe80::1", "127.0.0.1",
                             "0.0.0.1", "2001:db9:1:2::1"})
        EXPECT_TRUE(keys.insert(key(text)).second) << text;
    EXPECT_FALSE(keys.contains(0));
    EXPECT_EQ(key("::1"), key("::2"));
}

TEST(AddressLimitKey, OtherFamiliesAreNotCounted) {
    sockaddr address{};
    address.sa_family = AF_UNIX;
    EXPECT_EQ(AddressLimit::key_of(address), 0u);
}

// In memory that child processes share, as the server has it.
class AddressLimitTest : public ::testing::Test {
protected:
    static constexpr uint32_t most = 3;
    static constexpr auto refused = AddressLimit::refused;

    AddressLimitTest() : limit(*new (memory.get()) AddressLimit(most, 1000, records)) {}
    ~AddressLimitTest() override { limit.~AddressLimit(); }

    // How many more the address may have.
    uint32_t room(uint64_t key) {
        std::vector<AddressLimit::Place> places;
        for (;;) {
            places.push_back(limit.enter_key(key, nullptr));
            if (places.back() == refused)
                break;
        }
        places.pop_back();
        for (AddressLimit::Place place : places)
            limit.leave(place, nullptr);
        return static_cast<uint32_t>(places.size());
    }

    Records records{64};
    SharedMemory memory{sizeof(AddressLimit)};
    AddressLimit& limit;
};

TEST_F(AddressLimitTest, EachAddressHasItsOwnRoom) {
    std::vector<AddressLimit::Place> places;
    for (uint32_t i = 0; i < most; ++i)
        places.push_back(limit.enter_key(7, nullptr));
    EXPECT_EQ(limit.enter_key(7, nullptr), refused);
    EXPECT_EQ(room(8), most);
    limit.leave(places.back(), nullptr);
    EXPECT_EQ(room(7), 1u);
    places.pop_back();
    for (AddressLimit::Place place : places)
        limit.leave(place, nullptr);
    EXPECT_EQ(room(7), most);
}

// Against a plain model: many addresses that come and go, so that counts are reused.
TEST_F(AddressLimitTest, AgreesWithAModel) {
    std::mt19937 random(4);
    std::map<uint64_t, std::vector<AddressLimit::Place>> model;
    size_t refusals = 0;
    for (int step = 0; step < 200000; ++step) {
        uint64_t address = (random() % 700 + 1) << 32;
        auto& places = model[address];
        if (random() % 2 && !places.empty()) {
            limit.leave(places.back(), nullptr);
            places.pop_back();
            continue;
        }
        AddressLimit::Place place = limit.enter_key(address, nullptr);
        if (places.size() < most)
            ASSERT_NE(place, refused);
        else
            ASSERT_EQ(place, refused);
        if (place == refused)
            ++refusals;
        else
            places.push_back(place);
    }
    EXPECT_GT(refusals, 1000u);
    for (auto& [address, places] : model)
        EXPECT_EQ(room(address), most - places.size());
}

TEST_F(AddressLimitTest, MoreAddressesThanThereIsMemoryForAreRefusedAndNotLost) {
    std::vector<AddressLimit::Place> places;
    AddressLimit::Place place;
    while ((place = limit.enter_key(places.size() + 1, nullptr)) != refused)
        places.push_back(place);
    EXPECT_GE(places.size(), 1000u);
    EXPECT_LT(places.size(), 10000u);
    for (AddressLimit::Place held : places)
        limit.leave(held, nullptr);
    EXPECT_EQ(room(1), most);
}

TEST_F(AddressLimitTest, ThreadsNeverExceedIt) {
    std::atomic<uint32_t> inside{0}, highest{0}, entered{0};
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            for (int step = 0; step < 20000; ++step) {
                AddressLimit::Place place = limit.enter_key(42, nullptr);
                if (place == refused)
                    continue;
                ++entered;
                uint32_t now = ++inside;
                for (uint32_t seen = highest; now > seen;)
                    highest.compare_exchange_weak(seen, now);
                --inside;
                limit.leave(place, nullptr);
            }
        });
    threads.clear();
    EXPECT_GT(entered, 0u);
    EXPECT_LE(highest, most);
    EXPECT_EQ(room(42), most);
}

// Children are killed wherever they are, in the middle of a change, too; what they held is
// in their records, and with that given back nothing is missing and nothing is left over.
TEST_F(AddressLimitTest, NothingIsLostWithProcessesThatAreKilled) {
    std::mt19937 random(4);
    std::vector<WorkerRecord*> own;
    for (int i = 0; i < 6; ++i)
        own.push_back(records.take());
    size_t holding = 0;
    for (int round = 0; round < 150; ++round) {
        std::vector<pid_t> children;
        for (WorkerRecord* record : own) {
            pid_t child = fork();
            ASSERT_GE(child, 0);
            if (child == 0)
                for (uint64_t step = 0;; ++step) {
                    AddressLimit::Place place = limit.enter_key(step % 5 + 1, &record->place);
                    if (place != refused)
                        limit.leave(place, &record->place);
                }
            children.push_back(child);
        }
        usleep(static_cast<useconds_t>(1000 + random() % 3000));
        for (pid_t child : children)
            kill(child, SIGKILL);
        for (pid_t child : children)
            waitpid(child, nullptr, 0);
        for (WorkerRecord* record : own)
            if (AddressLimit::Place place = record->place) {
                ++holding;
                limit.leave(place, &record->place);
            }
        for (uint64_t address = 1; address <= 5; ++address)
            ASSERT_EQ(room(address), most) << "after round " << round;
    }
    EXPECT_GT(holding, 0u) << "none was killed while it held a place: the test shows nothing";
}

} // namespace
} // namespace ktcp::user
