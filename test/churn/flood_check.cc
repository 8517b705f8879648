// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// flood_check HOST:PORT HOT: asks for names that are not there, no name twice, and every now and
// then for HOT, a directory, and each file that it lists: what everybody wants must not be pushed
// out by what nobody wants. Prints how often the hot ones were asked for.
#include <algorithm>
#include <iostream>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

#include "support/arguments.hh"
#include "support/endpoint.hh"
#include "support/html_listing.hh"
#include "support/http_response.hh"

namespace {

using namespace ktcp::test;

struct Options {
    std::string server, hot;
    unsigned names = 100'000;
    unsigned batch = 1000;
    unsigned pipeline = 50;
    unsigned pause = 0;
    unsigned seed = 1;
};

// One connection, on which several requests are under way at a time.
class Line {
public:
    explicit Line(const Endpoint& server) : socket_(Socket::connect(server)), buffer_(256 * 1024) {}

    // The bodies, in order; throws if one has another status.
    std::vector<std::string> get(const std::vector<std::string>& targets, int status) {
        std::string text;
        for (const std::string& target : targets)
            text += "GET " + target + " HTTP/1.1\r\nHost: flood\r\n\r\n";
        if (!socket_.send_all(text))
            throw std::runtime_error("the server has ended the connection");
        std::vector<std::string> bodies;
        for (const std::string& target : targets) {
            const Response got = next();
            if (got.status != status)
                throw std::runtime_error(target + ": status " + std::to_string(got.status));
            bodies.push_back(got.body);
        }
        return bodies;
    }

private:
    Response next() {
        ResponseReader reader;
        reader.start(false);
        while (true) {
            left_.erase(0, reader.feed(left_));
            if (reader.done())
                break;
            size_t size = 0;
            if (socket_.receive(buffer_.data(), buffer_.size(),
                                Clock::now() + std::chrono::seconds(60), size) != Socket::Got::data)
                throw std::runtime_error("the server does not answer");
            left_.assign(buffer_.data(), size);
        }
        if (!reader.fault().empty())
            throw std::runtime_error(reader.fault());
        return reader.response();
    }

    Socket socket_;
    std::vector<char> buffer_;
    std::string left_;
};

int run(const Options& options) {
    Line line(Endpoint::parse(options.server));
    std::vector<std::string> hot{options.hot};
    for (const std::string& name : read_listing(line.get({options.hot}, 200)[0]).names)
        hot.push_back(options.hot + name);
    // Twice: what comes once more is worth keeping.
    std::vector<std::string> bodies = line.get(hot, 200);
    line.get(hot, 200);
    std::cout << "warm " << std::flush;
    std::string go;
    std::getline(std::cin, go);
    std::mt19937_64 random(options.seed);
    uint64_t asked = 0;
    for (unsigned done = 0; done < options.names;) {
        for (unsigned end = std::min(done + options.batch, options.names); done < end;) {
            std::vector<std::string> names;
            for (; names.size() < options.pipeline && done < end; done++)
                names.push_back("/no-such-" + std::to_string(random()) + ".html");
            line.get(names, 404);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(options.pause));
        if (line.get(hot, 200) != bodies)
            throw std::runtime_error("the hot ones have changed");
        asked += hot.size();
    }
    std::cout << "hot " << asked << std::endl;
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    Options options;
    Arguments arguments("Asks for very many names that are not there, and now and then for a few "
                        "that are. Waits for a line of input before the flood.");
    arguments.positional("server", options.server, "HOST:PORT");
    arguments.positional("hot", options.hot, "a directory of files, as in /hot/");
    arguments.option("names", options.names, "that are not there", 1);
    arguments.option("batch", options.batch, "of them between two looks at the hot ones", 1);
    arguments.option("pipeline", options.pipeline, "requests at a time", 1);
    arguments.option("pause", options.pause, "ms before each look at the hot ones");
    arguments.option("seed", options.seed, "of the names");
    arguments.parse(argc, argv);
    return run_program([&] { return run(options); });
}
