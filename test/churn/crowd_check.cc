// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// crowd_check HOST:PORT TARGET CLIENTS: all of them are connected, and then ask for the same at
// once. Each must get the same 200. How often the server read it, its counters know.
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <vector>

#include "support/arguments.hh"
#include "support/endpoint.hh"
#include "support/http_response.hh"

namespace {

using namespace ktcp::test;

struct Options {
    std::string server, target, file;
    unsigned clients = 0;
    unsigned patience = 120;
};

struct Client {
    Socket socket;
    ResponseReader reader;
};

std::string content_of(const std::string& name) {
    std::ifstream file(name, std::ios::binary);
    if (!file)
        throw std::runtime_error("cannot read " + name);
    return {std::istreambuf_iterator<char>(file), {}};
}

Response answer_to(Client& client, Clock::time_point until) {
    static std::vector<char> buffer(256 * 1024);
    client.reader.start(false);
    while (!client.reader.done()) {
        size_t size = 0;
        auto got = client.socket.receive(buffer.data(), buffer.size(), until, size);
        if (got == Socket::Got::timeout)
            throw std::runtime_error("it waits for its answer still");
        if (got != Socket::Got::data)
            client.reader.end_of_input();
        else if (client.reader.feed({buffer.data(), size}) != size)
            throw std::runtime_error("more bytes than the answer has");
    }
    if (!client.reader.fault().empty())
        throw std::runtime_error(client.reader.fault());
    return client.reader.response();
}

int run(const Options& options) {
    const Endpoint server = Endpoint::parse(options.server);
    std::vector<Client> clients(options.clients);
    for (Client& client : clients)
        client.socket = Socket::connect(server);
    const std::string request = "GET " + options.target + " HTTP/1.1\r\nHost: crowd\r\n\r\n";
    const auto begin = Clock::now();
    for (Client& client : clients)
        if (!client.socket.send_all(request))
            throw std::runtime_error("a connection had ended before it was used");
    std::string wanted = options.file.empty() ? "" : content_of(options.file);
    unsigned wrong = 0;
    for (size_t i = 0; i < clients.size(); i++) {
        const Response got = answer_to(clients[i], begin + std::chrono::seconds(options.patience));
        if (i == 0 && options.file.empty())
            wanted = got.body;
        if (got.status != 200 || got.body != wanted) {
            if (++wrong <= 5)
                std::cout << "not ok - client " << i << ": status " << got.status << ", "
                          << got.body.size() << " bytes, of " << wanted.size() << std::endl;
        }
        clients[i].socket.close();
    }
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
    std::cout << "figure: " << options.clients << " clients at once for " << options.target << ", "
              << wanted.size() << " bytes: " << took.count() << " ms, " << wrong << " wrong"
              << std::endl;
    return wrong ? 1 : 0;
}

} // namespace

int main(int argc, char** argv) {
    Options options;
    Arguments arguments("Lets many clients ask for the same at once.");
    arguments.positional("server", options.server, "HOST:PORT");
    arguments.positional("target", options.target, "what they ask for");
    arguments.positional("clients", options.clients, "how many");
    arguments.option("file", options.file, "that has what they must get; else all get the same");
    arguments.option("patience", options.patience, "seconds until all must have their answer", 1);
    arguments.parse(argc, argv);
    return run_program([&] { return run(options); });
}
