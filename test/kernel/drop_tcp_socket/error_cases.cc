// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What is wrong with a pair is reported, and hurts no other pair.
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

#include "kernel/drop_tcp_socket/cases.hh"
#include "kernel/drop_tcp_socket/connection.hh"
#include "kernel/drop_tcp_socket/pairs_file.hh"

namespace ktcp::test {
namespace {

// No connection can have these ends: 203.0.113.0/24 is for documentation (RFC 5737).
const std::string unknown = "203.0.113.1:1 203.0.113.2:2";

void expect_malformed(const std::string& text, const std::string& line) {
    const int error = write_pairs(text + "\n");
    const Report report = Report::read();
    const std::string first = report.lines.empty() ? "nothing" : report.lines[0];
    expect(error == EINVAL && first == "pair 1, line 1: " + line,
           "malformed: errno " + std::to_string(error) + ", " + first);
}

void wording_cases() {
    expect_malformed("foo", "there is no port: ADDRESS:PORT is expected: \"foo\"");
    expect_malformed("1.2.3.4:5", "the remote address is missing: LOCAL:PORT REMOTE:PORT is "
                                  "expected: \"1.2.3.4:5\"");
    expect_malformed("1.2.3.4:5 6.7.8.9:http",
                     "the port is not a number (netstat and ss: -n): \"1.2.3.4:5 6.7.8.9:http\"");
    expect_malformed("localhost:5 6.7.8.9:1", "the address is not a number (netstat and ss: -n): "
                                              "\"localhost:5 6.7.8.9:1\"");
    expect_malformed("1.2.3.4:5 6.7.8.9:65536",
                     "the port is above 65535: \"1.2.3.4:5 6.7.8.9:65536\"");
    expect_malformed("0.0.0.0:80 0.0.0.0:*", "the port * is a listener's, and listeners are left "
                                             "alone: \"0.0.0.0:80 0.0.0.0:*\"");
    expect_malformed("1.2.3.4:5 ::1:6",
                     "one address is IPv4's, the other IPv6's: \"1.2.3.4:5 ::1:6\"");
    for (const char* address :
         {"1.2.3", "1.2.3.4.5", "1.2.3.256", "1..2.3", ".1.2.3", "1.2.3.4.", "1"})
        expect_malformed(std::string(address) + ":5 6.7.8.9:1",
                         "this is no IPv4 address: \"" + std::string(address) + ":5 6.7.8.9:1\"");
    for (const char* address : {":::", "1:2", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "::1.2.3",
                                "::1.2.3.4:5", "::ffff:192.168.10", ":1:2:3:4:5:6:7:8"})
        expect_malformed(std::string(address) + ":5 ::1:1",
                         "this is no IPv6 address: \"" + std::string(address) + ":5 ::1:1\"");
    // What somebody wrote must not drive the terminal of who reads it.
    expect_malformed(std::string("\x1b[2J\0\"\\\xc3\xa4 x", 11),
                     "there is no port: ADDRESS:PORT is expected: "
                     "\"\\x1b[2J\\x00\\x22\\x5c\\xc3\\xa4 x\"");
}

void mixture_case() {
    const Listener listener("127.0.0.1");
    Connection a(listener), b(listener), c(listener);
    const std::string text = netstat_pair(a.client.fd()) + "\nnonsense\n" +
                             netstat_pair(b.client.fd()) + " " + unknown + "\n1.1.1.1:1\n" +
                             netstat_pair(c.client.fd()) + "\n";
    expect_equal(write_pairs(text), EINVAL, "good and bad ones: EINVAL");
    const Report report = Report::read();
    expect_equal(report.summary(), "connections=3 malformed=2 unknown=1", "good and bad ones");
    expect(end_of(a.server.fd()) == ECONNRESET && end_of(b.server.fd()) == ECONNRESET &&
               end_of(c.server.fd()) == ECONNRESET,
           "good and bad ones: the good ones are carried out");
    expect(report.lines.size() == 3 && report.lines[0].starts_with("pair 2, line 2: ") &&
               report.lines[1] ==
                   "pair 4, line 3: there is no such connection: \"" + unknown + "\"" &&
               report.lines[2].starts_with("pair 5, line 4: "),
           "good and bad ones: a line for each bad one");
    expect_equal(write_pairs(unknown + "\n"), ENOENT, "unknown only: ENOENT");
    expect_equal(write_pairs(" \n\t\r\n"), 0, "whitespace only is no error");
}

void bound_case() {
    const Report before = Report::read();
    std::string text;
    for (int i = 0; i < 5000; i++)
        text += unknown + "\n";
    expect_equal(write_pairs(text), ENOENT, "5,000 unknown ones: ENOENT");
    const Report report = Report::read();
    const size_t lines = report.lines.size();
    expect(lines > 20 && lines < 200 &&
               report.lines.back() ==
                   "and " + std::to_string(5000 - (lines - 1)) + " more that are not listed",
           "5,000 unknown ones: a bounded report: " + report.lines.back());
    expect_equal(report.counts.at("unknown"), 5000ul, "5,000 unknown ones: all counted");
    expect_equal(report.totals.at("unknown"), before.totals.at("unknown") + 5000,
                 "5,000 unknown ones: in the totals");
}

void own_report_case() {
    PairsFile one, two;
    require_equal(one.write("one\n"), EINVAL, "two writers: the first");
    require_equal(two.write("two\n"), EINVAL, "two writers: the second");
    require_equal(one.write("again\n"), EINVAL, "two writers: the first, again");
    expect(Report::read(one.fd()).lines.size() == 2 && Report::read(two.fd()).lines.size() == 1,
           "two writers: each reads what is his");
    const Report last = Report::read();
    expect(last.lines.size() == 1 && last.lines[0].ends_with("\"two\""),
           "two writers: others read what is the last one's");
}

void bad_memory_case() {
    PairsFile file;
    const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    char* memory = static_cast<char*>(
        mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    munmap(memory + page, page);
    memory[page - 2] = 'x';
    memory[page - 1] = '\n';
    expect(write(file.fd(), memory + page, 100) == -1 && errno == EFAULT,
           "unmapped memory: EFAULT");
    expect(write(file.fd(), memory + page - 2, 100) == -1 && errno == EFAULT,
           "memory that ends: EFAULT");
    munmap(memory, page);
    expect_equal(write(file.fd(), "", 0), 0, "nothing written is no error");
}

} // namespace

void error_cases() {
    wording_cases();
    mixture_case();
    bound_case();
    own_report_case();
    bad_memory_case();
}

} // namespace ktcp::test
