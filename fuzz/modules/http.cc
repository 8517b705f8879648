// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// khttpd.ko, whose files do not change meanwhile: so what it may answer is on the disk.
#include "client/conversation.hh"
#include "modules/exchange.hh"
#include "modules/target.hh"
#include "require.hh"
#include "support/html_listing.hh"
#include "support/json_listing.hh"
#include "world/decode.hh"

#include <cerrno>
#include <cstdlib>
#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace ktcp::fuzz {
namespace {

// In files outside the root only; make_tree of fuzz/modules/guest.sh writes it.
constexpr std::string_view outside = "outside the root";

using Descriptor = test::Socket; // owns any descriptor

std::string_view value_of(const test::Response& response, const char* name) {
    const std::string* value = response.find(name);
    return value ? std::string_view(*value) : std::string_view();
}

class HttpTarget : public ModuleTarget {
public:
    HttpTarget(const std::string& address, const std::string& root)
        : to_(test::Endpoint::parse(address)),
          root_(open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)),
          config_(ktcp_http_config_default()) {
        check(root_.open(), "no such root", root);
    }

    void run(Input input) override { converse(input, false); }

    void probe() override {
        converse(input_of("GET /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n"), true);
    }

private:
    void converse(Input input, bool must_be_served) {
        Conversation conversation(config_);
        bool served = false;
        const Conversation::Judge judge = [&](const test::Response& response,
                                              const Conversation::Request* request) {
            served |= response.status == 200;
            judge_response(conversation, response, request);
        };
        Exchange exchange(to_,
                          {[&](std::string_view bytes) { conversation.ask(bytes); },
                           [&](std::string_view bytes) { conversation.answered(bytes, judge); }});
        const Exchange::End end = exchange.run(input);
        check(served || !must_be_served, "what must be there is not served");
        if (end == Exchange::End::abandoned)
            return;
        // What comes behind a last request may be cut off, and TCP resets then.
        check(end == Exchange::End::fin || conversation.asks_more() || exchange.half_closed(),
              "reset without a reason", conversation.describe());
        const bool cut = conversation.asks_more() && end == Exchange::End::reset;
        const std::string fault = conversation.end(judge);
        check(fault.empty() || cut, fault, conversation.describe());
    }

    void judge_response(const Conversation& conversation, const test::Response& response,
                        const Conversation::Request* request) const {
        check(response.status != 500, "a 500 for no reason", conversation.describe());
        check(response.body.find(outside) == std::string::npos, "a byte from outside the root",
              conversation.describe());
        if (!request || !request->known || !request->gets ||
            (response.status != 200 && response.status != 206) ||
            value_of(response, "Content-Type").starts_with("multipart/"))
            return;
        std::string path = request->path.empty() ? "." : request->path;
        struct stat st = {};
        if (const Descriptor found(find(path, O_PATH));
            found.open() && fstat(found.fd(), &st) == 0 && S_ISDIR(st.st_mode)) {
            const Descriptor index(find(path + "/index.html", O_PATH));
            if (!index.open() || fstat(index.fd(), &st) != 0 || !S_ISREG(st.st_mode)) {
                check_listing(conversation, response, path);
                return;
            }
            path += "/index.html";
        }
        check_file(conversation, response, path);
    }

    // Within the root, and by no other rule of the server's.
    int find(const std::string& path, uint64_t flags) const {
        if (path.find('\0') != path.npos)
            return -1;
        open_how how = {};
        how.flags = flags | O_CLOEXEC;
        how.resolve = RESOLVE_BENEATH;
        return static_cast<int>(syscall(SYS_openat2, root_.fd(), path.c_str(), &how, sizeof how));
    }

    void check_file(const Conversation& conversation, const test::Response& response,
                    const std::string& path) const {
        const Descriptor file(find(path, O_RDONLY | O_NONBLOCK));
        struct stat st = {};
        check(file.open() && fstat(file.fd(), &st) == 0 && S_ISREG(st.st_mode),
              "content of what is no file", conversation.describe());
        std::string body;
        check(decode(value_of(response, "Content-Encoding"), response.body, body),
              "a coding that cannot be undone", conversation.describe());
        const std::string_view range = value_of(response, "Content-Range");
        off_t begin = 0;
        if (range.empty())
            check(body.size() == static_cast<size_t>(st.st_size), "another size",
                  conversation.describe());
        else
            begin =
                std::strtoll(std::string(range.substr(range.find(' ') + 1)).c_str(), nullptr, 10);
        std::string bytes(body.size(), '\0');
        const ssize_t n = pread(file.fd(), bytes.data(), bytes.size(), begin);
        check(n == static_cast<ssize_t>(bytes.size()) && bytes == body, "other bytes",
              conversation.describe());
    }

    void check_listing(const Conversation& conversation, const test::Response& response,
                       const std::string& path) const {
        const int fd = find(path, O_RDONLY | O_DIRECTORY);
        DIR* directory = fd < 0 ? nullptr : fdopendir(fd);
        check(directory != nullptr, "a listing of what is no directory", conversation.describe());
        std::vector<std::string> names;
        while (const dirent* entry = readdir(directory)) // NOLINT(concurrency-mt-unsafe)
            if (entry->d_name[0] != '.')
                names.emplace_back(entry->d_name);
        closedir(directory);
        std::string text;
        check(decode(value_of(response, "Content-Encoding"), response.body, text),
              "a coding that cannot be undone", conversation.describe());
        const std::string fault = value_of(response, "Content-Type") == "application/json"
                                      ? test::compare_json_listing(text, names)
                                      : test::compare_listing(text, names, path == ".");
        check(fault.empty(), fault, conversation.describe());
    }

    const test::Endpoint to_;
    const Descriptor root_;
    const ktcp_http_config config_;
};

} // namespace

std::unique_ptr<ModuleTarget> http_target(const std::string& address, const std::string& root) {
    return std::make_unique<HttpTarget>(address, root);
}

} // namespace ktcp::fuzz
