// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// However the text is cut, the pairs are the same, and are made of the text itself.
#include "ktcp/socket_pairs.h"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace {

void check(bool condition) {
    if (!condition)
        std::abort();
}

// A part of the text, of at most so many of the bytes that its kind may have.
std::string part(const ktcp_socket_pair& pair, const char* at, size_t size, size_t most,
                 const char* bytes) {
    check(size <= most && at >= pair.text && at + size <= pair.text + pair.text_size);
    const std::string_view view(at, size);
    check(!bytes || view.find_first_not_of(bytes) == view.npos);
    return std::string(view) + '|';
}

std::string describe(const ktcp_socket_pair& pair) {
    std::string out = std::to_string(pair.number) + '/' + std::to_string(pair.line) + '|' +
                      std::string(pair.text, pair.text_size) + (pair.cut ? "...|" : "|");
    check(pair.text_size > 0 && pair.text_size <= 161);
    check(!pair.cut || pair.fault);
    if (pair.fault)
        return out + pair.fault + '\n';
    for (const ktcp_socket_text* s : {&pair.local, &pair.remote}) {
        check(s->address_size > 0);
        out += part(pair, s->address, s->address_size, KTCP_ADDRESS_TEXT_MAX,
                    "0123456789abcdefABCDEF:.");
        check(s->ipv6 == (out.find(':', out.size() - s->address_size - 1) != out.npos));
        if (s->scope_size)
            out += part(pair, s->scope, s->scope_size, KTCP_SCOPE_TEXT_MAX, nullptr);
        out += std::to_string(s->port) + '|';
    }
    return out + '\n';
}

std::string parse(const uint8_t* data, size_t size, size_t piece) {
    ktcp_pair_parser parser;
    ktcp_socket_pair pair;
    std::string out;
    ktcp_pair_parser_open(&parser);
    for (size_t at = 0; at < size;) {
        const size_t take = size - at < piece ? size - at : piece;
        const auto copy = std::make_unique<char[]>(take); // exact, so that ASan sees the end
        std::memcpy(copy.get(), data + at, take);
        for (size_t used = 0, step = 0; used < take; used += step) {
            const bool found =
                ktcp_pair_parser_read(&parser, copy.get() + used, take - used, &step, &pair);
            check(step > 0 && step <= take - used && (found || step == take - used));
            if (found)
                out += describe(pair);
        }
        at += take;
    }
    const bool resting = ktcp_pair_parser_resting(&parser);
    const bool found = ktcp_pair_parser_finish(&parser, &pair);
    check(resting != found);
    check(ktcp_pair_parser_resting(&parser));
    return found ? out + describe(pair) : out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 1)
        return 0;
    const std::string whole = parse(data + 1, size - 1, size);
    check(parse(data + 1, size - 1, 1 + data[0]) == whole);
    check(parse(data + 1, size - 1, 1) == whole);
    return 0;
}
