// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// One connection driven by hand over a pair of stream sockets: what it does at each
// verdict, and what it asks its server model to wait for.
#include "connection.hh"

#include "file_protocol.hh"
#include "ktcp/os.h"
#include "temporary_tree.hh"

#include <csignal>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <optional>
#include <sys/socket.h>
#include <unistd.h>

namespace ktcp::user {
namespace {

using testing::TemporaryTree;
namespace fs = std::filesystem;

std::string pattern(size_t size) {
    std::string text(size, '\0');
    for (size_t i = 0; i < size; ++i)
        text[i] = static_cast<char>('a' + (i * 7 + i / 251) % 26);
    return text;
}

class ConnectionTest : public ::testing::Test {
protected:
    ConnectionTest() {
        std::signal(SIGPIPE, SIG_IGN); // as the programs do: sendfile has no flag for it
        std::signal(SIGIO, SIG_IGN);   // file_reading.hh
        TemporaryTree::write(tree.root / "small", "hello");
        TemporaryTree::write(tree.root / "empty", "");
        TemporaryTree::write(tree.root / "buffer", pattern(KTCP_BUFFER_SIZE));
        TemporaryTree::write(tree.root / "more", pattern(KTCP_BUFFER_SIZE + 1));
        TemporaryTree::write(tree.root / "large", pattern(3000000));
        usleep(30000); // what was changed in this tick of the clock is put off
        int pair[2];
        EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
        peer = Descriptor(pair[0]);
        connection = worker.adopt({pair[1]});
    }
    ~ConnectionTest() override {
        if (connection)
            worker.end(*connection);
        EXPECT_EQ(worker.buffers.lent(), 0u);
        EXPECT_EQ(record.opened, record.closed);
        EXPECT_EQ(service.connections, 0u);
    }

    void write(const std::string& text) {
        ASSERT_EQ(::write(peer.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }
    std::string read() {
        std::string text(1 << 20, '\0');
        ssize_t n = ::read(peer.get(), text.data(), text.size());
        text.resize(n > 0 ? static_cast<size_t>(n) : 0);
        return text;
    }
    Progress ready(bool readable, bool writable, bool to_the_end = false) {
        connection->ready(readable, writable, to_the_end);
        return connection->drive();
    }
    Progress ready_to_the_last(bool readable, bool writable) {
        Progress progress = ready(readable, writable);
        while (progress == Progress::again)
            progress = connection->drive();
        return progress;
    }
    // What was changed just now is put off: the model would wait, and ask again.
    Progress settle(Progress progress) {
        while (progress == Progress::again ||
               (progress == Progress::waiting && !connection->wants_readable() &&
                !connection->wants_writable())) {
            if (progress == Progress::waiting) {
                usleep(5000);
                worker.read_clock();
                connection->expire();
            }
            progress = connection->drive();
        }
        return progress;
    }
    std::string ask(const std::string& name) {
        write(name + "\n");
        EXPECT_EQ(settle(ready_to_the_last(true, false)), Progress::waiting);
        std::string answer;
        for (std::string piece = read(); !piece.empty(); piece = read()) {
            answer += piece;
            EXPECT_EQ(ready_to_the_last(false, true), Progress::waiting);
        }
        return answer;
    }
    void end() {
        worker.end(*connection);
        connection = nullptr;
    }

    TemporaryTree tree;
    Roots roots{std::vector<std::string>{tree.root}};
    testing::FileProtocolRecord record;
    Service service{.protocol = testing::file_protocol,
                    .config = &record,
                    .roots = &roots,
                    .max_connections = 100,
                    .pool = 1,
                    .records = Records(1),
                    .spare = SpareMemory(3 * KTCP_BUFFER_SIZE + 1)};
    Worker worker{service, *service.records.take()};
    Descriptor peer;
    Connection* connection = nullptr;
};

TEST_F(ConnectionTest, ServesFilesOfEverySize) {
    EXPECT_EQ(ask("small"), "<hello>\n");
    EXPECT_EQ(ask("empty"), "<>\n");
    EXPECT_EQ(ask("buffer"), "<" + pattern(KTCP_BUFFER_SIZE) + ">\n");
    EXPECT_EQ(ask("more"), "<" + pattern(KTCP_BUFFER_SIZE + 1) + ">\n");
    EXPECT_EQ(ask("large"), "<" + pattern(3000000) + ">\n");
    EXPECT_EQ(ask("nothing"), std::to_string(KTCP_RESOURCE_NOT_FOUND) + "\n");
}

TEST_F(ConnectionTest, AHeadAndASmallBodyLeaveInOneCall) {
    // A stream of packets that keeps boundaries: each send is one record.
    end();
    int pair[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair), 0);
    peer = Descriptor(pair[0]);
    connection = worker.adopt({pair[1]});
    write("small\n");
    ready(true, false);
    EXPECT_EQ(read(), "<hello>\n");
}

TEST_F(ConnectionTest, HoldsNoBufferWhileItWaits) {
    ask("small");
    EXPECT_EQ(worker.buffers.lent(), 0u);
    write("large\n");
    EXPECT_EQ(ready(true, false), Progress::waiting);
    EXPECT_TRUE(connection->wants_writable());
    EXPECT_EQ(worker.buffers.lent(), 0u);
}

TEST_F(ConnectionTest, ListsADirectory) {
    fs::create_directory(tree.root / "dir");
    for (int i = 0; i < 100; ++i)
        TemporaryTree::write(tree.root / "dir" / std::to_string(i), "");
    std::string answer = ask("dir");
    EXPECT_EQ(std::count(answer.begin(), answer.end(), '\n'), 101);
    EXPECT_EQ(answer.front(), '[');
    EXPECT_EQ(answer.substr(answer.size() - 3), "\n]\n");
}

TEST_F(ConnectionTest, AFileThatHasShrunkFailsTheResource) {
    write("large\n");
    ASSERT_EQ(ready(true, false), Progress::waiting);
    fs::resize_file(tree.root / "large", 1000);
    Progress progress = Progress::waiting;
    while (progress == Progress::waiting && !read().empty())
        progress = ready(false, true);
    EXPECT_EQ(progress, Progress::ended);
    EXPECT_EQ(record.failed, 1u);
    end();
    EXPECT_EQ(worker.counters[count_aborted], 1u);
}

TEST_F(ConnectionTest, ALongPipelineIsServedInTurns) {
    std::string names;
    for (int i = 0; i < 100; ++i)
        names += "small\n";
    write(names);
    EXPECT_EQ(ready(true, false), Progress::again);
    int turns = 1;
    while (connection->drive() == Progress::again)
        ++turns;
    EXPECT_GE(turns, 100 * 2 * Connection::io_cost / Connection::budget);
    std::string answer = read();
    EXPECT_EQ(answer.size(), 100 * std::string("<hello>\n").size());
}

// As where a file system has no splice: then sendfile says EINVAL, as it does for a
// socket opened to append.
TEST_F(ConnectionTest, WithoutSendfileALargeFileIsCopied) {
    fcntl(connection->fd(), F_SETFL, O_NONBLOCK | O_APPEND);
    EXPECT_EQ(ask("large"), "<" + pattern(3000000) + ">\n");
    EXPECT_EQ(ask("more"), "<" + pattern(KTCP_BUFFER_SIZE + 1) + ">\n");
}

TEST_F(ConnectionTest, StopsBeforeAResourceWhileRequestsAreGathered) {
    worker.gathering = true;
    write("small\n");
    EXPECT_EQ(ready(true, false), Progress::again);
    EXPECT_EQ(worker.counters[count_cache_misses], 0u);
    worker.gathering = false;
    EXPECT_EQ(connection->drive(), Progress::waiting);
    EXPECT_EQ(read(), "<hello>\n");
}

TEST_F(ConnectionTest, AShortReadEndsReadingUnlessSomethingFollows) {
    write("small\n");
    EXPECT_EQ(ready(true, false), Progress::waiting);
    EXPECT_TRUE(connection->wants_readable());
    write("small\n");
    shutdown(peer.get(), SHUT_WR);
    EXPECT_EQ(ready(true, false, true), Progress::ended);
    EXPECT_EQ(read(), "<hello>\n<hello>\n");
    EXPECT_EQ(record.ended, 1u);
}

TEST_F(ConnectionTest, AFalseAlarmChangesNothing) {
    EXPECT_EQ(ready(true, true), Progress::waiting);
    EXPECT_TRUE(connection->wants_readable());
}

TEST_F(ConnectionTest, NoMemoryForABufferAborts) {
    record.without_buffer = true;
    write("small\n");
    EXPECT_EQ(ready(true, false), Progress::ended);
    end();
    EXPECT_EQ(worker.counters[count_aborted], 1u);
}

TEST_F(ConnectionTest, APeerThatIsGoneEndsIt) {
    write("large\n");
    ready(true, false);
    peer = Descriptor();
    EXPECT_EQ(ready(true, true, true), Progress::ended);
}

TEST_F(ConnectionTest, ShutdownSendsFinAndWaitsForThePeers) {
    record.when_expired = KTCP_SHUTDOWN;
    connection->expire();
    EXPECT_EQ(connection->drive(), Progress::waiting);
    char byte;
    EXPECT_EQ(::read(peer.get(), &byte, 1), 0);
    EXPECT_TRUE(connection->wants_readable());
    shutdown(peer.get(), SHUT_WR);
    EXPECT_EQ(ready(true, false, true), Progress::ended);
}

TEST_F(ConnectionTest, ShutdownAfterThePeersFinIsTheEnd) {
    shutdown(peer.get(), SHUT_WR);
    record.when_expired = KTCP_SHUTDOWN;
    connection->expire();
    EXPECT_EQ(ready(true, false, true), Progress::ended);
}

TEST_F(ConnectionTest, ADrainReachesAnIdleSessionAtOnce) {
    connection->drain();
    EXPECT_EQ(connection->drive(), Progress::ended);
    EXPECT_EQ(record.drained, 1u);
}

TEST_F(ConnectionTest, ADrainLetsAResponseEnd) {
    write("large\nsmall\n");
    ASSERT_EQ(ready(true, false), Progress::waiting);
    connection->drain();
    Progress progress = connection->drive();
    std::string answer;
    for (std::string piece = read(); !piece.empty(); piece = read()) {
        answer += piece;
        if (progress != Progress::ended)
            progress = ready(false, true);
    }
    EXPECT_EQ(progress, Progress::ended);
    EXPECT_EQ(record.drained, 1u);
    EXPECT_EQ(answer.size(), 3000000u + 3); // the second name was not begun
}

TEST_F(ConnectionTest, ALaterDeadlineIsLeftAndAnEarlierOneMovesUp) {
    record.patience = 10 * KTCP_SECOND;
    ask("small");
    worker.reschedule(*connection);
    ktcp_time first = worker.deadlines.first_due();
    EXPECT_EQ(first, worker.now.monotonic + 10 * KTCP_SECOND);
    record.patience = 20 * KTCP_SECOND;
    ask("small");
    worker.reschedule(*connection);
    EXPECT_EQ(worker.deadlines.first_due(), first);
    record.patience = KTCP_SECOND;
    ask("small");
    worker.reschedule(*connection);
    EXPECT_EQ(worker.deadlines.first_due(), worker.now.monotonic + KTCP_SECOND);
}

// Nothing else wakes a connection whose file has to come to rest first.
TEST_F(ConnectionTest, WhatIsPutOffIsLookedAtAgainSoon) {
    int writer = ::open((tree.root / "fresh").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    ASSERT_EQ(::write(writer, "fresh", 5), 5);
    write("fresh\n");
    EXPECT_EQ(ready_to_the_last(true, false), Progress::waiting);
    EXPECT_FALSE(connection->wants_readable() || connection->wants_writable());
    EXPECT_LE(worker.deadlines.first_due(), worker.now.monotonic + KTCP_SECOND);
    ::close(writer);
    EXPECT_EQ(settle(Progress::waiting), Progress::waiting);
    EXPECT_EQ(read(), "<fresh>\n");
}

// What a listing is sorted in: so much for all, and it comes back.
TEST_F(ConnectionTest, SpareMemoryEndsAndComesBack) {
    std::vector<void*> buffers;
    for (int round = 0; round < 3; ++round) {
        for (void* buffer; (buffer = ktcp_os_spare_acquire(connection->host()));)
            buffers.push_back(buffer);
        ASSERT_EQ(buffers.size(), 3u);
        EXPECT_EQ(worker.record.spare, 3u);
        EXPECT_EQ(service.spare.left(), 0);
        for (void* buffer : buffers)
            ktcp_os_spare_release(connection->host(), buffer);
        buffers.clear();
    }
    EXPECT_EQ(worker.record.spare, 0u);
    EXPECT_EQ(service.spare.left(), 3);
}

} // namespace
} // namespace ktcp::user
