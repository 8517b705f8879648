// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What a listing must show, and in which order.
#include "client/http_client.hh"

#include "support/escape.hh"
#include "support/html_listing.hh"
#include "support/json_listing.hh"

#include <algorithm>

namespace ktcp::fuzz {
namespace {

// What stands behind each "href" of a listing, in order. Nothing else can look like it,
// as the quotes of names are escaped.
std::vector<std::string> names_in_order(std::string_view listing, std::string_view before) {
    std::vector<std::string> names;
    for (size_t at = 0; (at = listing.find(before, at)) != listing.npos;) {
        at += before.size();
        std::string name = test::percent_decode(listing.substr(at, listing.find('"', at) - at));
        if (name.ends_with('/'))
            name.pop_back();
        names.push_back(name);
    }
    return names;
}

// What is not shown of an entry has no say in the order.
uint64_t shown_size(const Entry& entry) { return entry.kind == KTCP_ENTRY_FILE ? entry.size : 0; }
int64_t shown_date(const Entry& entry) {
    return entry.kind == KTCP_ENTRY_OTHER ? INT64_MIN : entry.modified_seconds;
}

struct Order {
    char column = 'N';
    bool descending = false;
};

// "?C=S&O=D", with ';' as good as '&'; a value that is none makes the order the default.
Order order_of(std::string_view query) {
    Order order;
    for (std::string_view rest = query; !rest.empty();) {
        rest.remove_prefix(1);
        const std::string_view parameter = rest.substr(0, rest.find_first_of("&;"));
        rest.remove_prefix(parameter.size());
        if (!parameter.starts_with("C=") && !parameter.starts_with("O="))
            continue;
        const std::string_view value = parameter.substr(2);
        const std::string_view known = parameter[0] == 'C' ? "NSM" : "AD";
        if (value.size() != 1 || known.find(value[0]) == known.npos)
            return {};
        if (parameter[0] == 'C')
            order.column = value[0];
        else
            order.descending = value[0] == 'D';
    }
    return order;
}

} // namespace

// It comes as content of a known length does, in whatever coding.
void HttpClient::check_rendering(const test::Response& response) const {
    const auto field = [&](const char* name) {
        const std::string* value = response.find(name);
        return value ? *value : std::string();
    };
    const ktcp_resource& listing = resource();
    check(field("Content-Length") == std::to_string(listing.size), "the length of a listing",
          describe());
    check(field("Vary") == (listing.varies ? "Accept, Accept-Encoding" : "Accept"), "Vary",
          field("Vary"));
    check(field("Content-Encoding") == coding_names[listing.coding], "Content-Encoding",
          describe());
    check(field("ETag").empty() && field("Accept-Ranges").empty(), "of a listing", describe());
    if (head_.method == "GET")
        check(response.framing == test::Response::Framing::length, "framing", describe());
}

void HttpClient::check_listing(const test::Response& response) const {
    check(complete_, "a listing that is not whole", describe());
    std::vector<Entry> shown;
    for (const Entry& entry : entries_)
        if (config_.list_hidden || entry.name[0] != '.')
            shown.push_back(entry);
    std::vector<std::string> names;
    for (const Entry& entry : shown)
        names.push_back(entry.name);

    std::string text = response.body;
    if (resource().rendered)
        for (char& c : text)
            c = turned(c, resource().coding);
    const bool json = *response.find("Content-Type") == "application/json";
    check(!json || asks_with("Accept"), "JSON that was not asked for", describe());
    const std::string fault = json ? test::compare_json_listing(text, names)
                                   : test::compare_listing(text, names, target_.path.empty());
    check(fault.empty(), fault, describe());

    const std::vector<std::string> listed =
        names_in_order(text, json ? "\"href\":\"" : "<tr><td><a href=\"");
    check_order(shown, names, listed, !json && text.find("<p>Not sorted") == text.npos);
}

// As it was asked for, or, if that was too much, as the entries came.
void HttpClient::check_order(const std::vector<Entry>& entries,
                             const std::vector<std::string>& arrived,
                             std::vector<std::string> listed, bool must_be_sorted) const {
    if (!listed.empty() && listed[0] == "..")
        listed.erase(listed.begin());
    // The entry that did not fit into the sorter any more comes first: its name is lent.
    if (!must_be_sorted && !listed.empty()) {
        std::vector<std::string> as_they_came = listed;
        const auto first = std::find(arrived.begin(), arrived.end(), listed[0]);
        if (first != arrived.end())
            std::rotate(as_they_came.begin(), as_they_came.begin() + 1,
                        as_they_came.begin() + (first - arrived.begin()) + 1);
        if (listed == arrived || as_they_came == arrived)
            return;
    }
    std::map<std::string, const Entry*> by_name;
    for (const Entry& entry : entries)
        if (!by_name.emplace(entry.name, &entry).second)
            return; // the same name twice: which of them is where?
    const Order order = order_of(target_.query);
    for (size_t i = 1; i < listed.size(); i++) {
        const Entry& before = *by_name.at(listed[i - 1]);
        const Entry& after = *by_name.at(listed[i]);
        const bool folder = before.kind == KTCP_ENTRY_DIRECTORY;
        if (folder != (after.kind == KTCP_ENTRY_DIRECTORY)) {
            check(folder, "a directory behind a file", after.name);
            continue;
        }
        const Entry& low = order.descending ? after : before;
        const Entry& high = order.descending ? before : after;
        check(order.column == 'N'   ? low.name < high.name
              : order.column == 'S' ? shown_size(low) <= shown_size(high)
                                    : shown_date(low) <= shown_date(high),
              "order", [&] { return listed[i - 1] + " before " + listed[i]; });
    }
}

} // namespace ktcp::fuzz
