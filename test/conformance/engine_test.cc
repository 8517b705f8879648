// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Every conformance case on the engine itself: with the input whole, cut in two at
// every byte, byte by byte, with short sends, short of memory, and with a client that
// vanishes at every byte. One GoogleTest a case; the transcripts must all be equal.
#include <gtest/gtest.h>

#include <algorithm>

#include "conformance/engine_run.hh"
#include "conformance/kept_answers.hh"
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

size_t failed_calls = 0; // in all cases, one a playing

// Each of the first calls; of those for a long listing, which are all alike, some.
size_t next_call(size_t n) { return n < 200 ? n + 1 : n + n / 16; }

// What is wrong with an answer after a fault; empty: nothing. The whole transcript is what
// the same case gives without one.
std::string fault_difference(const Transcript& whole, const Transcript& other) {
    if (other.same_as(whole))
        return {};
    const size_t same = static_cast<size_t>(std::mismatch(whole.bytes.begin(), whole.bytes.end(),
                                                          other.bytes.begin(), other.bytes.end())
                                                .first -
                                            whole.bytes.begin());
    if (same == other.bytes.size()) // what is missing must not look whole
        return other.end == ScriptedHost::End::reset ? "" : "torn, and no reset";
    // Some response is another one: the one that begins before the first other byte.
    const size_t start = other.bytes.rfind("HTTP/1.1 ", same);
    if (start == std::string::npos)
        return "no response begins before the difference";
    const std::string_view response = std::string_view(other.bytes).substr(start);
    if (response.starts_with("HTTP/1.1 500 "))
        return {};
    // A listing may come unsorted, or in chunks, or torn; what only the end of the connection
    // delimits must have its own end, or a reset.
    const std::string_view expected = std::string_view(whole.bytes).substr(start);
    const std::string_view head = response.substr(0, response.find("\r\n\r\n") + 2);
    const bool listing =
        response.starts_with("HTTP/1.1 200 ") && expected.starts_with("HTTP/1.1 200 ") &&
        (head.find("\r\nContent-Type: text/html; charset=utf-8\r\n") != head.npos ||
         head.find("\r\nContent-Type: application/json\r\n") != head.npos) &&
        head.find("\r\nContent-Length: ") == head.npos;
    const bool chunked = head.find("\r\nTransfer-Encoding: chunked\r\n") != head.npos;
    if (listing &&
        (chunked || other.end == ScriptedHost::End::reset || response.ends_with("</html>\n") ||
         response.ends_with("]\n") || response.ends_with("\r\n\r\n")))
        return {};
    return "another answer";
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
        fail_each_call(whole, {});
        for (size_t at : cuts(whole.input_size))
            survive({.vanish_at = at}, {.send_limit = 100}, "the client vanishes");
        play_as_kept(whole);
    }

private:
    // By a host that keeps what it found; again cut in every way.
    void play_as_kept(const Transcript& whole) {
        if (HasFailure())
            return;
        const Transcript kept = run({}, {.keeps = true}, false);
        const std::string difference =
            kept_difference(case_, whole, kept, server_.config.sort_size != 0);
        EXPECT_EQ(difference, "") << case_.where() << ": kept, the answers are others:\n"
                                  << escape(kept.bytes, 2000) << "\ninstead of:\n"
                                  << escape(whole.bytes, 2000);
        for (size_t at : cuts(whole.input_size))
            same(kept, {.cut = at}, {.keeps = true}, "kept, cut at byte " + std::to_string(at));
        same(kept, {.piece = 1}, {.send_limit = 1, .send_first = true, .keeps = true},
             "kept, 1 byte both ways");
        same(kept, {}, {.send_limit = 7, .keeps = true}, "kept, sends of 7 bytes");
        for (size_t buffers = 0; buffers < 4; buffers++)
            survive({.piece = 5}, {.buffers_until_oom = buffers, .keeps = true},
                    "kept, short of memory");
        fail_each_call(kept, {.send_limit = 3000, .keeps = true});
        for (size_t spares : {0, 1, 2})
            survive({}, {.spares = spares, .keeps = true}, "kept, short of spare memory");
        for (size_t at : cuts(whole.input_size))
            survive({.vanish_at = at}, {.send_limit = 100, .keeps = true},
                    "kept, the client vanishes");
    }

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
        if (other.complaints != whole.complaints)
            for (const std::string& complaint : other.complaints)
                ADD_FAILURE() << case_.where() << ": " << how << ": " << complaint;
        EXPECT_TRUE(whole.same_as(other))
            << case_.where() << ": " << how << " gives another transcript:\n"
            << escape(other.bytes, 2000) << "\ninstead of:\n"
            << escape(whole.bytes, 2000);
    }

    // Each call of the host fails once in turn: what the client gets is what it gets
    // otherwise, up to an answer that says that it failed, or to the connection's end.
    void fail_each_call(const Transcript& whole, World world) {
        for (size_t n = 1; !HasFailure(); n = next_call(n)) {
            world.failing_call = n;
            Transcript other = run({}, world, false);
            if (!other.failed_once)
                return;
            ++failed_calls;
            const std::string wrong = fault_difference(whole, other);
            EXPECT_EQ(wrong, "") << case_.where() << ": failing call " << n << ":\n"
                                 << escape(other.bytes, 2000) << "\ninstead of:\n"
                                 << escape(whole.bytes, 2000);
        }
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

size_t calls_that_failed() { return failed_calls; }

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
    const int status = RUN_ALL_TESTS();
    printf("figure: engine: %zu calls of the host failed, one a playing\n",
           ktcp::test::calls_that_failed());
    return status;
}
