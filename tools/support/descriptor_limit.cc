// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "descriptor_limit.hh"

#include <sys/resource.h>

namespace ktcp::tools {

std::uint64_t raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return ~std::uint64_t{0};
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
}

} // namespace ktcp::tools
