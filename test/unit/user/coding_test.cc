// SPDX-License-Identifier: MIT OR GPL-2.0-only
#define ZLIB_CONST
#include "coding.hh"

#include <algorithm>
#include <cstring>
#include <gtest/gtest.h>
#include <malloc.h>
#include <optional>
#include <random>
#include <string>
#include <sys/resource.h>
#include <vector>
#include <zlib.h>
#include <zstd.h>

namespace ktcp::user {
namespace {

using Step = Coder::Step;

constexpr ktcp_coding codings[] = {KTCP_CODING_GZIP, KTCP_CODING_DEFLATE, KTCP_CODING_ZSTD};

std::string text(size_t size) {
    static const char* const words[] = {"the ",     "server ", "answers ",     "a request ",
                                        "with ",    "bytes ",  "of its own, ", "<p>",
                                        "</p>\r\n", "cache ",  "for ",         "ever "};
    std::minstd_rand random(42);
    std::string out;
    while (out.size() < size) {
        out += words[random() % std::size(words)];
        if (random() % 4 == 0)
            out += std::to_string(random() % 10000);
    }
    out.resize(size);
    return out;
}

std::string noise(size_t size) {
    std::mt19937 random(7);
    std::string out(size, '\0');
    for (char& c : out)
        c = static_cast<char>(random() >> 13);
    return out;
}

struct Made {
    Step step;
    size_t fed;
    std::string bytes;
};

Made make(ktcp_coding coding, const std::string& content, size_t slice = Coder::slice) {
    auto coder = Coder::begin(coding, content.size());
    if (!coder)
        return {Step::failed, 0, {}};
    Step step = Step::more;
    do {
        // Exact, so that a sanitizer sees a read beyond the end.
        const std::string piece = content.substr(coder->fed(), slice);
        step = coder->feed(piece.data(), piece.size());
    } while (step == Step::more);
    Made made{step, coder->fed(), {}};
    if (step == Step::done) {
        const CodedBytes bytes = coder->take();
        made.bytes.assign(bytes.data.get(), bytes.size);
    }
    return made;
}

// As a client does it, without knowing the size; nullopt if it is not exactly one member.
std::optional<std::string> inflated(const std::string& coded, int window_bits) {
    z_stream stream = {};
    if (inflateInit2(&stream, window_bits) != Z_OK)
        return std::nullopt;
    stream.next_in = reinterpret_cast<const Bytef*>(coded.data());
    stream.avail_in = static_cast<uInt>(coded.size());
    std::string out;
    int result = Z_OK;
    while (result == Z_OK) {
        char piece[10000];
        stream.next_out = reinterpret_cast<Bytef*>(piece);
        stream.avail_out = sizeof piece;
        result = inflate(&stream, Z_NO_FLUSH);
        out.append(piece, sizeof piece - stream.avail_out);
    }
    const bool whole = result == Z_STREAM_END && stream.avail_in == 0;
    inflateEnd(&stream);
    return whole ? std::optional(out) : std::nullopt;
}

std::optional<std::string> decoded(ktcp_coding coding, const std::string& coded) {
    if (coding != KTCP_CODING_ZSTD)
        return inflated(coded, coding == KTCP_CODING_GZIP ? MAX_WBITS + 16 : MAX_WBITS);
    const unsigned long long size = ZSTD_getFrameContentSize(coded.data(), coded.size());
    if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR ||
        ZSTD_findFrameCompressedSize(coded.data(), coded.size()) != coded.size())
        return std::nullopt;
    ZSTD_DCtx* context = ZSTD_createDCtx();
    // RFC 9659: a client need not take more.
    ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, 23);
    std::string out(size, '\0');
    ZSTD_inBuffer in = {coded.data(), coded.size(), 0};
    ZSTD_outBuffer to = {out.data(), out.size(), 0};
    const size_t left = ZSTD_decompressStream(context, &to, &in);
    ZSTD_freeDCtx(context);
    if (left != 0 || to.pos != size || in.pos != in.size)
        return std::nullopt;
    return out;
}

const std::vector<size_t> sizes = {2,
                                   511,
                                   512,
                                   513,
                                   4095,
                                   16384,
                                   65535,
                                   65536,
                                   65537,
                                   131071,
                                   131072,
                                   131073,
                                   200000,
                                   1048575,
                                   1024 * 1024,
                                   1048577,
                                   3 * 1024 * 1024 + 17};

TEST(Coder, WhatItMakesIsTheContentForAnyClient) {
    for (ktcp_coding coding : codings)
        for (size_t size : sizes)
            for (const std::string& content : {text(size), std::string(size, '\0')}) {
                const Made made = make(coding, content);
                if (size < 100) {
                    EXPECT_EQ(made.step, Step::pointless) << size;
                    continue;
                }
                ASSERT_EQ(made.step, Step::done) << coding << ' ' << size;
                EXPECT_EQ(made.fed, size);
                EXPECT_LE(made.bytes.size() * 8, size * 7);
                const auto back = decoded(coding, made.bytes);
                ASSERT_TRUE(back) << coding << ' ' << size;
                EXPECT_TRUE(*back == content) << coding << ' ' << size;
            }
}

TEST(Coder, TheSlicesMayBeOfAnySize) {
    for (ktcp_coding coding : codings)
        for (size_t slice : {1ul, 7ul, 1000ul, 65535ul}) {
            const std::string content = text(slice < 1000 ? 3000 : 300000);
            const Made made = make(coding, content, slice);
            ASSERT_EQ(made.step, Step::done) << coding << ' ' << slice;
            EXPECT_TRUE(decoded(coding, made.bytes) == content) << coding << ' ' << slice;
        }
}

TEST(Coder, AnEmptyContentAndOneByteAreNotMadeSmaller) {
    for (ktcp_coding coding : codings)
        for (size_t size : {0ul, 1ul, 2ul, 8ul}) {
            const Made made = make(coding, std::string(size, 'x'));
            EXPECT_EQ(made.step, Step::pointless) << coding << ' ' << size;
        }
}

TEST(Coder, GzipHasAPlainHeader) {
    const std::string coded = make(KTCP_CODING_GZIP, text(10000)).bytes;
    // RFC 1952 section 2.3: no name, no extra field, no comment, no time.
    EXPECT_EQ(coded.substr(0, 8), std::string("\x1f\x8b\x08\0\0\0\0\0", 8));
}

TEST(Coder, DeflateIsTheZlibFormat) {
    const std::string coded = make(KTCP_CODING_DEFLATE, text(10000)).bytes;
    const auto byte = [&](size_t i) { return static_cast<unsigned char>(coded.at(i)); };
    EXPECT_EQ(byte(0) & 15, 8);
    EXPECT_EQ((byte(0) * 256 + byte(1)) % 31, 0);
    EXPECT_FALSE(inflated(coded, -MAX_WBITS));
}

// RFC 8878 section 3.1.1.1: a frame of a single segment has its size for a window.
TEST(Coder, ZstdSaysItsSizeAndNeedsASmallWindow) {
    for (size_t size : {1000ul, 100000ul, 9ul << 20}) {
        const std::string coded = make(KTCP_CODING_ZSTD, text(size)).bytes;
        EXPECT_EQ(ZSTD_getFrameContentSize(coded.data(), coded.size()), size);
        const auto descriptor = static_cast<unsigned char>(coded.at(4));
        const bool single_segment = descriptor & 0x20;
        const auto window = static_cast<unsigned char>(coded.at(5));
        EXPECT_TRUE(single_segment ? size <= 8u << 20 : 10 + (window >> 3) <= 21) << size;
        EXPECT_EQ(descriptor & 3, 0) << "a dictionary";
    }
}

TEST(Coder, GivesUpWhatDoesNotPay) {
    for (ktcp_coding coding : codings)
        for (size_t size : {511ul, 512ul, 4096ul, 65536ul, 131073ul, 1ul << 20, 4ul << 20}) {
            const Made made = make(coding, noise(size));
            EXPECT_EQ(made.step, Step::pointless) << coding << ' ' << size;
            // What the first slices say is believed: the rest is not tried.
            EXPECT_LE(made.fed, 256u * 1024) << coding << ' ' << size;
        }
}

TEST(Coder, GivesUpAtAnEighthAndNotBefore) {
    for (ktcp_coding coding : codings)
        for (size_t size : {40000ul, 1000000ul}) {
            // So much of each block is noise; the rest is nothing.
            const auto content = [size](size_t tenths) {
                std::string out = noise(size);
                for (size_t at = 0; at + 1000 <= size; at += 1000)
                    out.replace(at, 1000 - tenths * 100, 1000 - tenths * 100, '\0');
                return out;
            };
            EXPECT_EQ(make(coding, content(8)).step, Step::done) << coding << ' ' << size;
            EXPECT_EQ(make(coding, content(9)).step, Step::pointless) << coding << ' ' << size;
        }
}

TEST(Coder, ANoisyEndIsNoReasonToGiveUpTheWhole) {
    for (ktcp_coding coding : codings) {
        const std::string content = text(500000) + noise(200000);
        const Made made = make(coding, content);
        ASSERT_EQ(made.step, Step::done) << coding;
        EXPECT_TRUE(decoded(coding, made.bytes) == content) << coding;
    }
}

TEST(Coder, AContentOfAnotherSizeIsAFault) {
    const std::string content = text(Coder::slice + 1);
    for (ktcp_coding coding : codings) {
        auto too_long = Coder::begin(coding, 1000);
        EXPECT_EQ(too_long->feed(content.data(), 1001), Step::failed) << coding;
        auto too_much = Coder::begin(coding, content.size());
        EXPECT_EQ(too_much->feed(content.data(), content.size()), Step::failed) << coding;
        auto nothing = Coder::begin(coding, 1000);
        EXPECT_EQ(nothing->feed(content.data(), 0), Step::failed) << coding;
    }
}

TEST(Coder, MakesWhatItSaysAndNothingElse) {
    for (ktcp_coding coding : {KTCP_CODING_END, KTCP_CODING_IDENTITY, KTCP_CODING_BR}) {
        EXPECT_FALSE(Coder::makes(coding));
        EXPECT_FALSE(Coder::begin(coding, 1000));
    }
    for (ktcp_coding coding : codings)
        EXPECT_TRUE(Coder::makes(coding));
}

// "" or what is wrong when no memory is to be had, at the beginning or later. Needs a process
// without free memory of its own.
std::string without_memory(ktcp_coding coding) {
    mallopt(M_MMAP_THRESHOLD, 128 * 1024); // large pieces come from the system, always
    const std::string content = text(16u << 20);
    malloc_trim(0);
    rlimit before;
    getrlimit(RLIMIT_AS, &before);
    const rlimit none = {1, before.rlim_max};
    for (size_t size : {size_t{1} << 62, content.size()}) {
        setrlimit(RLIMIT_AS, &none);
        auto coder = Coder::begin(coding, size);
        setrlimit(RLIMIT_AS, &before);
        if (coder)
            return "a coder without memory";
    }
    auto coder = Coder::begin(coding, content.size());
    setrlimit(RLIMIT_AS, &none);
    Step step = Step::more;
    while (step == Step::more)
        step = coder->feed(content.data() + coder->fed(), Coder::slice);
    setrlimit(RLIMIT_AS, &before);
    // zlib has all that it needs when it begins.
    return step == (coding == KTCP_CODING_ZSTD ? Step::failed : Step::done) ? "" : "its step";
}

TEST(CoderDeathTest, NoMemoryIsAnAnswer) {
#ifdef __SANITIZE_ADDRESS__
    GTEST_SKIP() << "memory does not end under AddressSanitizer";
#endif
    GTEST_FLAG_SET(death_test_style, "threadsafe"); // a process of its own each
    for (ktcp_coding coding : codings)
        EXPECT_EXIT(
            {
                const std::string fault = without_memory(coding);
                fprintf(stderr, "%s\n", fault.c_str());
                exit(fault.empty() ? 0 : 1);
            },
            testing::ExitedWithCode(0), "")
            << coding;
}

TEST(Coder, MayBeDroppedAtAnyTime) {
    const std::string content = text(300000);
    for (ktcp_coding coding : codings)
        for (size_t slices = 0; slices < 5; slices++) {
            auto coder = Coder::begin(coding, content.size());
            for (size_t i = 0; i < slices; i++)
                ASSERT_EQ(coder->feed(content.data() + coder->fed(), 60000),
                          i < 4 ? Step::more : Step::done);
        }
}

// Of which what take() hands out is not larger than it has to be.
TEST(Coder, ItsMemoryIsBounded) {
    const auto in_use = [] {
        const struct mallinfo2 all = mallinfo2();
        return all.uordblks + all.hblkhd;
    };
    const size_t size = 16u << 20;
    const std::string content = text(size);
#ifdef __SANITIZE_ADDRESS__
    GTEST_SKIP() << "its allocator counts otherwise";
#endif
    for (ktcp_coding coding : codings) {
        const size_t before = in_use();
        auto coder = Coder::begin(coding, size);
        size_t most = 0;
        while (coder->feed(content.data() + coder->fed(), Coder::slice) == Step::more)
            most = std::max(most, in_use() - before);
        const size_t bound = coding == KTCP_CODING_ZSTD ? Coder::zstd_memory : 280 * 1024;
        EXPECT_LE(most, bound + size / 8 * 7) << coding;
        EXPECT_GE(most, size / 2) << coding; // it is seen at all
        const CodedBytes bytes = coder->take();
        coder.reset();
        EXPECT_LE(in_use() - before, bytes.size + 8192) << coding;
        RecordProperty("memory_" + std::to_string(coding), static_cast<int>(most - size / 8 * 7));
    }
}

} // namespace
} // namespace ktcp::user
