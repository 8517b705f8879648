// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Whole servers over loopback, of every model, with the echo protocol above all: the ways
// of clients, the limits, and the end.
#include "server.hh"

#include "file_protocol.hh"
#include "ktcp/echo.h"
#include "temporary_tree.hh"

#include <algorithm>
#include <arpa/inet.h>
#include <chrono>
#include <csignal>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ktcp::user {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// Only where the kernel lacks what io_uring has since; here, its stand-in.
constexpr Model single_shot = {"io_uring-single-shot", "", make_single_shot_io_uring_loop,
                               Scale::loops};

std::vector<const Model*> all_models() {
    std::vector<const Model*> all{&single_shot};
    for (const Model& model : models())
        all.push_back(&model);
    return all;
}

std::vector<const Model*> models_but(std::vector<std::string> names) {
    std::vector<const Model*> chosen;
    for (const Model* model : all_models())
        if (std::ranges::find(names, model->name) == names.end())
            chosen.push_back(model);
    return chosen;
}

std::string name_of(const ::testing::TestParamInfo<const Model*>& info) {
    std::string name = info.param->name;
    std::ranges::replace(name, '-', '_');
    return name;
}

class ServerTest : public ::testing::TestWithParam<const Model*> {
protected:
    ServerTest() {
        std::signal(SIGPIPE, SIG_IGN);
        options.addresses.emplace_back();
        EXPECT_TRUE(ListenAddress::parse("127.0.0.1", options.addresses[0]));
        options.model = GetParam();
        options.threads = of(Scale::loops) ? 2 : of(Scale::workers) ? 6 : 1;
        options.backlog = 1024;
        options.drain_timeout = 10000;
    }
    bool of(Scale scale) const { return options.model->scale == scale; }
    bool is(const char* name) const { return options.model->name == std::string_view(name); }
    bool forks() const { return is("fork") || is("prefork"); }
    void in_one_loop() {
        if (of(Scale::loops))
            options.threads = 1;
    }
    // As many clients as the model is asked to serve at once.
    size_t crowd() const {
        if (is("select"))
            return 300; // both ends of each connection are in this process, below 1024
        return of(Scale::loops) ? 3000 : of(Scale::workers) ? 64 : is("thread") ? 500 : 100;
    }
    void start() { start(ktcp_echo_protocol, nullptr); }
    void start(const ktcp_protocol& protocol, const void* config) {
        server = std::make_unique<Server>(protocol, config, options);
        server->start();
    }
    Descriptor connect(int receive_buffer = 0) {
        return connect_to(server->port(), receive_buffer);
    }
    Descriptor connect_from(const char* address) { return connect_to(server->port(), 0, address); }
    static Descriptor connect_to(uint16_t port, int receive_buffer = 0,
                                 const char* from = nullptr) {
        Descriptor fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        if (from) {
            sockaddr_in own{};
            own.sin_family = AF_INET;
            inet_pton(AF_INET, from, &own.sin_addr);
            EXPECT_EQ(bind(fd.get(), reinterpret_cast<sockaddr*>(&own), sizeof own), 0);
        }
        if (receive_buffer)
            setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        timeval patience = {20, 0};
        setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        to.sin_port = htons(port);
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
    // The end of an io_uring that this thread has made may interrupt it (and recv with a
    // time-out does not begin anew).
    static ssize_t receive(const Descriptor& fd, char* to, size_t size) {
        ssize_t n;
        while ((n = recv(fd.get(), to, size, 0)) < 0 && errno == EINTR) {
        }
        return n;
    }
    // Up to `size` bytes; less at the end of the connection.
    static std::string read(const Descriptor& fd, size_t size) {
        std::string text(size, '\0');
        size_t done = 0;
        while (done < size) {
            ssize_t n = receive(fd, text.data() + done, size - done);
            if (n <= 0)
                break;
            done += static_cast<size_t>(n);
        }
        text.resize(done);
        return text;
    }
    // Writes until nothing is taken any more, for nobody reads; returns how much was.
    static constexpr size_t most_in_flight = 64 << 20;
    static size_t fill(const Descriptor& fd) {
        std::string text(1 << 16, 'd');
        size_t taken = 0;
        for (auto quiet = Clock::now() + 300ms; Clock::now() < quiet && taken < most_in_flight;) {
            ssize_t n = send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (n > 0) {
                taken += static_cast<size_t>(n);
                quiet = Clock::now() + 300ms;
            } else {
                std::this_thread::sleep_for(1ms);
            }
        }
        return taken;
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

// Of models that serve several clients at once; of those whose connections are in this
// process, and many; of those that fork.
class ServerOfManyTest : public ServerTest {};
class ServerOfDescriptorsTest : public ServerTest {};
class ServerOfProcessesTest : public ServerTest {};
class ServerOfSelectTest : public ServerTest {};

TEST_P(ServerTest, EchoesEveryByteValue) {
    start();
    Descriptor fd = connect();
    std::string text;
    for (int i = 0; i < 4096; ++i)
        text += static_cast<char>(i * 31 + i / 256);
    EXPECT_TRUE(echoes(fd, text));
}

TEST_P(ServerTest, HalfClosedConnectionsGetTheirEchoAndThenFin) {
    start();
    Descriptor fd = connect();
    std::string text(1 << 20, 'x');
    std::thread writer([&] {
        write(fd, text);
        shutdown(fd.get(), SHUT_WR);
    });
    std::string answer = read(fd, text.size());
    char more;
    EXPECT_EQ(receive(fd, &more, 1), 0);
    writer.join();
    EXPECT_TRUE(answer == text);
}

// FIN in the same packet as the data: there is one edge for both.
TEST_P(ServerTest, DataAndFinTogether) {
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

// A byte like any other (RFC 6093), and it does not hide what follows.
TEST_P(ServerTest, UrgentDataIsData) {
    start();
    Descriptor fd = connect();
    for (int i = 0; i < 100; ++i) {
        write(fd, "before");
        ASSERT_EQ(send(fd.get(), "!", 1, MSG_OOB), 1);
        write(fd, "after");
        ASSERT_EQ(read(fd, 12), "before!after");
    }
}

TEST_P(ServerOfManyTest, CrowdsAtOnce) {
    if (of(Scale::workers))
        options.threads = static_cast<unsigned>(crowd());
    start();
    std::vector<Descriptor> clients;
    while (clients.size() < crowd())
        clients.push_back(connect());
    ASSERT_TRUE(eventually([&] { return server->connections() == crowd(); }));
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
    EXPECT_EQ(counted(count_accepted), crowd());
}

TEST_P(ServerOfManyTest, ResetsInMidTransferHarmNoOne) {
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

TEST_P(ServerOfManyTest, AClientThatNeverReadsIsHeldBackAndHindersNoOne) {
    in_one_loop();
    start();
    Descriptor deaf = connect(4096);
    size_t taken = fill(deaf);
    ASSERT_LT(taken, most_in_flight) << "the server takes in what it cannot send";
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

TEST_P(ServerOfManyTest, AFloodDoesNotStarveTheOthers) {
    in_one_loop();
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

TEST_P(ServerOfManyTest, TheCapHoldsNewcomersBackUntilSomeoneLeaves) {
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
    std::this_thread::sleep_for(300ms);
    EXPECT_EQ(poll(&poll_in, 1, 0), 0);
    EXPECT_EQ(server->connections(), 4u);
    EXPECT_GT(counted(count_accept_pauses), 0u);
    clients.pop_back();
    EXPECT_EQ(read(waiting, 9), "let me in");
}

// Who has as many as one address may have is sent away at once, and let in when one goes.
TEST_P(ServerOfManyTest, AnAddressHasItsShareAndNoMore) {
    options.max_per_address = 4;
    start();
    std::vector<Descriptor> clients;
    for (int i = 0; i < 4; ++i) {
        clients.push_back(connect());
        ASSERT_TRUE(echoes(clients.back(), "in"));
    }
    char byte;
    for (int i = 0; i < 10; ++i) {
        Descriptor refused = connect();
        EXPECT_LE(receive(refused, &byte, 1), 0);
    }
    EXPECT_EQ(server->connections(), 4u);
    EXPECT_EQ(counted(count_refused), 10u);
    Descriptor other = connect_from("127.0.0.2");
    EXPECT_TRUE(echoes(other, "another address"));
    for (int i = 0; i < 20; ++i) {
        if (i % 2)
            reset(clients.back());
        clients.pop_back();
        ASSERT_TRUE(eventually([&] {
            Descriptor next = connect();
            send(next.get(), "again", 5, MSG_NOSIGNAL);
            if (read(next, 5) != "again")
                return false;
            clients.push_back(std::move(next));
            return true;
        }));
    }
    Descriptor refused = connect();
    EXPECT_LE(receive(refused, &byte, 1), 0);
}

TEST_P(ServerOfDescriptorsTest, RunningOutOfDescriptorsNeitherSpinsNorLosesAnyone) {
    in_one_loop();
    size_t others = testing::open_descriptors();
    start();
    size_t own = testing::open_descriptors() - others; // the server's
    server.reset();
    std::vector<Descriptor> sockets; // made before the limit: this process is the client too
    for (int i = 0; i < 20; ++i)
        sockets.emplace_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    rlimit before;
    getrlimit(RLIMIT_NOFILE, &before);
    rlimit tight = {static_cast<rlim_t>(sockets.back().get()) + 1 + own + 5, before.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0);
    start();
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

TEST_P(ServerOfManyTest, DrainEndsIdleConnectionsAndFinishesTheRest) {
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
    ASSERT_EQ(receive(busy, &byte, 1), 1); // its echo is under way
    server->drain();
    EXPECT_EQ(receive(idle, &byte, 1), 0);
    std::string in(65536, '\0');
    while (receive(busy, in.data(), in.size()) > 0) {
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

TEST_P(ServerTest, TheDrainTimeoutCutsOffWhoeverDoesNotRead) {
    options.drain_timeout = 200;
    start();
    Descriptor deaf = connect(4096);
    fill(deaf);
    ASSERT_EQ(server->connections(), 1u);
    auto begin = Clock::now();
    server->drain();
    EXPECT_FALSE(server->wait());
    EXPECT_GE(Clock::now() - begin, 200ms);
    EXPECT_LT(Clock::now() - begin, 5s);
    EXPECT_GE(counted(count_aborted), 1u);
}

TEST_P(ServerOfManyTest, AbortIsAtOnce) {
    start();
    std::vector<Descriptor> clients;
    while (clients.size() < (of(Scale::workers) ? options.threads : 100))
        clients.push_back(connect());
    ASSERT_TRUE(eventually([&] { return server->connections() == clients.size(); }));
    server->abort();
    EXPECT_FALSE(server->wait());
    char byte;
    EXPECT_EQ(receive(clients[0], &byte, 1), -1);
    EXPECT_EQ(errno, ECONNRESET);
}

TEST_P(ServerTest, NothingIsLeftBehind) {
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
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "a child is left";
    EXPECT_EQ(errno, ECHILD);
}

TEST_P(ServerTest, ServesOneAfterAnotherAndCounts) {
    start();
    for (int i = 0; i < 20; ++i) {
        Descriptor fd = connect();
        ASSERT_TRUE(echoes(fd, "number " + std::to_string(i)));
        if (i % 4 == 0)
            reset(fd);
    }
    EXPECT_TRUE(eventually([&] { return server->connections() == 0; }));
    EXPECT_EQ(counted(count_accepted), 20u);
}

TEST_P(ServerTest, DrainEndsASilentConnection) {
    start();
    Descriptor fd = connect();
    ASSERT_TRUE(echoes(fd, "silent from now on"));
    auto begin = Clock::now();
    server->drain();
    char byte;
    EXPECT_EQ(receive(fd, &byte, 1), 0);
    EXPECT_TRUE(server->wait());
    EXPECT_LT(Clock::now() - begin, 5s);
    EXPECT_EQ(server->connections(), 0u);
}

TEST_P(ServerTest, EndsThoughItNeverStarted) {
    server = std::make_unique<Server>(ktcp_echo_protocol, nullptr, options);
    server.reset();
}

// TCP_CORK left on would keep the last segment back for 200 ms.
TEST_P(ServerTest, TheEndOfALargeFileIsNotHeldBack) {
    testing::TemporaryTree tree;
    options.roots = {tree.root};
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

TEST_P(ServerOfManyTest, DeadlinesAreKeptWithinATick) {
    testing::TemporaryTree tree;
    options.roots = {tree.root};
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
    EXPECT_EQ(receive(first, &byte, 1), 0);
    EXPECT_GE(Clock::now() - begin, 290ms);
    EXPECT_EQ(receive(second, &byte, 1), 0);
    EXPECT_GE(Clock::now() - begin, 440ms);
    EXPECT_LT(Clock::now() - begin, 5s);
    server.reset();
    if (!forks()) {
        EXPECT_EQ(record.expired, 2u);
        EXPECT_EQ(record.closed, 2u);
    }
}

// The processes that this one has forked.
std::vector<pid_t> children() {
    std::vector<pid_t> found;
    for (auto& entry : std::filesystem::directory_iterator("/proc")) {
        std::string line;
        std::getline(std::ifstream(entry.path() / "stat"), line);
        int parent = 0; // "pid (name) state parent ..."
        size_t name_end = line.rfind(')');
        if (name_end != line.npos && sscanf(&line[name_end], ") %*c %d", &parent) == 1 &&
            parent == getpid())
            found.push_back(std::stoi(entry.path().filename()));
    }
    return found;
}

TEST_P(ServerOfProcessesTest, AKilledChildIsForgottenAndReplaced) {
    options.threads = 3;
    start();
    Descriptor victim = connect();
    ASSERT_TRUE(echoes(victim, "in a child"));
    EXPECT_EQ(server->connections(), 1u);
    size_t expected = is("fork") ? 1 : options.threads;
    ASSERT_TRUE(eventually([&] { return children().size() == expected; }));
    for (pid_t child : children())
        kill(child, SIGKILL);
    char byte;
    EXPECT_LE(receive(victim, &byte, 1), 0);
    EXPECT_TRUE(eventually([&] { return server->connections() == 0; }));
    Descriptor next = connect();
    EXPECT_TRUE(echoes(next, "in another"));
    server->drain();
    server->wait();
    EXPECT_TRUE(children().empty());
    EXPECT_EQ(counted(count_accepted), 2u) << "what a child counted is lost with it";
}

TEST_P(ServerOfProcessesTest, AKilledChildLeavesItsPlaceToOthers) {
#ifdef __SANITIZE_ADDRESS__
    GTEST_SKIP() << "AddressSanitizer's allocator may be locked by this thread when the server's "
                    "forks, and then is for ever in the child";
#endif
    options.threads = 6;
    options.max_per_address = 2;
    start();
    for (int round = 0; round < 5; ++round) {
        std::vector<Descriptor> clients;
        unsigned attempts = 0;
        ASSERT_TRUE(eventually([&] {
            Descriptor next = connect();
            send(next.get(), "in", 2, MSG_NOSIGNAL);
            ++attempts;
            if (read(next, 2) == "in")
                clients.push_back(std::move(next));
            return clients.size() == 2;
        })) << "round "
            << round << ": " << clients.size() << " clients after " << attempts << " attempts, "
            << children().size() << " children, " << server->connections() << " connections, "
            << counted(count_refused) << " refused";
        char byte;
        Descriptor refused = connect();
        EXPECT_LE(receive(refused, &byte, 1), 0);
        for (pid_t child : children())
            kill(child, SIGKILL);
        for (Descriptor& client : clients)
            EXPECT_LE(receive(client, &byte, 1), 0);
        ASSERT_TRUE(eventually([&] { return server->connections() == 0; }));
    }
}

TEST_P(ServerOfProcessesTest, ChildrenDoNotOutliveTheServer) {
    Descriptor fd;
    int ports[2];
    ASSERT_EQ(pipe(ports), 0);
    pid_t parent = fork();
    if (parent == 0) {
        start();
        uint16_t port = server->port();
        if (::write(ports[1], &port, sizeof port) != sizeof port)
            _exit(1);
        for (;;)
            pause();
    }
    uint16_t port = 0;
    ASSERT_EQ(::read(ports[0], &port, sizeof port), ssize_t{sizeof port});
    fd = connect_to(port);
    EXPECT_TRUE(echoes(fd, "served by a grandchild"));
    kill(parent, SIGKILL);
    waitpid(parent, nullptr, 0);
    char byte;
    ssize_t n = receive(fd, &byte, 1);
    EXPECT_TRUE(n == 0 || (n < 0 && errno == ECONNRESET)) << strerror(errno);
    close(ports[0]);
    close(ports[1]);
}

TEST_P(ServerOfSelectTest, AConnectionBeyondFdSetsizeIsResetAndHarmsNoOne) {
    in_one_loop();
    start();
    Descriptor low = connect();
    ASSERT_TRUE(echoes(low, "low"));
    rlimit before;
    getrlimit(RLIMIT_NOFILE, &before);
    ASSERT_GT(before.rlim_cur, 1100u);
    std::vector<Descriptor> fillers;
    while (fillers.empty() || fillers.back().get() < FD_SETSIZE)
        fillers.emplace_back(dup(low.get()));
    Descriptor high = connect();
    char byte;
    EXPECT_EQ(receive(high, &byte, 1), -1);
    EXPECT_EQ(errno, ECONNRESET);
    fillers.clear();
    EXPECT_TRUE(echoes(low, "still served"));
    Descriptor next = connect();
    EXPECT_TRUE(echoes(next, "as are others"));
}

INSTANTIATE_TEST_SUITE_P(Every, ServerTest, ::testing::ValuesIn(all_models()), name_of);
INSTANTIATE_TEST_SUITE_P(Every, ServerOfManyTest, ::testing::ValuesIn(models_but({"iterative"})),
                         name_of);
INSTANTIATE_TEST_SUITE_P(Every, ServerOfDescriptorsTest,
                         ::testing::ValuesIn(models_but({"iterative", "prefork"})), name_of);
INSTANTIATE_TEST_SUITE_P(Every, ServerOfProcessesTest,
                         ::testing::Values(find_model("fork"), find_model("prefork")), name_of);
INSTANTIATE_TEST_SUITE_P(Every, ServerOfSelectTest, ::testing::Values(find_model("select")),
                         name_of);

} // namespace
} // namespace ktcp::user
