// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// However a request's content is cut, the reader says the same and takes the same.
#include "http/body_reader.hh"

#include <cstdlib>
#include <initializer_list>

using namespace ktcp;
using namespace ktcp::http;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 2)
        return 0;
    const Bytes input(reinterpret_cast<const char*>(data) + 2, size - 2);
    const size_t piece = 1 + data[1] % 16;
    BodyReader whole, cut_up;
    for (BodyReader* body : {&whole, &cut_up})
        data[0] & 1 ? body->begin_chunked(100) : body->begin_length(data[0], 100);

    const BodyReader::Step expected = whole.read(input);
    BodyReader::Step step = {ParseResult::incomplete, 0};
    size_t used = 0;
    do {
        const size_t left = input.size - used;
        step = cut_up.read(Bytes(input.data + used, left < piece ? left : piece));
        used += step.used;
    } while (step.result == ParseResult::incomplete && used < input.size);
    if (step.result != expected.result || used != expected.used ||
        cut_up.error() != whole.error() || expected.used > input.size)
        std::abort();
    return 0;
}
