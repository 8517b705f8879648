// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "support/endpoint.hh"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <thread>

namespace ktcp::test {
namespace {

std::atomic<int> interruptions;

// On a port of its own, with room for one connection that nobody has accepted.
struct NarrowListener {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    Endpoint endpoint;

    NarrowListener() {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
        EXPECT_EQ(listen(fd, 0), 0);
        endpoint.size = sizeof(endpoint.address);
        getsockname(fd, reinterpret_cast<sockaddr*>(&endpoint.address), &endpoint.size);
    }
    ~NarrowListener() { close(fd); }
};

// As libFuzzer's alarm does it.
TEST(Socket, ASignalDoesNotEndConnecting) {
    struct sigaction action {};
    action.sa_handler = [](int) { interruptions++; };
    sigaction(SIGUSR1, &action, nullptr);
    NarrowListener listener;
    Socket first = Socket::connect(listener.endpoint);
    pthread_t connecting = pthread_self();
    // The second one's SYN is dropped, and sent again after a second.
    std::thread other([&] {
        for (int i = 0; i < 3; i++) {
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
            pthread_kill(connecting, SIGUSR1);
        }
        Socket accepted(accept(listener.fd, nullptr, nullptr));
        EXPECT_TRUE(accepted.open());
    });
    EXPECT_NO_THROW(Socket::connect(listener.endpoint));
    other.join();
    EXPECT_EQ(interruptions, 3);
}

} // namespace
} // namespace ktcp::test
