// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "integration/path_check.hh"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "support/escape.hh"
#include "support/html_listing.hh"
#include "support/http_date.hh"

namespace ktcp::test {

namespace {

void require_status(const Response& got, int status) {
    if (got.status != status)
        throw std::runtime_error("status " + std::to_string(got.status) + ", expected " +
                                 std::to_string(status));
}

void require_field(const Response& got, const char* name, const std::string& value) {
    const std::string* has = got.find(name);
    if (!has || *has != value)
        throw std::runtime_error(std::string(name) + ": " + (has ? *has : "(none)") +
                                 ", expected: " + value);
}

// Takes a body as it comes and compares it with the same range of the file.
class FileComparison {
public:
    explicit FileComparison(int fd) : fd_(fd) {}
    ~FileComparison() { close(fd_); }
    FileComparison(const FileComparison&) = delete;
    FileComparison& operator=(const FileComparison&) = delete;

    void take(std::string_view bytes) {
        thread_local std::vector<char> buffer;
        buffer.resize(std::max(buffer.size(), bytes.size()));
        for (size_t done = 0; done < bytes.size() && fault_.empty();) {
            ssize_t n = pread(fd_, buffer.data(), bytes.size() - done, static_cast<off_t>(offset_));
            if (n < 0)
                throw std::system_error(errno, std::generic_category(), "cannot read the file");
            if (n == 0)
                fault_ = "the body goes on beyond the file's end at " + std::to_string(offset_);
            else if (memcmp(buffer.data(), bytes.data() + done, static_cast<size_t>(n)) != 0)
                fault_ = "the body differs within the " + std::to_string(n) + " bytes from byte " +
                         std::to_string(offset_);
            done += static_cast<size_t>(n);
            offset_ += static_cast<uint64_t>(n);
        }
    }

    const std::string& fault() const { return fault_; }

private:
    int fd_;
    uint64_t offset_ = 0;
    std::string fault_;
};

} // namespace

void Tally::add(const Tally& other) {
    files += other.files;
    bytes += other.bytes;
    redirects += other.redirects;
    listings += other.listings;
    indexes += other.indexes;
    missing += other.missing;
    refused += other.refused;
}

void PathCheck::check(const std::string& path) {
    std::string target = "/" + percent_encode(path);
    Found found = tree_.find(path);
    switch (found.kind) {
    case Found::Kind::missing:
        require_status(fetcher_.get(target), 404);
        tally_.missing++;
        return;
    case Found::Kind::refused:
        require_status(fetcher_.get(target), 403);
        tally_.refused++;
        return;
    case Found::Kind::file:
        return check_file(path, target, found);
    case Found::Kind::directory:
        break;
    }
    if (!path.empty()) {
        Response redirect = fetcher_.get(target);
        require_status(redirect, 301);
        const std::string* location = redirect.find("Location");
        // Which bytes a server encodes is its own choice; what they decode to is not.
        if (!location || percent_decode(*location) != "/" + path + "/")
            throw std::runtime_error("Location: " + (location ? *location : "(none)"));
        tally_.redirects++;
        target += '/';
    }
    check_directory(path, target);
}

void PathCheck::check_file(const std::string& path, const std::string& target, const Found& found) {
    int fd = tree_.open(path, O_RDONLY);
    if (fd < 0)
        throw std::system_error(errno, std::generic_category(), "cannot open the file");
    FileComparison comparison(fd);
    Response got = fetcher_.get(target, [&](std::string_view bytes) { comparison.take(bytes); });
    require_status(got, 200);
    require_field(got, "Content-Length", std::to_string(found.size));
    require_field(got, "Last-Modified", format_http_date(found.modified_seconds));
    if (!comparison.fault().empty())
        throw std::runtime_error(comparison.fault());
    if (got.body_size != found.size)
        throw std::runtime_error("the body has " + std::to_string(got.body_size) +
                                 " bytes, the file " + std::to_string(found.size));
    tally_.files++;
    tally_.bytes += got.body_size;
}

void PathCheck::check_directory(const std::string& path, const std::string& target) {
    std::string index = path.empty() ? "index.html" : path + "/index.html";
    Found found = tree_.find(index);
    if (found.kind == Found::Kind::file) {
        check_file(index, target, found);
        tally_.indexes++;
        return;
    }
    Response got = fetcher_.get(target);
    if (found.kind == Found::Kind::refused)
        return require_status(got, 403);
    require_status(got, 200);
    std::vector<std::string> names = tree_.entries(path);
    if (!hidden_)
        std::erase_if(names, [](const std::string& name) { return name.starts_with('.'); });
    std::string fault = compare_listing(got.body, names, path.empty());
    if (!fault.empty())
        throw std::runtime_error(fault);
    tally_.listings++;
}

} // namespace ktcp::test
