// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "integration/machine.hh"

#include <sys/resource.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace ktcp::test {

unsigned count_kernel_threads() {
    constexpr int kthreadd = 2;
    unsigned count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        std::ifstream in(entry.path() / "stat");
        std::string line;
        if (!std::getline(in, line))
            continue; // not a process, or one that has ended
        // PID (NAME) STATE PPID ...: the name may contain anything.
        size_t end = line.rfind(')');
        if (end == line.npos)
            continue;
        std::istringstream rest(line.substr(end + 1));
        char state = 0;
        int parent = -1;
        rest >> state >> parent;
        count += parent == kthreadd;
    }
    return count;
}

uint64_t available_memory() {
    std::ifstream in("/proc/meminfo");
    std::string name;
    uint64_t kibibytes = 0;
    for (std::string line; std::getline(in, line);) {
        std::istringstream words(line);
        if (words >> name >> kibibytes && name == "MemAvailable:")
            return kibibytes * 1024;
    }
    return 0;
}

uint64_t raise_descriptor_limit() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

} // namespace ktcp::test
