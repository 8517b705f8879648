// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// drop_tcp_socket_burst [--hold] ADDRESS COUNT: makes COUNT connections to itself and
// closes them, so that as many wait in TIME-WAIT; with --hold keeps them open until a
// line comes on standard input, and says then how many were ended. Prints the
// listener's port first.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <exception>

#include "kernel/drop_tcp_socket/connection.hh"

using namespace ktcp::test;

int main(int argc, char** argv) {
    const bool hold = argc == 4 && std::strcmp(argv[1], "--hold") == 0;
    if (argc != 3 && !hold) {
        std::fprintf(stderr, "usage: drop_tcp_socket_burst [--hold] ADDRESS COUNT\n");
        return 2;
    }
    try {
        const Listener listener(argv[argc - 2]);
        const char* to = std::strcmp(argv[argc - 2], "::") == 0 ? "::ffff:127.0.0.1" : "";
        std::deque<Connection> held;
        for (int count = std::atoi(argv[argc - 1]); count > 0; count--) {
            Connection c(listener, to);
            if (hold) {
                held.push_back(std::move(c));
                continue;
            }
            c.client.close();
            end_of(c.server.fd()); // or both ends wait in TIME-WAIT
            c.server.close();
        }
        std::printf("%u\n", listener.address().port());
        std::fflush(stdout);
        if (!hold)
            return 0;
        std::getchar();
        size_t ended = 0;
        for (const Connection& c : held)
            ended += socket_error(c.server.fd()) != 0;
        std::printf("%zu\n", ended);
        return listener.serves() ? 0 : 1;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "drop_tcp_socket_burst: %s\n", e.what());
        return 1;
    }
}
