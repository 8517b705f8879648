// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "kernel/drop_tcp_socket/noise.hh"

namespace ktcp::test {

std::string Noise::bytes() {
    std::string out(1 + below(below(20) ? 200 : 20000), '\0');
    for (char& c : out)
        c = static_cast<char>(random_());
    return out;
}

std::string Noise::grammar() {
    static const std::vector<std::string> tokens = {"0.0.0.0",   "255.255.255.255",
                                                    "127.0.0.1", "::",
                                                    "::1",       "::ffff:127.0.0.1",
                                                    "fe80::77",  "1:2:3",
                                                    "[",         "]",
                                                    "%lo",       "%",
                                                    "%nosuch",   "%1",
                                                    ":",         ":*",
                                                    ":0",        ":80",
                                                    ":8081",     ":65535",
                                                    ":65536",    " ",
                                                    "\t",        "\n",
                                                    "\r\n",      "\0",
                                                    "LISTEN",    ".",
                                                    "a",         "f",
                                                    "g",         "999",
                                                    "/",         "-",
                                                    "\xff"};
    std::string out;
    for (size_t n = 1 + below(40); n > 0; n--)
        out += tokens[below(tokens.size())];
    return out;
}

void Noise::change(std::string& text) {
    if (text.empty())
        return;
    const size_t at = below(text.size());
    switch (below(6)) {
    case 0:
        text[at] = static_cast<char>(random_());
        break;
    case 1:
        text.erase(at, 1 + below(4));
        break;
    case 2:
        text.insert(at, 1, static_cast<char>(' ' + below(95)));
        break;
    case 3:
        text[at] = static_cast<char>('0' + below(10));
        break;
    case 4:
        text.insert(at, text.substr(below(text.size()), below(60)));
        break;
    case 5:
        text.insert(at, below(10) ? 3 : 5000, text[at]);
        break;
    }
}

std::string Noise::text(const std::vector<std::string>& names) {
    std::string out;
    const size_t pieces = 1 + below(below(10) ? 4 : 300);
    for (size_t i = 0; i < pieces; i++) {
        const size_t kind = below(10);
        std::string piece;
        if (kind < 1) {
            piece = bytes();
        } else if (kind < 4) {
            piece = grammar();
        } else if (!names.empty()) {
            piece = names[below(names.size())];
            for (size_t changes = below(4); changes > 1; changes--)
                change(piece);
        }
        out += piece + (below(20) ? "\n" : " ");
    }
    if (below(4) == 0)
        out.resize(below(out.size() + 1)); // ends anywhere
    return out;
}

} // namespace ktcp::test
