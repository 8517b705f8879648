// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "kernel/drop_tcp_socket/pairs_file.hh"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace ktcp::test {

PairsFile::PairsFile() : fd_(open("/proc/net/drop_tcp_sock", O_RDWR | O_CLOEXEC)) {
    if (fd() < 0)
        fail("opening /proc/net/drop_tcp_sock");
}

int PairsFile::write(const std::string& text) {
    const ssize_t n = ::write(fd(), text.data(), text.size());
    if (n >= 0 && static_cast<size_t>(n) != text.size())
        throw std::runtime_error("a short write: " + std::to_string(n));
    return n < 0 ? errno : 0;
}

int PairsFile::close() {
    const int fd = std::exchange(fd_, -1);
    return fd < 0 || ::close(fd) == 0 ? 0 : errno;
}

Report Report::read() { return read(PairsFile().fd()); }

Report Report::read(int fd) {
    std::string text;
    char piece[4096];
    if (lseek(fd, 0, SEEK_SET) != 0)
        fail("lseek");
    for (ssize_t n; (n = ::read(fd, piece, sizeof piece)) != 0;) {
        if (n < 0)
            fail("reading the report");
        text.append(piece, static_cast<size_t>(n));
    }
    std::istringstream in(text);
    std::string line, name;
    Report report;
    std::getline(in, line);
    if (line != "pairs         last_writer       in_all")
        throw std::runtime_error("the report begins with: " + line);
    for (int i = 0; i < 5 && std::getline(in, line); i++) {
        std::istringstream fields(line);
        unsigned long count = 0, total = 0;
        if (!(fields >> name >> count >> total))
            throw std::runtime_error("the report has: " + line);
        report.counts[name] = count;
        report.totals[name] = total;
    }
    while (std::getline(in, line))
        report.lines.push_back(line);
    return report;
}

std::string Report::summary() const {
    std::string out;
    for (const auto& [name, count] : counts)
        if (count)
            out += (out.empty() ? "" : " ") + name + "=" + std::to_string(count);
    return out;
}

int write_pairs(const std::string& text) {
    PairsFile file;
    const int error = file.write(text);
    const int last = file.close();
    return error ? error : last;
}

} // namespace ktcp::test
