// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The same text in one write, in two, in many: the same pairs; and when errors come.
#include <unistd.h>

#include <cerrno>

#include "kernel/drop_tcp_socket/cases.hh"
#include "kernel/drop_tcp_socket/connection.hh"
#include "kernel/drop_tcp_socket/pairs_file.hh"

namespace ktcp::test {
namespace {

const std::string unknown = "203.0.113.1:1 203.0.113.2:2\n";

// Two connections in one text, cut at `cut`; both must end.
bool ends_when_cut(const Listener& four, const Listener& six, size_t cut, size_t& size) {
    Connection a(four), b(six);
    const std::string text = netstat_pair(a.client.fd()) + "\n" + ss_pair(b.server.fd()) + "\n";
    size = text.size();
    PairsFile file;
    const int errors =
        file.write(text.substr(0, cut)) | file.write(text.substr(cut)) | file.close();
    return errors == 0 && end_of(a.server.fd()) == ECONNRESET &&
           end_of(b.client.fd()) == ECONNRESET && Report::read().summary() == "connections=2";
}

void every_split_case() {
    const Listener four("127.0.0.1"), six("::1");
    size_t size = 1, failures = 0;
    for (size_t cut = 0; cut <= size; cut++)
        failures += !ends_when_cut(four, six, cut, size);
    expect_equal(failures, 0u, "two pairs, cut at each of " + std::to_string(size) + " places");
    Connection c(four);
    PairsFile file;
    int errors = 0;
    for (const char byte : netstat_pair(c.client.fd()) + "\n")
        errors |= file.write(std::string(1, byte));
    expect(errors == 0 && end_of(c.server.fd()) == ECONNRESET, "a pair byte by byte");
}

void last_pair_case() {
    const Listener listener("127.0.0.1");
    Connection c(listener);
    PairsFile file;
    require_equal(file.write(netstat_pair(c.client.fd())), 0, "no newline: written");
    const int copy = dup(file.fd());
    ::close(copy);
    expect(carries(c.client.fd(), c.server.fd()),
           "without whitespace after it, a pair may go on: even when a copy is closed");
    expect(file.close() == 0 && end_of(c.server.fd()) == ECONNRESET,
           "without whitespace after it, a pair is carried out at the last close()");
    PairsFile bad;
    require_equal(bad.write("203.0.113.1:1 203.0.113.2:2"), 0, "no newline: unknown");
    expect_equal(bad.close(), ENOENT, "an unknown one without whitespace: close() says so");
    PairsFile half;
    require_equal(half.write("203.0.113.1:1"), 0, "no newline: half a pair");
    expect_equal(half.close(), EINVAL, "half a pair without whitespace: close() says so");
}

// As a buffered program writes: blocks that end anywhere, then the rest.
void block_cases() {
    const Listener listener("127.0.0.1");
    for (const size_t block : {512u, 1024u, 4096u, 65536u}) {
        Connection first(listener), last(listener);
        std::string text = netstat_pair(first.client.fd()) + "\nnonsense\n";
        while (text.size() < 3 * block)
            text += unknown;
        text += netstat_pair(last.client.fd()) + "\n";
        const size_t pairs = (3 * block) / unknown.size();
        PairsFile file;
        int errors = 0;
        size_t at = 0;
        for (; at + block < text.size(); at += block)
            errors |= file.write(text.substr(at, block));
        const std::string name = "blocks of " + std::to_string(block);
        require_equal(errors, 0, name + ": none fails, though pairs do");
        expect_equal(file.write(text.substr(at)), EINVAL,
                     name + ": the last write says what failed");
        expect(end_of(first.server.fd()) == ECONNRESET && end_of(last.server.fd()) == ECONNRESET,
               name + ": the first and the last of about " + std::to_string(pairs) +
                   " pairs are ended");
    }
    // The whole of it a multiple of 512: nobody can know that nothing follows.
    std::string text;
    while (text.size() < 1024 - unknown.size())
        text += unknown;
    text += std::string(1024 - text.size(), '\n');
    PairsFile file;
    require_equal(file.write(text), 0, "1,024 bytes: taken for a piece");
    expect_equal(file.close(), ENOENT, "whole blocks only: close() says what failed");
    expect_equal(file.close(), 0, "and only once");
}

// Whoever writes a line at a time learns of each line.
void line_case() {
    const Listener listener("127.0.0.1");
    Connection c(listener);
    PairsFile file;
    const int first = file.write("nonsense\n");
    const int second = file.write(netstat_pair(c.client.fd()) + "\n");
    const int third = file.write(unknown);
    expect(first == EINVAL && second == 0 && third == ENOENT && file.close() == 0 &&
               end_of(c.server.fd()) == ECONNRESET,
           "line by line: each write() has its own result");
}

void large_case() {
    std::string text;
    while (text.size() < (8u << 20) + 100)
        text += " \t\n" + unknown;
    PairsFile file;
    expect_equal(file.write(text), ENOENT, "8 MiB in one write");
}

} // namespace

void piece_cases() {
    every_split_case();
    last_pair_case();
    block_cases();
    line_case();
    large_case();
}

} // namespace ktcp::test
