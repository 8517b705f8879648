// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The file system of the server target: a tree in memory, with dates, links, leases and
// watches as far as a server can see them, and changes that an input asks for.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <vector>

namespace ktcp::fuzz {

using Bytes = std::shared_ptr<const std::string>;

struct Node {
    enum class Kind { file, directory, link, fifo };

    Kind kind = Kind::file;
    uint64_t inode = 0;
    bool forbidden = false; // nobody may open it, or go through it
    unsigned names = 1;
    timespec modified{}, changed{};
    Bytes content;            // of a file, at this moment; never changed, but replaced
    uint64_t sparse_size = 0; // of a file whose bytes are all alike
    Bytes after_writing;      // somebody has it open for writing: what it will be
    std::string target;       // of a link
    std::map<std::string, std::shared_ptr<Node>> entries;
    Node* parent = nullptr; // of a directory

    uint64_t size() const;
    void describe(struct stat& st) const;
};
using NodeRef = std::shared_ptr<Node>;

// An inotify queue, filled by the tree.
struct Watches {
    struct Watch {
        int number;
        NodeRef node;
        uint32_t events;
    };
    std::vector<Watch> watches;
    int last = 0;
    std::deque<std::string> queue; // encoded events

    int add(const NodeRef& node, uint32_t events);
    bool remove(int number);
    void tell(int number, uint32_t event, std::string_view name);
    static constexpr size_t most = 64; // queued events; then the queue says that it overflowed
};

class Tree {
public:
    // Bytes that only files outside the root have.
    static constexpr std::string_view outside = "\x01 outside \x01";

    Tree();
    ~Tree();
    Tree(const Tree&) = delete;
    Tree& operator=(const Tree&) = delete;

    // By openat2's rules; on failure the error is in `error`.
    NodeRef walk(const NodeRef& from, std::string_view path, uint64_t resolve, bool follow,
                 int& error) const;
    NodeRef root() const { return root_; }
    NodeRef served() const { return served_; }

    // Does something to a place of the tree; `date` is when.
    void change(uint8_t what, uint8_t where, const timespec& date);
    uint64_t changes() const { return changes_; }
    bool writing() const { return written_ != 0; } // was a file ever left half written?

    std::vector<Watches*> listeners; // of inotify

private:
    NodeRef make(Node::Kind kind, std::string content = {});
    void put(Node& directory, const std::string& name, NodeRef node);
    NodeRef take(Node& directory, const std::string& name);
    void touch(Node& node);
    void write(Node& node, Bytes content);
    void tell(const Node& node, uint32_t event, std::string_view name);
    void tell_parents(const Node& node, uint32_t event);
    std::string text(size_t size);

    timespec date_{};
    uint64_t last_inode_ = 0;
    std::vector<uint64_t> free_inodes_;
    unsigned version_ = 0;
    uint64_t changes_ = 0;
    unsigned written_ = 0;
    NodeRef root_, served_, elsewhere_;
};

} // namespace ktcp::fuzz
