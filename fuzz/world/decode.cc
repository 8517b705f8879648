// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "world/decode.hh"

#include <zlib.h>
#include <zstd.h>

namespace ktcp::fuzz {
namespace {

constexpr size_t most = 2000000; // no text of ours is larger

bool inflate_all(std::string_view body, int window, std::string& plain) {
    z_stream stream = {};
    if (inflateInit2(&stream, window) != Z_OK)
        return false;
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
    stream.avail_in = static_cast<uInt>(body.size());
    int result = Z_OK;
    while (result == Z_OK && plain.size() < most) {
        const size_t done = plain.size();
        plain.resize(done + 65536);
        stream.next_out = reinterpret_cast<Bytef*>(plain.data() + done);
        stream.avail_out = 65536;
        result = inflate(&stream, Z_NO_FLUSH);
        plain.resize(done + 65536 - stream.avail_out);
    }
    inflateEnd(&stream);
    return result == Z_STREAM_END && stream.avail_in == 0;
}

} // namespace

bool decode(std::string_view coding, std::string_view body, std::string& plain) {
    plain.clear();
    if (coding.empty()) {
        plain = body;
        return true;
    }
    if (coding == "gzip")
        return inflate_all(body, 16 + MAX_WBITS, plain);
    if (coding == "deflate")
        return inflate_all(body, MAX_WBITS, plain);
    if (coding != "zstd")
        return false;
    const unsigned long long size = ZSTD_getFrameContentSize(body.data(), body.size());
    if (size > most)
        return false;
    plain.resize(static_cast<size_t>(size));
    return ZSTD_decompress(plain.data(), plain.size(), body.data(), body.size()) == size;
}

} // namespace ktcp::fuzz
