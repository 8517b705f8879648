// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What somebody else does to the tree.
#include "world/tree.hh"

#include <iterator>
#include <sys/inotify.h>

namespace ktcp::fuzz {
namespace {

// What changes; "d" and its like are directories.
struct Place {
    const char* directory;
    const char* name;
};
constexpr Place places[] = {
    {"", "f"},     {"", "m"},      {"", "c.txt"},      {"", "l"},           {"i", "index.html"},
    {"", "d"},     {"d", "x.txt"}, {"", "index.html"}, {"", "c.txt.gz"},    {"", "e.txt"},
    {"d", "sub"},  {"", "s"},      {"", "f.txt"},      {"d", "index.html"}, {"", "i"},
    {"", "l.css"}, {"", "b"},
};

} // namespace

void Tree::change(uint8_t what, uint8_t where, const timespec& date) {
    date_ = date;
    changes_++;
    const Place& place = places[where % std::size(places)];
    int error = 0;
    const NodeRef directory =
        *place.directory ? walk(served_, place.directory, 0, false, error) : served_;
    if (!directory || directory->kind != Node::Kind::directory)
        return;
    const auto found = directory->entries.find(place.name);
    const NodeRef node = found == directory->entries.end() ? nullptr : found->second;
    const bool is_file = node && node->kind == Node::Kind::file && node->content;
    const size_t sizes[] = {0, 26, 700, 5000, 100000, 150000};
    const size_t size = sizes[where / std::size(places) % std::size(sizes)];
    switch (what % 14) {
    case 0: // another file by rename
        take(*directory, place.name);
        put(*directory, place.name, make(Node::Kind::file, text(size)));
        break;
    case 1: // rewritten in place
        if (is_file)
            write(*node, std::make_shared<const std::string>(
                             text(where < std::size(places) ? node->size() : size)));
        break;
    case 2: // the first half of that
        if (is_file && !node->after_writing) {
            const std::string whole = text(node->size());
            const std::string half =
                whole.substr(0, whole.size() / 2) + node->content->substr(whole.size() / 2);
            write(*node, std::make_shared<const std::string>(half));
            node->after_writing = std::make_shared<const std::string>(whole);
            written_++;
        }
        break;
    case 3: // the second half
        if (is_file && node->after_writing) {
            write(*node, node->after_writing);
            node->after_writing = nullptr;
        }
        break;
    case 4: // shorter
        if (node && node->kind == Node::Kind::file && !node->content) {
            node->sparse_size = where * uint64_t{1000};
            node->modified = date_;
            touch(*node);
        }
        if (is_file)
            write(*node, std::make_shared<const std::string>(
                             node->content->substr(0, node->size() / (2 + where % 3))));
        break;
    case 5:
        take(*directory, place.name);
        break;
    case 6:
        if (!node)
            put(*directory, place.name, make(Node::Kind::file, text(size)));
        break;
    case 7: { // a way out
        take(*directory, place.name);
        const NodeRef link = make(Node::Kind::link);
        const char* const targets[] = {
            "/out/secret", "../out/secret", "../../out/secret", "../srv/../out/secret", "m",
            "/out",        "../out"};
        link->target = targets[where / std::size(places) % std::size(targets)];
        put(*directory, place.name, link);
        break;
    }
    case 8:
        take(*directory, place.name);
        put(*directory, place.name, make(Node::Kind::directory));
        break;
    case 9:
        if (node) {
            node->forbidden = !node->forbidden;
            touch(*node);
            tell_parents(*node, IN_ATTRIB);
        }
        break;
    case 10:
        if (node) {
            node->modified = date_;
            touch(*node);
            tell_parents(*node, IN_ATTRIB);
        }
        break;
    case 11: // moved out of the root, and a link in its place
        if (node) {
            take(*directory, place.name);
            NodeRef moved = node;
            if (node->kind == Node::Kind::directory)
                put(*elsewhere_, place.name, moved);
            const NodeRef link = make(Node::Kind::link);
            link->target = std::string("../out/") + place.name;
            put(*directory, place.name, link);
        }
        break;
    case 12:
        take(*directory, place.name);
        put(*directory, place.name, make(Node::Kind::fifo));
        break;
    case 13: { // a second name
        const std::string name = "name " + std::to_string(where);
        if (is_file && !directory->entries.contains(name)) {
            put(*directory, name, node);
            node->names++;
            touch(*node);
        }
        break;
    }
    }
}

} // namespace ktcp::fuzz
