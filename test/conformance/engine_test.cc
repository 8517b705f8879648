// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Every conformance case on the engine itself: with the input whole, cut in two at
// every byte, byte by byte, with short sends, short of memory, and with a client that
// vanishes at every byte. One GoogleTest a case; the transcripts must all be equal.
#include <gtest/gtest.h>

#include "conformance/engine_run.hh"
#include "support/escape.hh"

namespace ktcp::test {

namespace {

const std::string directory = KTCP_CONFORMANCE_DIR;

struct Material {
    DocumentTree tree = DocumentTree::load(directory + "/tree");
    std::map<std::string, Profile> profiles = load_profiles(directory + "/profiles");
    std::vector<Case> cases = load_all_cases(directory);
};

const Material& material() {
    static const Material all;
    return all;
}

// Every byte of what a person would write; of long inputs both ends, where the
// boundaries are, and a stride that hits every offset within a buffer over time.
std::vector<size_t> cuts(size_t size) {
    constexpr size_t dense = 9000, ends = 600, stride = 1021;
    std::vector<size_t> places;
    for (size_t at = 1; at < size; at++)
        if (size <= dense || at < ends || at + ends > size || at % stride == 0)
            places.push_back(at);
    return places;
}

class ConformanceCase : public testing::Test {
public:
    explicit ConformanceCase(const Case& one)
        : case_(one), server_(material().profiles.at(one.profile), material().tree) {}

    void TestBody() override {
        Transcript whole = run({}, {}, true);
        for (const std::string& complaint : whole.complaints)
            ADD_FAILURE() << case_.where() << ": " << complaint;
        if (HasFailure())
            return;
        known_ = whole.values;
        for (size_t at : cuts(whole.input_size))
            same(whole, {.cut = at}, {}, "cut at byte " + std::to_string(at));
        same(whole, {.piece = 1}, {}, "byte by byte");
        same(whole, {}, {.send_limit = 1}, "sends of 1 byte");
        same(whole, {}, {.send_limit = 7}, "sends of 7 bytes");
        same(whole, {.piece = 1}, {.send_limit = 1, .send_first = true}, "1 byte both ways");
        same(whole, {}, {.send_first = true}, "send first");
        same(whole, {.piece = 3}, {.speculative = true}, "speculative receives");
        // Only that nothing is lost or leaked: how far it comes is not the same.
        for (size_t buffers = 0; buffers < 4; buffers++)
            survive({.piece = 5}, {.buffers_until_oom = buffers}, "short of memory");
        survive({}, {.spares = 1}, "short of spare memory");
        for (size_t at : cuts(whole.input_size))
            survive({.vanish_at = at}, {.send_limit = 100}, "the client vanishes");
    }

private:
    Transcript run(const Delivery& delivery, const World& world, bool judged) {
        try {
            return play(case_, server_, material().tree, delivery, world, judged, known_);
        } catch (const std::exception& e) {
            ADD_FAILURE() << case_.where() << ": " << e.what();
            return {};
        }
    }

    void same(const Transcript& whole, const Delivery& delivery, const World& world,
              const std::string& how) {
        if (HasFailure())
            return; // one is enough to read
        Transcript other = run(delivery, world, false);
        for (const std::string& complaint : other.complaints)
            ADD_FAILURE() << case_.where() << ": " << how << ": " << complaint;
        EXPECT_TRUE(whole.same_as(other))
            << case_.where() << ": " << how << " gives another transcript:\n"
            << escape(other.bytes, 2000) << "\ninstead of:\n"
            << escape(whole.bytes, 2000);
    }

    void survive(const Delivery& delivery, const World& world, const std::string& how) {
        if (HasFailure())
            return;
        run(delivery, world, false);
        if (HasFailure())
            ADD_FAILURE() << case_.where() << ": " << how;
    }

    const Case& case_;
    const ServerSettings server_;
    Values known_; // what the case remembers, once it was played as a whole
};

std::string suite_of(const Case& one) { return std::filesystem::path(one.file).stem().string(); }

} // namespace

void register_cases() {
    for (const Case& one : material().cases)
        testing::RegisterTest(suite_of(one).c_str(), one.name.c_str(), nullptr, nullptr,
                              one.file.c_str(), one.line,
                              [&one]() -> testing::Test* { return new ConformanceCase(one); });
}

} // namespace ktcp::test

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    try {
        ktcp::test::register_cases();
    } catch (const std::exception& e) {
        fprintf(stderr, "conformance_engine: %s\n", e.what());
        return 2;
    }
    return RUN_ALL_TESTS();
}
