// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "support/document_tree.hh"

#include <fstream>
#include <sstream>
#include <stdexcept>

#include "support/escape.hh"

namespace ktcp::test {

namespace {

constexpr int most_links = 40; // as path_resolution(7) has it

// Bytes that differ at every place where two files could be confused or shifted.
std::string filling(size_t size) {
    std::string out(size, '\0');
    uint64_t state = size * 2654435761u + 1;
    for (char& c : out) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        c = static_cast<char>(state >> 56);
    }
    return out;
}

Node parse_node(std::string_view kind, std::istringstream& words) {
    std::string rest;
    auto rest_of_line = [&] {
        std::getline(words >> std::ws, rest);
        return unescape(rest);
    };
    if (kind == "dir")
        return {Node::Kind::directory, {}, 0, {}};
    if (kind == "fifo")
        return {Node::Kind::fifo, {}, 0, {}};
    if (kind == "socket")
        return {Node::Kind::socket, {}, 0, {}};
    if (kind == "link")
        return {Node::Kind::link, rest_of_line(), 0, {}};
    if (kind == "locked")
        return {Node::Kind::locked, rest_of_line(), 0, {}};
    if (kind != "file")
        throw std::runtime_error("unknown kind '" + std::string(kind) +
                                 "' (known: dir file locked link fifo socket)");
    std::string how;
    words >> how;
    if (how == "text")
        return {Node::Kind::file, rest_of_line(), 0, {}};
    size_t size = 0;
    if (how == "fill" && words >> size)
        return {Node::Kind::file, filling(size), 0, {}};
    throw std::runtime_error("a file is 'text BYTES' or 'fill SIZE'");
}

std::string_view parent_of(std::string_view path) {
    size_t slash = path.rfind('/');
    return slash == path.npos ? std::string_view() : path.substr(0, slash);
}

} // namespace

DocumentTree DocumentTree::load(const std::filesystem::path& manifest) {
    std::ifstream in(manifest);
    if (!in)
        throw std::runtime_error("cannot read the manifest " + manifest.string());
    DocumentTree tree;
    tree.add("", {Node::Kind::directory, {}, 0, {}});
    DocumentTree* now = &tree;
    std::string line;
    for (int number = 1; std::getline(in, line); number++) {
        if (line.empty() || line[0] == '#')
            continue;
        try {
            std::istringstream words(line);
            std::string kind, name;
            words >> kind;
            if (kind == "root") { // root NAME: the following lines are about another root
                words >> name;
                now = &tree.others_[name];
                now->modified_seconds_ = tree.modified_seconds_;
                now->add("", {Node::Kind::directory, {}, 0, {}});
            } else {
                now->add_line(kind, words);
            }
        } catch (const std::exception& e) {
            throw std::runtime_error(manifest.string() + ":" + std::to_string(number) + ": " +
                                     e.what());
        }
    }
    return tree;
}

void DocumentTree::add_line(const std::string& kind, std::istringstream& words) {
    std::string name;
    if (kind == "mtime") {
        words >> modified_seconds_;
    } else if (kind == "many") { // many COUNT DIRECTORY: that many small files
        int count = 0;
        words >> count >> name;
        for (int i = 0; i < count; i++)
            add(unescape(name) + "/entry-" + std::to_string(i) + ".txt",
                {Node::Kind::file, std::to_string(i) + "\n", 0, {}});
    } else if (kind == "coded") { // coded NAME CODING BYTES
        std::string coding, bytes;
        words >> name >> coding;
        std::getline(words >> std::ws, bytes);
        auto file = nodes_.find(unescape(name));
        if (file == nodes_.end() || file->second.kind != Node::Kind::file)
            throw std::runtime_error("no file line before: " + name);
        file->second.coded[coding] = unescape(bytes);
    } else {
        words >> name;
        add(unescape(name), parse_node(kind, words));
    }
}

void DocumentTree::add(std::string path, Node node) {
    if (!path.empty()) {
        const Node* parent = find(parent_of(path));
        if (!parent || parent->kind != Node::Kind::directory)
            throw std::runtime_error("no directory line before: " + escape(path));
    }
    node.inode = nodes_.size() + 1;
    if (!nodes_.emplace(path, std::move(node)).second)
        throw std::runtime_error("twice: " + escape(path));
}

const Node* DocumentTree::find(std::string_view path) const {
    auto found = nodes_.find(path);
    return found == nodes_.end() ? nullptr : &found->second;
}

bool DocumentTree::follow(std::string_view path, std::string& real, bool& refused,
                          ktcp_symlinks rule, int& links_left) const {
    while (!path.empty()) {
        size_t slash = path.find('/');
        std::string_view segment = path.substr(0, slash);
        path = slash == path.npos ? std::string_view() : path.substr(slash + 1);
        const Node* here = find(real);
        if (!here || here->kind != Node::Kind::directory)
            return false;
        if (segment.empty() || segment == ".")
            continue;
        if (segment == "..") {
            refused = real.empty() && rule != KTCP_SYMLINKS_IN_ROOT;
            if (refused)
                return false;
            real = parent_of(real);
            continue;
        }
        std::string next = real.empty() ? std::string(segment) : real + "/" + std::string(segment);
        const Node* node = find(next);
        if (!node)
            return false;
        if (node->kind != Node::Kind::link) {
            real = next;
            continue;
        }
        const bool absolute = node->bytes.starts_with('/');
        refused = rule == KTCP_SYMLINKS_NONE || links_left-- == 0 ||
                  (absolute && rule != KTCP_SYMLINKS_IN_ROOT);
        if (refused)
            return false;
        if (absolute)
            real.clear();
        if (!follow(node->bytes, real, refused, rule, links_left))
            return false;
    }
    return true;
}

const Node* DocumentTree::resolve(std::string_view path, bool& refused, ktcp_symlinks rule) const {
    std::string real;
    int links_left = most_links;
    refused = false;
    return follow(path, real, refused, rule, links_left) ? find(real) : nullptr;
}

std::string DocumentTree::real_path(std::string_view path, ktcp_symlinks rule) const {
    std::string real;
    int links_left = most_links;
    bool refused = false;
    return follow(path, real, refused, rule, links_left) ? real : std::string(path);
}

std::vector<std::string> DocumentTree::entries(std::string_view path, ktcp_symlinks rule) const {
    std::string prefix = real_path(path, rule);
    if (!prefix.empty())
        prefix += '/';
    std::vector<std::string> names;
    for (auto at = nodes_.lower_bound(prefix); at != nodes_.end(); ++at) {
        std::string_view name = at->first;
        if (!name.starts_with(prefix))
            break;
        name.remove_prefix(prefix.size());
        if (!name.empty() && name.find('/') == name.npos)
            names.emplace_back(name);
    }
    return names;
}

} // namespace ktcp::test
