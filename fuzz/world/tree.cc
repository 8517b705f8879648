// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "world/tree.hh"

#include <cerrno>
#include <climits>
#include <cstring>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/inotify.h>

namespace ktcp::fuzz {
namespace {

constexpr int most_links = 40;

} // namespace

uint64_t Node::size() const {
    return kind == Kind::file   ? (content ? content->size() : sparse_size)
           : kind == Kind::link ? target.size()
                                : 0;
}

void Node::describe(struct stat& st) const {
    st = {};
    st.st_dev = 1;
    st.st_ino = inode;
    st.st_mode = (kind == Kind::file        ? S_IFREG
                  : kind == Kind::directory ? S_IFDIR
                  : kind == Kind::link      ? S_IFLNK
                                            : S_IFIFO) |
                 (forbidden ? 0 : 0755);
    st.st_nlink = names;
    st.st_size = static_cast<off_t>(size());
    st.st_mtim = modified;
    st.st_ctim = changed;
}

int Watches::add(const NodeRef& node, uint32_t events) {
    for (Watch& watch : watches)
        if (watch.node == node) {
            watch.events |= events;
            return watch.number;
        }
    watches.push_back({++last, node, events});
    return last;
}

bool Watches::remove(int number) {
    return std::erase_if(watches, [number](const Watch& w) { return w.number == number; }) != 0;
}

void Watches::tell(int number, uint32_t event, std::string_view name) {
    const bool overflow = queue.size() >= most;
    if (queue.size() > most)
        return;
    inotify_event head = {};
    head.wd = overflow ? -1 : number;
    head.mask = overflow ? IN_Q_OVERFLOW : event;
    head.len = overflow || name.empty() ? 0 : static_cast<uint32_t>((name.size() + 16) / 16 * 16);
    std::string encoded(reinterpret_cast<const char*>(&head), sizeof head);
    if (head.len != 0)
        encoded.append(name).append(head.len - name.size(), '\0');
    queue.push_back(std::move(encoded));
}

Tree::Tree() {
    date_ = {700000000, 123456789};
    root_ = make(Node::Kind::directory);
    root_->parent = root_.get();
    served_ = make(Node::Kind::directory);
    elsewhere_ = make(Node::Kind::directory);
    put(*root_, "srv", served_);
    put(*root_, "out", elsewhere_);
    std::string secret;
    for (int i = 0; i < 20; i++)
        secret += outside;
    put(*elsewhere_, "secret", make(Node::Kind::file, secret));
    put(*elsewhere_, "f", make(Node::Kind::file, secret));
    put(*elsewhere_, "x.txt", make(Node::Kind::file, secret));

    put(*served_, "f", make(Node::Kind::file, text(26)));
    put(*served_, "e.txt", make(Node::Kind::file, ""));
    put(*served_, "m", make(Node::Kind::file, text(5000)));
    put(*served_, "l", make(Node::Kind::file, text(100000)));
    put(*served_, "l.css", make(Node::Kind::file, text(140000)));
    put(*served_, "c.txt", make(Node::Kind::file, text(1777)));
    put(*served_, "c.txt.gz", make(Node::Kind::file, text(300)));
    NodeRef big = make(Node::Kind::file);
    big->content = nullptr;
    big->sparse_size = uint64_t{1} << 40;
    put(*served_, "b", big);
    NodeRef out = make(Node::Kind::link);
    out->target = "../out/secret";
    put(*served_, "s", out);
    NodeRef in = make(Node::Kind::link);
    in->target = "m";
    put(*served_, "n", in);
    NodeRef top = make(Node::Kind::link);
    top->target = "/f";
    put(*served_, "r", top);
    put(*served_, "p", make(Node::Kind::fifo));
    NodeRef index = make(Node::Kind::directory);
    put(*served_, "i", index);
    put(*index, "index.html", make(Node::Kind::file, text(600)));
    NodeRef listed = make(Node::Kind::directory);
    put(*served_, "d", listed);
    put(*listed, "x.txt", make(Node::Kind::file, text(10)));
    put(*listed, ".hidden", make(Node::Kind::file, text(10)));
    put(*listed, "<a>&\"'", make(Node::Kind::file, text(10)));
    put(*listed, "\xff\n%2e", make(Node::Kind::file, text(10)));
    put(*listed, "sub", make(Node::Kind::directory));
    NodeRef many = make(Node::Kind::directory);
    put(*served_, "z", many);
    for (int i = 0; i < 150; i++)
        put(*many,
            std::string(1 + i * 37 % 200, static_cast<char>('a' + i % 26)) + std::to_string(i),
            make(Node::Kind::file, ""));
    changes_ = 0;
}

// Directories hold their parents' entries, not the other way round: there is no cycle.
Tree::~Tree() = default;

// Lines that say which version they are of, and compress well.
std::string Tree::text(size_t size) {
    std::string line = "version " + std::to_string(++version_) + " of a text, line after line\n";
    std::string made;
    made.reserve(size + line.size());
    while (made.size() < size)
        made += line;
    made.resize(size);
    return made;
}

NodeRef Tree::make(Node::Kind kind, std::string content) {
    auto node = std::make_shared<Node>();
    node->kind = kind;
    if (!free_inodes_.empty()) { // file systems use numbers again
        node->inode = free_inodes_.back();
        free_inodes_.pop_back();
    } else {
        node->inode = ++last_inode_;
    }
    if (kind == Node::Kind::file)
        node->content = std::make_shared<const std::string>(std::move(content));
    node->modified = node->changed = date_;
    return node;
}

void Tree::touch(Node& node) { node.changed = date_; }

void Tree::tell(const Node& node, uint32_t event, std::string_view name) {
    for (Watches* queue : listeners)
        for (const Watches::Watch& watch : queue->watches)
            if (watch.node.get() == &node && (watch.events & event))
                queue->tell(watch.number, event, name);
}

// What a file's directory hears of it.
void Tree::tell_parents(const Node& node, uint32_t event) {
    for (Watches* queue : listeners)
        for (const Watches::Watch& watch : queue->watches)
            for (const auto& [name, entry] : watch.node->entries)
                if (entry.get() == &node && (watch.events & event))
                    queue->tell(watch.number, event, name);
}

void Tree::put(Node& directory, const std::string& name, NodeRef node) {
    if (node->kind == Node::Kind::directory)
        node->parent = &directory;
    directory.entries[name] = std::move(node);
    directory.modified = directory.changed = date_;
    tell(directory, IN_CREATE, name);
}

NodeRef Tree::take(Node& directory, const std::string& name) {
    auto found = directory.entries.find(name);
    if (found == directory.entries.end())
        return nullptr;
    NodeRef node = found->second;
    directory.entries.erase(found);
    directory.modified = directory.changed = date_;
    touch(*node);
    tell(directory, IN_DELETE, name);
    if (node->kind == Node::Kind::directory) {
        node->parent = root_.get();
        tell(*node, IN_DELETE_SELF, {});
    } else if (--node->names == 0) {
        free_inodes_.push_back(node->inode);
    }
    return node;
}

void Tree::write(Node& node, Bytes content) {
    node.content = std::move(content);
    node.modified = node.changed = date_;
    tell_parents(node, IN_MODIFY);
}

NodeRef Tree::walk(const NodeRef& from, std::string_view path, uint64_t resolve, bool follow,
                   int& error) const {
    const bool beneath = resolve & RESOLVE_BENEATH, in_root = resolve & RESOLVE_IN_ROOT;
    const NodeRef top = beneath || in_root ? from : root_;
    const auto give_up = [&error](int why) {
        error = why;
        return nullptr;
    };
    NodeRef here = from;
    std::deque<std::string> names;
    const auto push_front = [&](std::string_view text) {
        std::deque<std::string> more;
        if (text.starts_with('/')) {
            if (beneath)
                return false;
            here = top;
        }
        while (!text.empty()) {
            const std::string_view name = text.substr(0, text.find('/'));
            text.remove_prefix(std::min(name.size() + 1, text.size()));
            if (!name.empty())
                more.emplace_back(name);
        }
        names.insert(names.begin(), more.begin(), more.end());
        return true;
    };
    if (path.empty())
        return give_up(ENOENT);
    if (path.size() >= PATH_MAX)
        return give_up(ENAMETOOLONG);
    if (!push_front(path))
        return give_up(EXDEV);
    for (int links = 0; !names.empty();) {
        const std::string name = names.front();
        names.pop_front();
        if (here->kind != Node::Kind::directory)
            return give_up(ENOTDIR);
        if (here->forbidden)
            return give_up(EACCES);
        if (name == ".")
            continue;
        if (name == "..") {
            if (here == top && beneath)
                return give_up(EXDEV);
            if (here != top && here->parent)
                here = here->parent == root_.get()     ? root_
                       : here->parent == served_.get() ? served_
                       : here->parent == elsewhere_.get()
                           ? elsewhere_
                           : root_; // of what is deeper, nobody asks for the parent
            continue;
        }
        if (name.size() > NAME_MAX)
            return give_up(ENAMETOOLONG);
        const auto found = here->entries.find(name);
        if (found == here->entries.end())
            return give_up(ENOENT);
        const NodeRef next = found->second;
        if (next->kind == Node::Kind::link && (follow || !names.empty())) {
            if ((resolve & RESOLVE_NO_SYMLINKS) || ++links > most_links)
                return give_up(ELOOP);
            if (!push_front(next->target))
                return give_up(EXDEV);
            continue;
        }
        here = next;
    }
    if (path.ends_with('/') && here->kind != Node::Kind::directory)
        return give_up(ENOTDIR);
    return here;
}

} // namespace ktcp::fuzz
