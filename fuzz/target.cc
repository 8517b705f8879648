// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Whatever the target, the path keeps the promises of ktcp_resource_request.
#include "http/target.hh"
#include "base/ascii.hh"

#include <cstdlib>
#include <string_view>

using namespace ktcp;
using namespace ktcp::http;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    char path[path_capacity];
    const Bytes input(reinterpret_cast<const char*>(data), size);
    if (!ascii::all(input, ascii::target))
        return 0; // RequestParser lets none of these through
    const Target target = parse_target(input, path);
    if (target.error != Status::none)
        return 0;
    if (target.path_size >= path_capacity || path[target.path_size] != '\0')
        std::abort();
    std::string_view rest(path, target.path_size);
    if (rest.find('\0') != rest.npos)
        std::abort();
    while (target.path_size != 0) {
        const size_t slash = rest.find('/');
        const std::string_view segment = rest.substr(0, slash);
        if (segment.empty() || segment == "." || segment == "..")
            std::abort();
        if (slash == rest.npos)
            break;
        rest.remove_prefix(slash + 1);
    }
    return 0;
}
