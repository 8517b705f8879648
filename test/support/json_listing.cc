// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "support/json_listing.hh"

#include <algorithm>
#include <charconv>
#include <map>
#include <stdexcept>

#include "support/escape.hh"

namespace ktcp::test {

namespace {

using Entry = std::map<std::string, std::string>; // numbers as they stand there

// As much of RFC 8259 as an array of flat objects has. Throws where it is not JSON.
class ArrayReader {
public:
    explicit ArrayReader(std::string_view text) : rest_(text) {}

    std::vector<Entry> read() {
        std::vector<Entry> entries;
        expect('[');
        if (!take(']')) {
            do
                entries.push_back(object());
            while (take(','));
            expect(']');
        }
        if (skip_space(); !rest_.empty())
            fail();
        return entries;
    }

private:
    [[noreturn]] void fail() const {
        throw std::runtime_error("not an array of flat objects: " + escape(rest_));
    }

    void skip_space() {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
    }

    bool take(char mark) {
        skip_space();
        if (!rest_.starts_with(mark))
            return false;
        rest_.remove_prefix(1);
        return true;
    }

    void expect(char mark) {
        if (!take(mark))
            fail();
    }

    Entry object() {
        Entry entry;
        expect('{');
        do {
            std::string key = string();
            expect(':');
            skip_space();
            std::string value = rest_.starts_with('"') ? string() : number();
            if (!entry.emplace(key, value).second)
                fail();
        } while (take(','));
        expect('}');
        return entry;
    }

    std::string number() {
        const size_t size = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
        if (size == 0 || (size > 1 && rest_[0] == '0'))
            fail();
        std::string digits(rest_.substr(0, size));
        rest_.remove_prefix(size);
        return digits;
    }

    std::string string() {
        std::string text;
        expect('"');
        while (!rest_.empty() && rest_[0] != '"') {
            const char c = rest_[0];
            if (static_cast<unsigned char>(c) < 0x20)
                fail();
            rest_.remove_prefix(1);
            text += c == '\\' ? escaped() : std::string(1, c);
        }
        expect('"');
        return text;
    }

    std::string escaped() {
        static const std::map<char, char> short_ones = {{'"', '"'},  {'\\', '\\'}, {'/', '/'},
                                                        {'b', '\b'}, {'f', '\f'},  {'n', '\n'},
                                                        {'r', '\r'}, {'t', '\t'}};
        if (rest_.empty())
            fail();
        const char c = rest_[0];
        rest_.remove_prefix(1);
        if (auto one = short_ones.find(c); one != short_ones.end())
            return std::string(1, one->second);
        unsigned value = 0;
        if (c != 'u' || rest_.size() < 4 ||
            std::from_chars(rest_.data(), rest_.data() + 4, value, 16).ptr != rest_.data() + 4)
            fail();
        rest_.remove_prefix(4);
        if (value < 0x80)
            return std::string(1, static_cast<char>(value));
        if (value >= 0x800) // also halves of pairs: the server has no need of them
            return {static_cast<char>(0xe0 | value >> 12),
                    static_cast<char>(0x80 | (value >> 6 & 0x3f)),
                    static_cast<char>(0x80 | (value & 0x3f))};
        return {static_cast<char>(0xc0 | value >> 6), static_cast<char>(0x80 | (value & 0x3f))};
    }

    std::string_view rest_;
};

// "a%20b/" is the directory "a b".
std::string name_of(std::string_view href) {
    if (href.starts_with("./"))
        href.remove_prefix(2);
    if (href.ends_with('/'))
        href.remove_suffix(1);
    std::string name;
    for (size_t i = 0; i < href.size(); i++) {
        unsigned value = static_cast<unsigned char>(href[i]);
        if (href[i] == '%') {
            if (i + 2 >= href.size() ||
                std::from_chars(&href[i + 1], &href[i] + 3, value, 16).ptr != &href[i] + 3)
                throw std::runtime_error("a link with a bad '%': " + escape(href));
            i += 2;
        }
        name += static_cast<char>(value);
    }
    if (name.empty() || name.find('/') != name.npos || name == "." || name == "..")
        throw std::runtime_error("a link that leads elsewhere: " + escape(href));
    return name;
}

// U+FFFD stands for what is not UTF-8.
bool is_name(const std::string& shown, const std::string& name) {
    return shown == name || shown.find("\xef\xbf\xbd") != shown.npos;
}

} // namespace

std::string compare_json_listing(std::string_view json, std::vector<std::string> names) {
    std::vector<std::string> listed;
    try {
        for (const Entry& entry : ArrayReader(json).read()) {
            for (const char* key : {"name", "type", "href"})
                if (!entry.contains(key))
                    return std::string("an entry without ") + key;
            const std::string& href = entry.at("href");
            const std::string& type = entry.at("type");
            listed.push_back(name_of(href));
            if (!is_name(entry.at("name"), listed.back()))
                return "another name than its link: " + escape(entry.at("name"));
            if (href.ends_with('/') != (type == "directory"))
                return escape(href) + " is of type " + escape(type);
            if (entry.contains("size") != (type == "file"))
                return escape(href) + ", a " + escape(type) + ", with or without a size";
        }
    } catch (const std::exception& e) {
        return e.what();
    }
    std::sort(listed.begin(), listed.end());
    std::sort(names.begin(), names.end());
    for (size_t i = 0; i < std::max(listed.size(), names.size()); i++) {
        if (i == listed.size() || (i < names.size() && names[i] < listed[i]))
            return "it lacks " + escape(names[i]);
        if (i == names.size() || listed[i] < names[i])
            return "it has " + escape(listed[i]);
    }
    return {};
}

} // namespace ktcp::test
