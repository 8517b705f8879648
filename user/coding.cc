// SPDX-License-Identifier: MIT OR GPL-2.0-only
#define ZLIB_CONST // input is not written to
#include "coding.hh"

#include <algorithm>
#include <cassert>
#include <new>
#include <zlib.h>
#include <zstd.h>

namespace ktcp::user {

namespace {

// Of the window that finds repetitions, and of the memory beside it: zlib's own choice.
constexpr int zlib_window_bits = MAX_WBITS;
constexpr int zlib_gzip_format = 16; // added to the former
constexpr int zlib_memory_level = 8;

class ZlibCoder final : public Coder {
public:
    ZlibCoder(size_t size, bool gzip) noexcept : Coder(size) {
        ready_ = deflateInit2(&stream_, zlib_level, Z_DEFLATED,
                              zlib_window_bits + (gzip ? zlib_gzip_format : 0), zlib_memory_level,
                              Z_DEFAULT_STRATEGY) == Z_OK;
    }
    ~ZlibCoder() override {
        if (ready_)
            deflateEnd(&stream_);
    }
    bool ready() const { return ready_; }

private:
    Step code(const void* bytes, size_t n, bool last) noexcept override {
        // zlib counts in 32 bits; a slice never makes more than this.
        constexpr size_t most = 16 * slice;
        stream_.next_in = static_cast<const Bytef*>(bytes);
        stream_.avail_in = static_cast<uInt>(n);
        for (;;) {
            const size_t out = std::min(room(), most);
            stream_.next_out = reinterpret_cast<Bytef*>(place());
            stream_.avail_out = static_cast<uInt>(out);
            const int result = deflate(&stream_, last ? Z_FINISH : Z_NO_FLUSH);
            made(out - stream_.avail_out);
            if (result == Z_STREAM_END)
                return Step::done;
            // Z_BUF_ERROR: there was no room to go on.
            if (result != Z_OK && result != Z_BUF_ERROR)
                return Step::failed;
            if (room() == 0)
                return Step::pointless;
            if (stream_.avail_in == 0 && !last)
                return Step::more;
        }
    }

    z_stream stream_ = {};
    bool ready_ = false;
};

class ZstdCoder final : public Coder {
public:
    explicit ZstdCoder(size_t size) noexcept : Coder(size), context_(ZSTD_createCCtx()) {}
    ~ZstdCoder() override { ZSTD_freeCCtx(context_); }

    bool ready() const noexcept {
        const auto set = [this](ZSTD_cParameter parameter, int value) {
            return !ZSTD_isError(ZSTD_CCtx_setParameter(context_, parameter, value));
        };
        return context_ && set(ZSTD_c_compressionLevel, zstd_level) &&
               set(ZSTD_c_windowLog, zstd_window_bits) &&
               !ZSTD_isError(ZSTD_CCtx_setPledgedSrcSize(context_, size()));
    }

private:
    Step code(const void* bytes, size_t n, bool last) noexcept override {
        ZSTD_inBuffer in = {bytes, n, 0};
        for (;;) {
            ZSTD_outBuffer out = {place(), room(), 0};
            const size_t left =
                ZSTD_compressStream2(context_, &out, &in, last ? ZSTD_e_end : ZSTD_e_continue);
            made(out.pos);
            if (ZSTD_isError(left))
                return Step::failed;
            if (last && left == 0)
                return Step::done;
            if (room() == 0)
                return Step::pointless;
            if (in.pos == in.size && !last)
                return Step::more;
        }
    }

    ZSTD_CCtx* const context_;
};

} // namespace

std::unique_ptr<Coder> Coder::begin(ktcp_coding coding, size_t size) noexcept {
    std::unique_ptr<Coder> made;
    if (coding == KTCP_CODING_GZIP || coding == KTCP_CODING_DEFLATE) {
        auto* coder = new (std::nothrow) ZlibCoder(size, coding == KTCP_CODING_GZIP);
        made.reset(coder);
        if (!coder || !coder->ready())
            return nullptr;
    } else if (coding == KTCP_CODING_ZSTD) {
        auto* coder = new (std::nothrow) ZstdCoder(size);
        made.reset(coder);
        if (!coder || !coder->ready())
            return nullptr;
    } else {
        return nullptr;
    }
    // Pages that are not written to cost nothing; take() gives back what is left.
    made->out_.data.reset(static_cast<char*>(std::malloc(std::max<size_t>(made->room_, 1))));
    return made->out_.data ? std::move(made) : nullptr;
}

Coder::Step Coder::feed(const void* bytes, size_t n) noexcept {
    if (n > slice || n > size_ - fed_ || (n == 0 && size_ != fed_))
        return Step::failed;
    fed_ += n;
    const bool last = fed_ == size_;
    if (room_ == 0)
        return Step::pointless;
    const Step step = code(bytes, n, last);
    // Both libraries hold back up to a block of what they took, so this is the least that
    // those bytes become. That the rest would make up for it is not worth the time.
    if (step == Step::more && fed_ >= slice && out_.size > fed_ - fed_ / 8)
        return Step::pointless;
    return step;
}

CodedBytes Coder::take() noexcept {
    assert(fed_ == size_);
    if (char* trimmed = static_cast<char*>(std::realloc(out_.data.get(), out_.size))) {
        (void)out_.data.release();
        out_.data.reset(trimmed);
    }
    return std::move(out_);
}

} // namespace ktcp::user
