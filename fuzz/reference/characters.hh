// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Sets of characters, each by the name that it has in the grammars: RFC 5234
// appendix B.1, RFC 9110 section 5.6.2, RFC 3986 section 2.
#pragma once

#include <string_view>

namespace ktcp::reference {

inline bool is_alpha(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_hexdig(char c) {
    return is_digit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}
inline bool is_vchar(char c) { return c > ' ' && c < '\x7f'; }
inline bool is_obs_text(char c) { return static_cast<unsigned char>(c) >= 0x80; }
inline bool is_blank(char c) { return c == ' ' || c == '\t'; } // what OWS, RWS and BWS are made of

inline bool is_one_of(char c, std::string_view set) { return set.find(c) != set.npos; }

// tchar
inline bool is_tchar(char c) {
    return is_alpha(c) || is_digit(c) || is_one_of(c, "!#$%&'*+-.^_`|~");
}
inline bool is_unreserved(char c) { return is_alpha(c) || is_digit(c) || is_one_of(c, "-._~"); }
inline bool is_sub_delim(char c) { return is_one_of(c, "!$&'()*+,;="); }

template <class Set> bool all_of(std::string_view text, Set in_set) {
    for (char c : text)
        if (!in_set(c))
            return false;
    return true;
}

// token = 1*tchar
inline bool is_token(std::string_view text) { return !text.empty() && all_of(text, is_tchar); }

inline char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

inline bool same_word(std::string_view a, std::string_view b) {
    if (a.size() != b.size())
        return false;
    for (size_t i = 0; i < a.size(); i++)
        if (lower(a[i]) != lower(b[i]))
            return false;
    return true;
}

inline unsigned hex_digit(char c) {
    return static_cast<unsigned>(is_digit(c) ? c - '0' : lower(c) - 'a' + 10);
}

// Without leading and trailing OWS.
inline std::string_view without_ows(std::string_view text) {
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    return text;
}

} // namespace ktcp::reference
