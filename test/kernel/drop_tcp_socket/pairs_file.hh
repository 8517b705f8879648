// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// /proc/net/drop_tcp_sock, as a program uses it.
#pragma once

#include "kernel/drop_tcp_socket/connection.hh"

#include <map>
#include <string>
#include <vector>

namespace ktcp::test {

class PairsFile {
public:
    PairsFile(); // opened for reading and writing
    // 0, or the errno; anything but the whole of it taken is an exception.
    int write(const std::string& text);
    int close();
    ~PairsFile() { close(); }
    int fd() const { return fd_; }

private:
    int fd_;
};

// What the file says: of the last writer.
struct Report {
    std::map<std::string, unsigned long> counts; // connections, time_wait, syn_recv, ...
    std::map<std::string, unsigned long> totals;
    std::vector<std::string> lines;

    static Report read();
    static Report read(int fd);
    // "connections=1 malformed=2": those that are not 0.
    std::string summary() const;
};

// Opens, writes, closes: 0 or the first errno.
int write_pairs(const std::string& text);

} // namespace ktcp::test
