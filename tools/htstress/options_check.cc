// SPDX-License-Identifier: MIT OR GPL-2.0-only
// What the command line's parts must be for requests to come of them, and to each other.
#include <algorithm>
#include <string_view>

#include <sys/un.h>

#include <fmt/format.h>

#include "options.hh"

namespace htstress {
namespace {

constexpr std::string_view digits = "0123456789";
constexpr std::string_view token_characters = "!#$%&'*+-.^_`|~0123456789"
                                              "abcdefghijklmnopqrstuvwxyz"
                                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

// RFC 9110 section 5.6.2.
bool is_token(std::string_view text) {
    return !text.empty() && text.find_first_not_of(token_characters) == std::string_view::npos;
}

// "Name: value"; what would end the line early must not be in it (RFC 9110 section 5.5).
bool is_field(std::string_view field) {
    const std::size_t colon = field.find(':');
    return colon != std::string_view::npos && is_token(field.substr(0, colon)) &&
           field.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

// 0-99, 100- or -50 (RFC 9110 section 14.1.2).
bool is_range(std::string_view text) {
    const std::size_t dash = text.find('-');
    if (dash == std::string_view::npos || text.size() == 1)
        return false;
    const std::string_view first = text.substr(0, dash), last = text.substr(dash + 1);
    return first.find_first_not_of(digits) == std::string_view::npos &&
           last.find_first_not_of(digits) == std::string_view::npos;
}

bool is_range_list(std::string_view text) {
    for (;;) {
        const std::size_t comma = text.find(',');
        if (!is_range(text.substr(0, comma)))
            return false;
        if (comma == std::string_view::npos)
            return true;
        text.remove_prefix(comma + 1);
    }
}

bool same_name(std::string_view name, std::string_view lower) {
    return std::equal(name.begin(), name.end(), lower.begin(), lower.end(), [](char x, char y) {
        return x == y || (x >= 'A' && x <= 'Z' && x - 'A' + 'a' == y);
    });
}

// Host goes where ours would stand. How long a request is and what becomes of the connection is
// not for a field to say beside what this program sends and expects.
std::string check_fields(Options& options) {
    for (auto field = options.fields.begin(); field != options.fields.end();) {
        if (!is_field(*field))
            return fmt::format("--field: '{}' is not \"Name: value\" on one line", *field);
        const std::size_t colon = field->find(':');
        const std::string_view name = std::string_view(*field).substr(0, colon);
        if (same_name(name, "content-length") || same_name(name, "transfer-encoding"))
            return fmt::format("--field: leave {} out: --data and --data-file send what the body "
                               "needs",
                               name);
        if (same_name(name, "connection"))
            return "--field: leave Connection out: -k keeps connections";
        if (!same_name(name, "host")) {
            ++field;
            continue;
        }
        if (!options.host_field.empty())
            return "--field: Host is given already (by -h, or twice): give one";
        options.host_field =
            field->substr(std::min(field->find_first_not_of(" \t", colon + 1), field->size()));
        if (options.host_field.empty())
            return "--field: Host is empty";
        field = options.fields.erase(field);
    }
    return {};
}

std::string check_request(Options& options) {
    if (options.method.empty())
        options.method = options.has_body ? "POST" : "GET";
    if (!is_token(options.method))
        return fmt::format("--method: '{}' is no method", options.method);
    if (options.method == "CONNECT")
        return "--method: CONNECT makes a tunnel, it has no answers to count";
    if (options.host_field.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
        return "--host: must not contain line breaks";
    if (std::string fault = check_fields(options); !fault.empty())
        return fault;
    if (!options.ranges.empty()) {
        if (!is_range_list(options.ranges))
            return fmt::format("--range: '{}' is not like 0-99, 100- or -50", options.ranges);
        options.fields.push_back("Range: bytes=" + options.ranges);
    }
    if (options.method == "HEAD" && (options.length || options.checksum || options.verify))
        return "the answer to HEAD has no body to verify";
    return {};
}

} // namespace

std::string check_options(Options& options) {
    if (options.url.empty() && options.urls_path.empty())
        return "a URL is required (or --urls)";
    if (options.unix_path.size() >= sizeof(sockaddr_un{}.sun_path))
        return fmt::format("--udaddr: the path of a unix socket has at most {} bytes",
                           sizeof(sockaddr_un{}.sun_path) - 1);
    if (!options.unix_path.empty() && options.family != AF_UNSPEC)
        return "-4 and -6 do not go together with a unix socket (-u)";
    if (options.spread > 0 && !options.urls_path.empty())
        return "--spread and --urls do not go together";
    if (options.spread > 0 && options.url.find("{}") == std::string::npos)
        return "--spread: the URL has no {} to put the number in";
    if (options.pipeline > 1 && !options.keep_alive)
        return "--pipeline needs persistent connections (-k)";
    if (std::uint64_t{options.pipeline} * options.concurrency > 1'000'000)
        return "--pipeline times --concurrency: at most 1000000 requests at a time per thread";
    if (options.connect_timeout == 0)
        options.connect_timeout = options.timeout;
    return check_request(options);
}

} // namespace htstress
