// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Whole servers over loopback, with the echo protocol: the ways of clients, the
// limits, and the end.
#include "server.hh"

#include "file_protocol.hh"
#include "ktcp/echo.h"
#include "temporary_tree.hh"

#include <arpa/inet.h>
#include <chrono>
#include <csignal>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

namespace ktcp::user {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class ServerTest : public ::testing::Test {
protected:
    ServerTest() {
        std::signal(SIGPIPE, SIG_IGN);
        options.addresses.emplace_back();
        EXPECT_TRUE(ListenAddress::parse("127.0.0.1", options.addresses[0]));
        options.threads = 2;
        options.backlog = 1024;
        options.drain_timeout = 10000;
    }
    void start() { start(ktcp_echo_protocol, nullptr); }
    void start(const ktcp_protocol& protocol, const void* config) {
        server = std::make_unique<Server>(protocol, config, options);
        server->start();
    }
    Descriptor connect(int receive_buffer = 0) {
        Descriptor fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        if (receive_buffer)
            setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        timeval patience = {20, 0};
        setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        to.sin_port = htons(server->port());
        EXPECT_EQ(::connect(fd.get(), reinterpret_cast<sockaddr*>(&to), sizeof to), 0)
            << strerror(errno);
        return fd;
    }
    static void write(const Descriptor& fd, const std::string& text) {
        size_t done = 0;
        while (done < text.size()) {
            ssize_t n = send(fd.get(), text.data() + done, text.size() - done, MSG_NOSIGNAL);
            ASSERT_GT(n, 0) << strerror(errno);
            done += static_cast<size_t>(n);
        }
    }
    // Up to `size` bytes; less at the end of the connection.
    static std::string read(const Descriptor& fd, size_t size) {
        std::string text(size, '\0');
        size_t done = 0;
        while (done < size) {
            ssize_t n = recv(fd.get(), text.data() + done, size - done, 0);
            if (n <= 0)
                break;
            done += static_cast<size_t>(n);
        }
        text.resize(done);
        return text;
    }
    static bool echoes(const Descriptor& fd, const std::string& text) {
        write(fd, text);
        return read(fd, text.size()) == text;
    }
    static void reset(Descriptor& fd) {
        linger hard = {1, 0};
        setsockopt(fd.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        fd = Descriptor();
    }
    uint64_t counted(HostCounter counter) {
        Counters totals;
        server->count(totals);
        return totals[counter];
    }
    template <class Condition> static bool eventually(Condition condition) {
        for (auto end = Clock::now() + 20s; Clock::now() < end;) {
            if (condition())
                return true;
            std::this_thread::sleep_for(5ms);
        }
        return false;
    }

    ServerOptions options;
    std::unique_ptr<Server> server;
};

TEST_F(ServerTest, EchoesEveryByteValue) {
    start();
    Descriptor fd = connect();
    std::string text;
    for (int i = 0; i < 4096; ++i)
        text += static_cast<char>(i * 31 + i / 256);
    EXPECT_TRUE(echoes(fd, text));
}

TEST_F(ServerTest, HalfClosedConnectionsGetTheirEchoAndThenFin) {
    start();
    Descriptor fd = connect();
    std::string text(1 << 20, 'x');
    std::thread writer([&] {
        write(fd, text);
        shutdown(fd.get(), SHUT_WR);
    });
    std::string answer = read(fd, text.size());
    char more;
    EXPECT_EQ(recv(fd.get(), &more, 1, 0), 0);
    writer.join();
    EXPECT_TRUE(answer == text);
}

// FIN in the same packet as the data: there is one edge for both.
TEST_F(ServerTest, DataAndFinTogether) {
    start();
    for (int i = 0; i < 200; ++i) {
        Descriptor fd = connect();
        int cork = 1;
        setsockopt(fd.get(), IPPROTO_TCP, TCP_CORK, &cork, sizeof cork);
        write(fd, "short");
        shutdown(fd.get(), SHUT_WR);
        ASSERT_EQ(read(fd, 6), "short");
    }
    EXPECT_TRUE(eventually([&] { return server->connections() == 0; }));
}

TEST_F(ServerTest, UrgentDataDoesNotHideWhatFollows) {
    start();
    Descriptor fd = connect();
    for (int i = 0; i < 100; ++i) {
        write(fd, "before");
        ASSERT_EQ(send(fd.get(), "!", 1, MSG_OOB), 1);
        write(fd, "after");
        ASSERT_EQ(read(fd, 11), "beforeafter");
    }
}

TEST_F(ServerTest, ThousandsOfConnectionsOverThreads) {
    start();
    std::vector<Descriptor> clients;
    for (int i = 0; i < 3000; ++i)
        clients.push_back(connect());
    ASSERT_TRUE(eventually([&] { return server->connections() == 3000; }));
    for (int round = 0; round < 3; ++round) {
        for (size_t i = 0; i < clients.size(); ++i)
            write(clients[i], "message " + std::to_string(i));
        for (size_t i = 0; i < clients.size(); ++i) {
            std::string expected = "message " + std::to_string(i);
            ASSERT_EQ(read(clients[i], expected.size()), expected);
        }
    }
    for (size_t i = 0; i < clients.size(); ++i) {
        if (i % 3 == 0)
            reset(clients[i]);
        else
            clients[i] = Descriptor();
    }
    EXPECT_TRUE(eventually([&] { return server->connections() == 0; }));
    EXPECT_EQ(counted(count_accepted), 3000u);
}

TEST_F(ServerTest, ResetsInMidTransferHarmNoOne) {
    start();
    Descriptor witness = connect();
    for (int i = 0; i < 300; ++i) {
        Descriptor fd = connect(4096);
        // Enough that the server has bytes to send and to read when the reset comes.
        std::string text(50000, 'r');
        ASSERT_GT(send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT), 0);
        reset(fd);
        if (i % 50 == 0) {
            ASSERT_TRUE(echoes(witness, "still there"));
        }
    }
    EXPECT_TRUE(eventually([&] { return server->connections() == 1; }));
}

TEST_F(ServerTest, AClientThatNeverReadsIsHeldBackAndHindersNoOne) {
    options.threads = 1;
    start();
    Descriptor deaf = connect(4096);
    int flags = MSG_NOSIGNAL | MSG_DONTWAIT;
    std::string text(1 << 16, 'd');
    size_t taken = 0;
    for (auto quiet = Clock::now() + 300ms; Clock::now() < quiet;) {
        ssize_t n = send(deaf.get(), text.data(), text.size(), flags);
        if (n > 0) {
            taken += static_cast<size_t>(n);
            quiet = Clock::now() + 300ms;
        } else {
            std::this_thread::sleep_for(1ms);
        }
        ASSERT_LT(taken, 64u << 20) << "the server takes in what it cannot send";
    }
    Descriptor other = connect();
    for (int i = 0; i < 100; ++i)
        ASSERT_TRUE(echoes(other, "not hindered"));
    // When it reads at last, it gets everything.
    shutdown(deaf.get(), SHUT_WR);
    size_t got = 0;
    for (std::string piece = read(deaf, 1 << 20); !piece.empty(); piece = read(deaf, 1 << 20))
        got += piece.size();
    EXPECT_EQ(got, taken);
}

TEST_F(ServerTest, AFloodDoesNotStarveTheOthers) {
    options.threads = 1;
    start();
    std::atomic<bool> stop{false};
    Descriptor flood = connect();
    std::thread writer([&] {
        std::string text(1 << 16, 'f');
        while (!stop && send(flood.get(), text.data(), text.size(), MSG_NOSIGNAL) > 0) {
        }
    });
    std::thread reader([&] {
        while (!read(flood, 1 << 16).empty()) {
        }
    });
    Descriptor other = connect();
    for (int i = 0; i < 200; ++i)
        EXPECT_TRUE(echoes(other, "patience"));
    stop = true;
    shutdown(flood.get(), SHUT_RDWR);
    writer.join();
    reader.join();
}

TEST_F(ServerTest, TheCapHoldsNewcomersBackUntilSomeoneLeaves) {
    options.max_connections = 4;
    start();
    std::vector<Descriptor> clients;
    for (int i = 0; i < 4; ++i) {
        clients.push_back(connect());
        ASSERT_TRUE(echoes(clients.back(), "in"));
    }
    Descriptor waiting = connect();
    write(waiting, "let me in");
    pollfd poll_in = {waiting.get(), POLLIN, 0};
    EXPECT_EQ(poll(&poll_in, 1, 300), 0);
    EXPECT_EQ(server->connections(), 4u);
    EXPECT_GT(counted(count_accept_pauses), 0u);
    clients.pop_back();
    EXPECT_EQ(read(waiting, 9), "let me in");
}

TEST_F(ServerTest, RunningOutOfDescriptorsNeitherSpinsNorLosesAnyone) {
    options.threads = 1;
    start();
    rlimit before;
    getrlimit(RLIMIT_NOFILE, &before);
    std::vector<Descriptor> sockets; // made before the limit: this process is the client too
    for (int i = 0; i < 20; ++i)
        sockets.emplace_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    rlimit tight = {static_cast<rlim_t>(sockets.back().get()) + 6, before.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(server->port());
    timeval patience = {20, 0};
    for (Descriptor& fd : sockets) {
        setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        ASSERT_EQ(::connect(fd.get(), reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
    }
    EXPECT_TRUE(eventually([&] { return counted(count_accept_pauses) > 0; }));
    timespec cpu_before, cpu_after;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu_before);
    std::this_thread::sleep_for(500ms);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu_after);
    EXPECT_LT((cpu_after.tv_sec - cpu_before.tv_sec) * 1000 +
                  (cpu_after.tv_nsec - cpu_before.tv_nsec) / 1000000,
              100)
        << "milliseconds of CPU in 500 of waiting";
    EXPECT_LT(server->connections(), 20u);
    // One after another is served as the ones before it go.
    for (Descriptor& fd : sockets) {
        EXPECT_TRUE(echoes(fd, "served"));
        fd = Descriptor();
    }
    setrlimit(RLIMIT_NOFILE, &before);
}

TEST_F(ServerTest, DrainEndsIdleConnectionsAndFinishesTheRest) {
    start();
    Descriptor idle = connect(), busy = connect(4096);
    ASSERT_TRUE(echoes(idle, "idle"));
    std::string text(65536, 'b');
    std::atomic<size_t> taken{0};
    std::thread writer([&] {
        for (size_t done = 0; done < 8 << 20;) {
            ssize_t n = send(busy.get(), text.data(), 4096, MSG_NOSIGNAL);
            if (n <= 0)
                return;
            done += static_cast<size_t>(n);
            taken = done;
        }
    });
    ASSERT_TRUE(eventually([&] { return taken > 100000; }));
    char byte;
    ASSERT_EQ(recv(busy.get(), &byte, 1, 0), 1); // its echo is under way
    server->drain();
    EXPECT_EQ(recv(idle.get(), &byte, 1, 0), 0);
    std::string in(65536, '\0');
    while (recv(busy.get(), in.data(), in.size(), 0) > 0) {
        // Up to FIN, or to a reset, since not all that the client sent is read.
    }
    writer.join();
    EXPECT_TRUE(server->wait());
    EXPECT_EQ(server->connections(), 0u);
    Descriptor late(socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(server->port());
    EXPECT_EQ(::connect(late.get(), reinterpret_cast<sockaddr*>(&to), sizeof to), -1);
}

TEST_F(ServerTest, TheDrainTimeoutCutsOffWhoeverDoesNotRead) {
    options.drain_timeout = 200;
    start();
    Descriptor deaf = connect(4096);
    std::string text(1 << 16, 'd');
    for (int i = 0; i < 400; ++i) {
        if (send(deaf.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
            std::this_thread::sleep_for(1ms);
    }
    auto begin = Clock::now();
    server->drain();
    EXPECT_FALSE(server->wait());
    EXPECT_GE(Clock::now() - begin, 200ms);
    EXPECT_LT(Clock::now() - begin, 5s);
    EXPECT_GE(counted(count_aborted), 1u);
}

TEST_F(ServerTest, AbortIsAtOnce) {
    start();
    std::vector<Descriptor> clients;
    for (int i = 0; i < 100; ++i)
        clients.push_back(connect());
    ASSERT_TRUE(eventually([&] { return server->connections() == 100; }));
    server->abort();
    EXPECT_FALSE(server->wait());
    char byte;
    EXPECT_EQ(recv(clients[0].get(), &byte, 1, 0), -1);
    EXPECT_EQ(errno, ECONNRESET);
}

TEST_F(ServerTest, NothingIsLeftOpen) {
    start();
    server.reset(); // whatever a first server leaves behind for good
    size_t descriptors = testing::open_descriptors();
    for (int i = 0; i < 3; ++i) {
        start();
        Descriptor fd = connect();
        EXPECT_TRUE(echoes(fd, "hello"));
        server.reset();
    }
    EXPECT_EQ(testing::open_descriptors(), descriptors);
}

// TCP_CORK left on would keep the last segment back for 200 ms.
TEST_F(ServerTest, TheEndOfALargeFileIsNotHeldBack) {
    testing::TemporaryTree tree;
    options.root = tree.root;
    options.threads = 1; // which the record is shared with
    testing::FileProtocolRecord record;
    record.without_back = true;
    start(testing::file_protocol, &record);
    for (size_t size : {9000, 70001, 1100003}) {
        testing::TemporaryTree::write(tree.root / "file", std::string(size, 'f'));
        Descriptor fd = connect();
        auto begin = Clock::now();
        for (int i = 0; i < 10; ++i) {
            write(fd, "file\n");
            ASSERT_EQ(read(fd, size + 1).size(), size + 1);
        }
        // And the last one, which may wait for the FIN only.
        write(fd, "file\n");
        shutdown(fd.get(), SHUT_WR);
        ASSERT_EQ(read(fd, size + 2).size(), size + 1);
        EXPECT_LT(Clock::now() - begin, 1500ms);
    }
    server.reset();
}

TEST_F(ServerTest, DeadlinesAreKeptWithinATick) {
    testing::TemporaryTree tree;
    options.root = tree.root;
    options.threads = 1;
    testing::FileProtocolRecord record;
    record.patience = 300 * KTCP_MILLISECOND;
    record.when_expired = KTCP_CLOSE;
    start(testing::file_protocol, &record);
    auto begin = Clock::now();
    Descriptor first = connect();
    std::this_thread::sleep_for(150ms);
    Descriptor second = connect();
    write(second, "x\n"); // moves its deadline
    EXPECT_EQ(read(second, 2).size(), 2u);
    char byte;
    EXPECT_EQ(recv(first.get(), &byte, 1, 0), 0);
    EXPECT_GE(Clock::now() - begin, 290ms);
    EXPECT_EQ(recv(second.get(), &byte, 1, 0), 0);
    EXPECT_GE(Clock::now() - begin, 440ms);
    EXPECT_LT(Clock::now() - begin, 5s);
    server.reset();
    EXPECT_EQ(record.expired, 2u);
    EXPECT_EQ(record.closed, 2u);
}

} // namespace
} // namespace ktcp::user
