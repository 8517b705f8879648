// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// However a head is cut, the parser says the same, and reads nothing beyond it.
#include "http/request_parser.hh"

#include <cstdlib>
#include <cstring>
#include <memory>

using namespace ktcp;
using namespace ktcp::http;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 2 || size > KTCP_BUFFER_SIZE)
        return 0;
    const HeadLimits limits = {256 + data[0] * 31u, 8192, 100};
    const size_t cut = data[1] * (size - 2) / 255;
    const auto copy = std::make_unique<char[]>(size - 2); // exact, so that ASan sees the end
    std::memcpy(copy.get(), data + 2, size - 2);

    RequestParser whole, cut_up;
    const ParseResult expected = whole.parse(Bytes(copy.get(), size - 2), limits);
    ParseResult result = cut_up.parse(Bytes(copy.get(), cut), limits);
    if (result == ParseResult::incomplete)
        result = cut_up.parse(Bytes(copy.get(), size - 2), limits);
    if (result != expected)
        std::abort();
    if (cut_up.request().method != whole.request().method)
        std::abort();
    if (result == ParseResult::invalid &&
        (cut_up.error() != whole.error() || static_cast<int>(whole.error()) < 400))
        std::abort();
    if (result == ParseResult::complete &&
        (cut_up.head_size() != whole.head_size() || whole.head_size() > limits.head ||
         whole.request().target.empty()))
        std::abort();
    return 0;
}
