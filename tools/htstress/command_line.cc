// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "command_line.hh"

#include <algorithm>

#include <fmt/format.h>

namespace htstress {
namespace {

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("%+,-./:=@_").find(c) != std::string_view::npos;
}

bool is_printable(char c) { return c >= ' ' && c <= '~'; }

std::string quoted(std::string_view word) {
    if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain))
        return std::string(word);
    const bool printable = std::all_of(word.begin(), word.end(), is_printable);
    std::string text = printable ? "'" : "$'";
    for (const char c : word) {
        if (!is_printable(c))
            text += fmt::format("\\{:03o}", static_cast<unsigned>(static_cast<unsigned char>(c)));
        else if (printable && c == '\'')
            text += "'\\''";
        else if (!printable && (c == '\'' || c == '\\'))
            text += {'\\', c};
        else
            text += c;
    }
    return text + "'";
}

} // namespace

std::string command_line(const std::vector<std::string_view>& arguments) {
    std::string line;
    for (const std::string_view word : arguments) {
        if (!line.empty())
            line += ' ';
        line += quoted(word);
    }
    return line;
}

} // namespace htstress
