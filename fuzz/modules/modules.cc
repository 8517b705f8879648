// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The modules from outside, in the VM (scripts/fuzz_modules): the input goes to a server in
// the kernel over TCP, or to a file under /proc, and what the module ran for it guides
// libFuzzer. KTCP_TARGET says which: "http HOST:PORT ROOT", "echo HOST:PORT", "pairs FILE".
#include "modules/coverage.hh"
#include "modules/target.hh"
#include "require.hh"

#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <memory>
#include <sstream>
#include <unistd.h>

namespace {

using namespace ktcp::fuzz;

// Each so many inputs, something that must always work.
constexpr unsigned probe_each = 32;

std::unique_ptr<ModuleTarget> make_target() {
    const char* text = getenv("KTCP_TARGET"); // NOLINT(concurrency-mt-unsafe)
    std::istringstream words(text ? text : "");
    std::string kind, where, root;
    words >> kind >> where >> root;
    if (kind == "http" && !root.empty())
        return http_target(where, root);
    if (kind == "echo" && !where.empty())
        return echo_target(where);
    if (kind == "pairs" && !where.empty())
        return pairs_target(where);
    fail("KTCP_TARGET is to be 'http HOST:PORT ROOT', 'echo HOST:PORT' or 'pairs FILE'", "");
}

// The kernel's reports of itself set bits; loading the module has set others before.
unsigned long taint() {
    unsigned long bits = 0;
    std::ifstream("/proc/sys/kernel/tainted") >> bits;
    return bits;
}

// Should the kernel die of an input, it is still in this file.
void keep(const uint8_t* data, size_t size) {
    static const int fd = [] {
        const char* path = getenv("KTCP_LAST_INPUT"); // NOLINT(concurrency-mt-unsafe)
        return path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644) : -1;
    }();
    if (fd >= 0)
        check(pwrite(fd, data, size, 0) == static_cast<ssize_t>(size) &&
                  ftruncate(fd, static_cast<off_t>(size)) == 0,
              "the last input cannot be kept");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const std::unique_ptr<ModuleTarget> target = make_target();
    static Coverage coverage(target->runs_in_caller() ? Coverage::Of::this_task
                                                      : Coverage::Of::clients);
    static const unsigned long clean = taint();
    static unsigned runs = 0;
    if (runs++ == 0)
        std::fprintf(stderr, "coverage: %s\n",
                     coverage.enabled() ? "by KCOV" : "none (is CONFIG_KCOV set?)");
    if (runs % probe_each == 1)
        target->probe();
    keep(data, size);
    coverage.begin();
    target->run(Input(data, size));
    coverage.end();
    check(taint() == clean, "the kernel has something to report; see its log");
    return 0;
}
