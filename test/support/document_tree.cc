// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "support/document_tree.hh"

#include <fstream>
#include <sstream>
#include <stdexcept>

#include "support/escape.hh"

namespace ktcp::test {

namespace {

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
        return {Node::Kind::directory, {}, 0};
    if (kind == "fifo")
        return {Node::Kind::fifo, {}, 0};
    if (kind == "socket")
        return {Node::Kind::socket, {}, 0};
    if (kind == "link")
        return {Node::Kind::link, rest_of_line(), 0};
    if (kind == "locked")
        return {Node::Kind::locked, rest_of_line(), 0};
    if (kind != "file")
        throw std::runtime_error("unknown kind '" + std::string(kind) +
                                 "' (known: dir file locked link fifo socket)");
    std::string how;
    words >> how;
    if (how == "text")
        return {Node::Kind::file, rest_of_line(), 0};
    size_t size = 0;
    if (how == "fill" && words >> size)
        return {Node::Kind::file, filling(size), 0};
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
    tree.add("", {Node::Kind::directory, {}, 0});
    std::string line;
    for (int number = 1; std::getline(in, line); number++) {
        if (line.empty() || line[0] == '#')
            continue;
        try {
            std::istringstream words(line);
            std::string kind, name;
            words >> kind;
            if (kind == "mtime") {
                words >> tree.modified_seconds_;
            } else if (kind == "many") { // many COUNT DIRECTORY: that many small files
                int count = 0;
                words >> count >> name;
                for (int i = 0; i < count; i++)
                    tree.add(unescape(name) + "/entry-" + std::to_string(i) + ".txt",
                             {Node::Kind::file, std::to_string(i) + "\n", 0});
            } else {
                words >> name;
                tree.add(unescape(name), parse_node(kind, words));
            }
        } catch (const std::exception& e) {
            throw std::runtime_error(manifest.string() + ":" + std::to_string(number) + ": " +
                                     e.what());
        }
    }
    return tree;
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

bool DocumentTree::follow(std::string_view path, std::string& real, bool& outside,
                          int depth) const {
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
            outside = real.empty();
            if (outside)
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
        outside = node->bytes.starts_with('/') || depth == 0;
        if (outside || !follow(node->bytes, real, outside, depth - 1))
            return false;
    }
    return true;
}

const Node* DocumentTree::resolve(std::string_view path, bool& outside) const {
    std::string real;
    outside = false;
    return follow(path, real, outside, 40) ? find(real) : nullptr;
}

std::string DocumentTree::real_path(std::string_view path) const {
    std::string real;
    bool outside = false;
    return follow(path, real, outside, 40) ? real : std::string(path);
}

std::vector<std::string> DocumentTree::entries(std::string_view path) const {
    std::string prefix = real_path(path);
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
