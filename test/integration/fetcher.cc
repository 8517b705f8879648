// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "integration/fetcher.hh"

#include <stdexcept>
#include <vector>

namespace ktcp::test {

Response Fetcher::get(std::string_view target, ResponseReader::BodySink sink) {
    thread_local std::vector<char> buffer(256 * 1024);
    if (!socket_.open()) {
        socket_ = Socket::connect(server_);
        connections_++;
    }
    socket_.send_all("GET " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n\r\n");
    ResponseReader reader(std::move(sink));
    reader.start(false);
    while (!reader.done()) {
        size_t size = 0;
        auto got = socket_.receive(buffer.data(), buffer.size(), Clock::now() + patience_, size);
        if (got == Socket::Got::timeout) {
            socket_.close();
            throw std::runtime_error("nothing came for " + std::to_string(patience_.count()) +
                                     " s, after " + std::to_string(reader.response().body_size) +
                                     " bytes of the body");
        }
        if (got != Socket::Got::data) {
            socket_.close();
            reader.end_of_input();
            if (got == Socket::Got::reset && reader.fault().empty())
                throw std::runtime_error("the connection was reset");
        } else if (reader.feed({buffer.data(), size}) != size) {
            socket_.close();
            throw std::runtime_error("more bytes came than the response has");
        }
    }
    if (!reader.fault().empty()) {
        socket_.close();
        throw std::runtime_error(reader.fault());
    }
    const std::string* connection = reader.response().find("Connection");
    if (connection && equal_ignoring_case(*connection, "close"))
        socket_.close();
    return reader.response();
}

} // namespace ktcp::test
