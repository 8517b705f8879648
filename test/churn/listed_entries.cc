// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "churn/listed_entries.hh"

#include <charconv>
#include <stdexcept>

#include "support/escape.hh"
#include "support/html_listing.hh"
#include "support/http_date.hh"

namespace ktcp::test {

namespace {

// The value of a member of the object in a line; empty if it has none.
std::string_view member(std::string_view line, std::string_view name) {
    const std::string key = "\"" + std::string(name) + "\"";
    size_t at = line.find(key);
    if (at == line.npos)
        return {};
    line.remove_prefix(at + key.size());
    line.remove_prefix(std::min(line.find_first_not_of(": "), line.size()));
    if (line.starts_with('"'))
        return line.substr(1, line.find('"', 1) - 1);
    return line.substr(0, line.find_first_not_of("0123456789"));
}

} // namespace

std::vector<ListedEntry> html_entries(std::string_view html) {
    std::vector<ListedEntry> entries;
    if (!html.ends_with("</html>\n") && !html.ends_with("</html>"))
        throw std::runtime_error("a page without an end");
    for (std::string& name : read_listing(html).names) {
        ListedEntry entry;
        entry.directory = html.find("\"" + name + "/\"") != html.npos ||
                          html.find("\"./" + name + "/\"") != html.npos;
        entry.name = std::move(name);
        entries.push_back(std::move(entry));
    }
    return entries;
}

std::vector<ListedEntry> json_entries(std::string_view json) {
    std::vector<ListedEntry> entries;
    if (!json.starts_with('[') || json.find_last_not_of(" \r\n") == json.npos ||
        json[json.find_last_not_of(" \r\n")] != ']')
        throw std::runtime_error("not an array: " + escape(json.substr(0, 100)));
    while (!json.empty()) {
        const size_t end = std::min(json.find('\n'), json.size());
        const std::string_view line = json.substr(0, end);
        json.remove_prefix(std::min(end + 1, json.size()));
        if (line.find('{') == line.npos)
            continue;
        ListedEntry entry;
        entry.name = member(line, "name");
        entry.directory = member(line, "type") == "directory";
        entry.is_file = member(line, "type") == "file";
        entry.exact = true;
        const std::string_view size = member(line, "size");
        if (entry.is_file &&
            std::from_chars(size.data(), size.data() + size.size(), entry.size).ec != std::errc())
            throw std::runtime_error("a file without a size: " + escape(line));
        const auto modified = parse_http_date(member(line, "mtime"));
        if (entry.name.empty() || (!modified && (entry.is_file || entry.directory)))
            throw std::runtime_error("an entry without name or date: " + escape(line));
        entry.modified = modified.value_or(0);
        entries.push_back(std::move(entry));
    }
    return entries;
}

} // namespace ktcp::test
