// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "churn/content_coding.hh"

#include <zlib.h>
#include <zstd.h>

#include <memory>
#include <stdexcept>

namespace ktcp::test {

namespace {

constexpr int gzip_window = 15 + 16, zlib_window = 15;

Bytef* input_of(std::string_view bytes) {
    return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
}

std::string inflate_all(std::string_view bytes, int window) {
    z_stream stream{};
    if (inflateInit2(&stream, window) != Z_OK)
        throw std::runtime_error("zlib does not start");
    std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&stream, inflateEnd);
    stream.next_in = input_of(bytes);
    stream.avail_in = static_cast<uInt>(bytes.size());
    std::string text;
    char buffer[16384];
    int status = Z_OK;
    while (status == Z_OK) {
        stream.next_out = reinterpret_cast<Bytef*>(buffer);
        stream.avail_out = sizeof(buffer);
        status = inflate(&stream, Z_NO_FLUSH);
        text.append(buffer, sizeof(buffer) - stream.avail_out);
    }
    if (status != Z_STREAM_END)
        throw std::runtime_error(std::string("zlib: ") + (stream.msg ? stream.msg : "cut short"));
    if (stream.avail_in)
        throw std::runtime_error("bytes after the end of the compressed ones");
    return text;
}

std::string decode_zstd(std::string_view bytes) {
    std::unique_ptr<ZSTD_DStream, size_t (*)(ZSTD_DStream*)> stream(ZSTD_createDStream(),
                                                                    ZSTD_freeDStream);
    ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
    std::string text;
    char buffer[16384];
    size_t left = 1;
    bool full = true;
    while (left != 0 && (input.pos < input.size || full)) {
        ZSTD_outBuffer output{buffer, sizeof(buffer), 0};
        left = ZSTD_decompressStream(stream.get(), &output, &input);
        if (ZSTD_isError(left))
            throw std::runtime_error(std::string("zstd: ") + ZSTD_getErrorName(left));
        text.append(buffer, output.pos);
        full = output.pos == output.size;
    }
    if (left != 0)
        throw std::runtime_error("zstd: cut short");
    if (input.pos < input.size)
        throw std::runtime_error("bytes after the end of the compressed ones");
    return text;
}

} // namespace

std::string gzip(std::string_view bytes) {
    z_stream stream{};
    if (deflateInit2(&stream, 1, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::runtime_error("zlib does not start");
    std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&stream, deflateEnd);
    std::string coded(deflateBound(&stream, bytes.size()), '\0');
    stream.next_in = input_of(bytes);
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(coded.data());
    stream.avail_out = static_cast<uInt>(coded.size());
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
        throw std::runtime_error("zlib does not compress");
    coded.resize(stream.total_out);
    return coded;
}

std::string decode(std::string_view coding, std::string_view bytes) {
    if (coding == "gzip")
        return inflate_all(bytes, gzip_window);
    if (coding == "deflate")
        return inflate_all(bytes, zlib_window);
    if (coding == "zstd")
        return decode_zstd(bytes);
    throw std::runtime_error("nobody asked for the coding '" + std::string(coding) + "'");
}

} // namespace ktcp::test
