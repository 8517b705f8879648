// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "support/html_listing.hh"

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "support/escape.hh"

namespace ktcp::test {

namespace {

// A relative reference without its name would be a query, a fragment, or a scheme
// ("a:b" is one unless a '/' stands before the colon: RFC 3986 section 4.2).
std::string name_of(std::string_view reference) {
    if (reference.starts_with("./"))
        reference.remove_prefix(2);
    else if (reference.find(':') != reference.npos)
        throw std::runtime_error("a colon makes a scheme of: " + std::string(reference));
    for (char c : reference)
        if (c == '?' || c == '#' || c == ' ' || static_cast<unsigned char>(c) < 0x20 ||
            static_cast<unsigned char>(c) >= 0x7f)
            throw std::runtime_error("not encoded: " + escape(reference));
    if (reference.ends_with('/'))
        reference.remove_suffix(1);
    if (reference.empty() || reference.find('/') != reference.npos)
        throw std::runtime_error("a link leads elsewhere: " + escape(reference));
    return percent_decode(reference);
}

} // namespace

Listing read_listing(std::string_view html) {
    constexpr std::string_view opening = "<a href=\"";
    Listing listing;
    // Names come between tags; were one unescaped, these would appear.
    for (std::string_view unsafe : {"<script", "<b>"})
        if (html.find(unsafe) != html.npos)
            throw std::runtime_error("an unescaped name: " + std::string(unsafe));
    if (html.find("</html>") == html.npos)
        throw std::runtime_error("the listing is cut: no </html>");
    for (size_t at = html.find(opening); at != html.npos; at = html.find(opening, at)) {
        at += opening.size();
        size_t end = html.find('"', at);
        if (end == html.npos)
            throw std::runtime_error("an attribute without end");
        std::string reference = html_unescape(html.substr(at, end - at));
        at = end;
        if (reference == "../" || reference == "..")
            listing.has_parent = true;
        else
            listing.names.push_back(name_of(reference));
        // The text that is shown must be well escaped, too.
        size_t text = html.find('>', at);
        size_t stop = html.find("</a>", at);
        if (text == html.npos || stop == html.npos)
            throw std::runtime_error("a link without end");
        std::string_view shown = html.substr(text + 1, stop - text - 1);
        if (shown.empty() || shown.find('<') != shown.npos)
            throw std::runtime_error("no text, or a tag, inside a link: " + escape(shown));
        html_unescape(shown);
    }
    std::sort(listing.names.begin(), listing.names.end());
    return listing;
}

std::string compare_listing(std::string_view html, std::vector<std::string> names, bool is_root) {
    Listing listing;
    try {
        listing = read_listing(html);
    } catch (const std::runtime_error& e) {
        return e.what();
    }
    if (listing.has_parent == is_root)
        return is_root ? "the root's listing has a link to .." : "no link to ..";
    std::sort(names.begin(), names.end());
    std::vector<std::string> missing, extra;
    std::set_difference(names.begin(), names.end(), listing.names.begin(), listing.names.end(),
                        std::back_inserter(missing));
    std::set_difference(listing.names.begin(), listing.names.end(), names.begin(), names.end(),
                        std::back_inserter(extra));
    if (missing.empty() && extra.empty())
        return {};
    std::string fault = std::to_string(missing.size()) + " of " + std::to_string(names.size()) +
                        " entries missing, " + std::to_string(extra.size()) + " too many";
    if (!missing.empty())
        fault += "; missing: " + escape(missing[0]);
    if (!extra.empty())
        fault += "; too many: " + escape(extra[0]);
    return fault;
}

} // namespace ktcp::test
