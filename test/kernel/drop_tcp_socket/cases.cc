// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// drop_tcp_socket_cases [GROUP...]: what the file must do, on the machine that this
// runs on: wants drop-tcp-socket.ko loaded, CAP_NET_ADMIN, and fe80::77 on lo.
#include "kernel/drop_tcp_socket/cases.hh"

#include <csignal>
#include <cstdio>
#include <exception>
#include <map>

namespace ktcp::test {
namespace {

int passed = 0;
int failed = 0;

int run(int argc, char** argv) {
    const std::map<std::string, void (*)()> groups = {{"names", name_cases},
                                                      {"states", state_cases},
                                                      {"errors", error_cases},
                                                      {"pieces", piece_cases},
                                                      {"listeners", listener_cases}};
    std::signal(SIGPIPE, SIG_IGN);
    for (const auto& [name, cases] : groups) {
        bool wanted = argc == 1;
        for (int i = 1; i < argc; i++)
            wanted |= name == argv[i];
        if (!wanted)
            continue;
        try {
            cases();
        } catch (const std::exception& e) {
            expect(false, name + ": " + e.what());
        }
    }
    std::printf("%d passed, %d failed\n", passed, failed);
    return failed == 0 && passed > 0 ? 0 : 1;
}

} // namespace

void expect(bool condition, const std::string& what) {
    std::printf("%s - %s\n", condition ? "ok" : "not ok", what.c_str());
    std::fflush(stdout);
    (condition ? passed : failed)++;
}

} // namespace ktcp::test

int main(int argc, char** argv) { return ktcp::test::run(argc, argv); }
