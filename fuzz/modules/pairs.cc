// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// drop-tcp-socket.ko: text is written in pieces; lines of it may name connections that
// are there, and a listener, which nothing may end.
#include "modules/target.hh"
#include "require.hh"
#include "support/endpoint.hh"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace ktcp::fuzz {
namespace {

class PairsTarget : public ModuleTarget {
public:
    explicit PairsTarget(std::string file)
        : file_(std::move(file)), listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in any = {};
        any.sin_family = AF_INET;
        any.sin_port = htons(port);
        any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        check(bind(listener_.fd(), reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0 &&
                  listen(listener_.fd(), 16) == 0,
              "cannot listen");
        write({"", 0});
    }

    bool runs_in_caller() const override { return true; }

    void run(Input input) override {
        const test::Socket file(open(file_.c_str(), O_WRONLY | O_CLOEXEC));
        check(file.open(), "cannot be opened", file_);
        std::vector<char> piece(1 << 16);
        while (!input.client_done()) {
            const uint8_t choice = input.decide();
            const size_t size =
                input.take(piece.data(), choice == 0 ? piece.size() : size_t{choice});
            const ssize_t n = ::write(file.fd(), piece.data(), size);
            check(n == static_cast<ssize_t>(size) || (n < 0 && errno == EINVAL) ||
                      (n < 0 && errno == ENOENT) || (n >= 0 && static_cast<size_t>(n) <= size),
                  "an error that is not of the text", std::strerror(errno)); // NOLINT
        }
    }

    // A connection is ended by its name, and the listener goes on.
    void probe() override {
        const test::Endpoint to = test::Endpoint::parse("127.0.0.1:" + std::to_string(port));
        const test::Socket client = test::Socket::connect(to);
        const test::Socket server(accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC));
        check(server.open(), "the listener is gone");
        sockaddr_in own = {};
        socklen_t size = sizeof own;
        getsockname(client.fd(), reinterpret_cast<sockaddr*>(&own), &size);
        write("127.0.0.1:" + std::to_string(port) +
              " 127.0.0.1:" + std::to_string(ntohs(own.sin_port)) + "\n");
        char byte = 0;
        check(recv(client.fd(), &byte, 1, 0) <= 0, "the connection is still there");
    }

private:
    static constexpr uint16_t port = 4000;

    void write(std::string_view text) const {
        const test::Socket file(open(file_.c_str(), O_WRONLY | O_CLOEXEC));
        check(file.open() &&
                  ::write(file.fd(), text.data(), text.size()) == static_cast<ssize_t>(text.size()),
              "does not take a pair", file_);
    }

    const std::string file_;
    const test::Socket listener_;
};

} // namespace

std::unique_ptr<ModuleTarget> pairs_target(const std::string& file) {
    return std::make_unique<PairsTarget>(file);
}

} // namespace ktcp::fuzz
