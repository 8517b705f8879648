// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "support/html_listing.hh"

#include <iconv.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <set>
#include <stdexcept>

#include "support/escape.hh"

namespace ktcp::test {

namespace {

using std::runtime_error;

// One tag of a page, and the text that follows it up to the next one.
struct Tag {
    std::string_view name; // "/a" at an element's end
    std::string href;      // where it has one
    std::string_view text; // as it stands there
};

// Reads a page tag by tag. A '<' that begins none of the tags that listings are made of
// is taken for a name that was not escaped.
class PageReader {
public:
    explicit PageReader(std::string_view html) : rest_(html) {
        if (html.substr(0, html.find('<')).find_first_not_of(" \r\n") != html.npos)
            throw runtime_error("text before the first tag: " + escape(html));
        rest_.remove_prefix(std::min(html.find('<'), html.size()));
    }

    bool next(Tag& tag) {
        if (rest_.empty())
            return false;
        const std::string_view all = rest_;
        rest_.remove_prefix(1); // '<'
        tag = {};
        tag.name = take_while([](char c) { return is_alnum(c) || c == '/' || c == '!'; });
        static const std::set<std::string_view> known = {
            "!DOCTYPE", "html", "head",  "meta", "title", "style", "body",   "h1",     "p",
            "hr",       "pre",  "table", "tr",   "th",    "td",    "form",   "a",      "input",
            "time",     "ul",   "li",    "img",  "thead", "tbody", "button", "address"};
        if (!known.contains(tag.name.substr(tag.name.starts_with('/'))))
            throw runtime_error("not a tag of a listing: " + escape(all, 60));
        while (skip_space(), !rest_.starts_with('>'))
            attribute(tag);
        rest_.remove_prefix(1);
        // What a style says is not HTML.
        const std::string_view stop = tag.name == "style" ? "</style" : "<";
        const size_t size = std::min(rest_.find(stop), rest_.size());
        tag.text = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return true;
    }

private:
    static bool is_alnum(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    template <class F> std::string_view take_while(F f) {
        const auto end = std::find_if_not(rest_.begin(), rest_.end(), f);
        const std::string_view taken = rest_.substr(0, static_cast<size_t>(end - rest_.begin()));
        rest_.remove_prefix(taken.size());
        return taken;
    }
    void skip_space() {
        take_while([](char c) { return c == ' ' || c == '\n'; });
    }

    void attribute(Tag& tag) {
        const std::string_view at = rest_;
        const auto fail = [&] { throw runtime_error("not an attribute: " + escape(at, 60)); };
        const std::string_view name = take_while([](char c) { return is_alnum(c) || c == '-'; });
        if (name.empty() || name.starts_with("on"))
            fail();
        if (!rest_.starts_with('='))
            return;
        rest_.remove_prefix(1);
        std::string_view value;
        if (rest_.starts_with('"') || rest_.starts_with('\'')) {
            const size_t end = rest_.find(rest_[0], 1);
            if (end == rest_.npos)
                fail();
            value = rest_.substr(1, end - 1);
            rest_.remove_prefix(end + 1);
        } else {
            value = take_while([](char c) { return is_alnum(c); });
        }
        // What comes next would be an attribute of the name's.
        if (rest_.empty() || (rest_[0] != ' ' && rest_[0] != '>'))
            fail();
        if (value.find('<') != value.npos)
            throw runtime_error("unescaped in an attribute: " + escape(value));
        if (name == "href")
            tag.href = html_unescape(value);
    }

    std::string_view rest_;
};

// A relative reference without its name would be a query, a fragment, or a scheme
// ("a:b" is one unless a '/' stands before the colon: RFC 3986 section 4.2).
std::string name_of(std::string_view reference) {
    if (reference.starts_with("./"))
        reference.remove_prefix(2);
    else if (reference.find(':') != reference.npos)
        throw runtime_error("a colon makes a scheme of: " + std::string(reference));
    for (char c : reference)
        if (c == '?' || c == '#' || c == ' ' || static_cast<unsigned char>(c) < 0x20 ||
            static_cast<unsigned char>(c) >= 0x7f)
            throw runtime_error("not encoded: " + escape(reference));
    if (reference.ends_with('/'))
        reference.remove_suffix(1);
    if (reference.empty() || reference.find('/') != reference.npos)
        throw runtime_error("a link leads elsewhere: " + escape(reference));
    return percent_decode(reference);
}

// As the C library sees it: the server's reading is what is to be judged.
bool is_utf8(std::string_view text) {
    thread_local const iconv_t decoder = iconv_open("UTF-32LE", "UTF-8");
    if (reinterpret_cast<intptr_t>(decoder) == -1)
        throw runtime_error("iconv does not know UTF-8");
    std::vector<char> wide(4 * text.size());
    char* from = const_cast<char*>(text.data()); // iconv() only reads it
    char* to = wide.data();
    size_t from_left = text.size(), to_left = wide.size();
    iconv(decoder, nullptr, nullptr, nullptr, nullptr);
    return iconv(decoder, &from, &from_left, &to, &to_left) != static_cast<size_t>(-1);
}

bool has_control(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; });
}

// The text of a link must be its name, or, where that is no text, text in its place.
// nginx and Apache cut long names, and say so.
void check_shown(std::string_view shown, const std::string& name, bool directory) {
    constexpr std::string_view cut = "..>";
    if (shown.empty() || !is_utf8(shown))
        throw runtime_error("a link without text, or whose text is not UTF-8: " + escape(shown));
    if (!is_utf8(name) || has_control(name))
        return;
    if (shown.ends_with(cut) && name.starts_with(shown.substr(0, shown.size() - cut.size())))
        return;
    if (directory && shown.ends_with('/'))
        shown.remove_suffix(1);
    if (shown != name)
        throw runtime_error("a link to " + escape(name) + " is called " + escape(shown));
}

} // namespace

Listing read_listing(std::string_view html) {
    Listing listing;
    PageReader page(html);
    std::string_view last;
    for (Tag tag; page.next(tag);) {
        last = tag.name;
        if (tag.name != "a" || tag.href.empty())
            continue;
        if (tag.href == "../" || tag.href == "..") {
            listing.has_parent = true;
            continue;
        }
        listing.names.push_back(name_of(tag.href));
        check_shown(html_unescape(tag.text), listing.names.back(), tag.href.ends_with('/'));
    }
    if (last != "/html")
        throw runtime_error("the listing is cut: no </html>");
    std::sort(listing.names.begin(), listing.names.end());
    return listing;
}

std::string compare_listing(std::string_view html, std::vector<std::string> names, bool is_root) {
    Listing listing;
    try {
        listing = read_listing(html);
    } catch (const runtime_error& e) {
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
