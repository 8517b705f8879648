// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Makes the coded form of a content (RFC 9110 section 8.4.1), a slice of work at a time.
#pragma once

#include "ktcp/protocol.h"

#include <cstddef>
#include <cstdlib>
#include <memory>

namespace ktcp::user {

// Bytes on the heap, of exactly the size that they have.
struct CodedBytes {
    struct Free {
        void operator()(char* bytes) const noexcept { std::free(bytes); }
    };
    std::unique_ptr<char[], Free> data;
    size_t size = 0;
};

// One content, one coding. Whoever has it feeds it the content from its beginning, `slice`
// bytes at most in a call, and does other things in between: a slice is a few
// milliseconds' work at most. It may be dropped at any time.
//
// gzip (RFC 1952) and deflate (RFC 1950) are zlib's, zstd (RFC 8878) is libzstd's: one
// frame that says how large the content is, with a window that any client has to take (RFC
// 9659: 8 MiB). A coding pays if it saves at least an eighth: it is tried no further as
// soon as it cannot, or as what was fed so far did not.
//
// Takes so much memory beside what it makes: gzip and deflate 268 KiB, zstd `zstd_memory`;
// and never makes more bytes than seven eighths of the content.
class Coder {
public:
    static constexpr size_t slice = 64 * 1024;
    // Each coded form is sent many times and made once, but others wait for the loop in
    // the meantime. These are the libraries' own defaults; beyond them time grows faster
    // than bytes go (a megabyte of HTML: zlib's 9 takes 33 ms instead of 16 for 1 % less,
    // zstd's 9 takes 15 ms instead of 2.4 for 16 % less).
    static constexpr int zlib_level = 6;
    static constexpr int zstd_level = 3;
    static constexpr int zstd_window_bits = 21; // that level's own: 2 MiB
    static constexpr size_t zstd_memory = 6 * 1024 * 1024;

    static bool makes(ktcp_coding coding) noexcept {
        return coding == KTCP_CODING_GZIP || coding == KTCP_CODING_DEFLATE ||
               coding == KTCP_CODING_ZSTD;
    }

    // For a content of that size; nullptr: there is no memory, or makes() is false.
    static std::unique_ptr<Coder> begin(ktcp_coding coding, size_t size) noexcept;
    virtual ~Coder() = default;
    Coder(const Coder&) = delete;
    Coder& operator=(const Coder&) = delete;

    enum class Step {
        more,      // feed on
        done,      // take()
        pointless, // it does not pay, and never will for this content
        failed,    // no memory; or the content is not of the size that was told
    };
    // The next n bytes, at most `slice`; all of them are taken. After any other answer
    // than `more` it is not to be fed again.
    Step feed(const void* bytes, size_t n) noexcept;
    // How much was fed: where the next slice begins.
    size_t fed() const noexcept { return fed_; }
    size_t size() const noexcept { return size_; }

    // Once, after `done`.
    CodedBytes take() noexcept;

protected:
    explicit Coder(size_t size) noexcept : size_(size), room_(size - size / 8 - (size % 8 != 0)) {}

    // Codes all n bytes behind out()+made_; `last` says that none follow. Answers more (or
    // done, if last), pointless if the room is used up, or failed.
    virtual Step code(const void* bytes, size_t n, bool last) noexcept = 0;

    char* place() const noexcept { return out_.data.get() + out_.size; }
    size_t room() const noexcept { return room_ - out_.size; }
    void made(size_t n) noexcept { out_.size += n; }

private:
    const size_t size_;
    const size_t room_; // the most that pays
    size_t fed_ = 0;
    CodedBytes out_;
};

} // namespace ktcp::user
