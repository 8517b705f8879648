// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// DocumentTree::make(): the tree on a disk. Sockets are bound through a relative
// path, since sockaddr_un holds 107 bytes only.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include "support/document_tree.hh"
#include "support/escape.hh"

namespace ktcp::test {

namespace {

[[noreturn]] void give_up(const std::string& what, const std::string& path) {
    throw std::system_error(errno, std::generic_category(), what + " " + escape(path));
}

struct Descriptor {
    int fd;
    ~Descriptor() {
        if (fd >= 0)
            close(fd);
    }
};

void write_file(int root, const std::string& path, const Node& node) {
    mode_t mode = node.kind == Node::Kind::locked ? 0 : 0644;
    Descriptor file{openat(root, path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)};
    if (file.fd < 0)
        give_up("cannot create", path);
    for (size_t done = 0; done < node.bytes.size();) {
        ssize_t n = write(file.fd, node.bytes.data() + done, node.bytes.size() - done);
        if (n < 0)
            give_up("cannot write", path);
        done += static_cast<size_t>(n);
    }
}

void bind_socket(int root, const std::string& path) {
    Descriptor socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (socket.fd < 0)
        give_up("cannot make a socket for", path);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::string name = "/proc/self/fd/" + std::to_string(root) + "/" + path;
    if (name.size() >= sizeof(address.sun_path))
        throw std::runtime_error("too long for a socket: " + escape(path));
    memcpy(address.sun_path, name.c_str(), name.size() + 1);
    if (bind(socket.fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0)
        give_up("cannot bind", path);
}

} // namespace

void DocumentTree::make(const std::filesystem::path& directory) const {
    std::filesystem::create_directories(directory);
    if (!std::filesystem::is_empty(directory))
        throw std::runtime_error(directory.string() + " is not empty: name a new directory");
    Descriptor root{open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (root.fd < 0)
        give_up("cannot open", directory.string());

    for (const auto& [path, node] : nodes_) { // sorted, so parents come first
        if (path.empty())
            continue;
        switch (node.kind) {
        case Node::Kind::directory:
            if (mkdirat(root.fd, path.c_str(), 0755) != 0)
                give_up("cannot make the directory", path);
            break;
        case Node::Kind::link:
            if (symlinkat(node.bytes.c_str(), root.fd, path.c_str()) != 0)
                give_up("cannot make the link", path);
            break;
        case Node::Kind::fifo:
            if (mkfifoat(root.fd, path.c_str(), 0644) != 0)
                give_up("cannot make the FIFO", path);
            break;
        case Node::Kind::socket:
            bind_socket(root.fd, path);
            break;
        default:
            write_file(root.fd, path, node);
        }
    }
    // Last, and children before parents: making an entry touches its directory.
    for (auto at = nodes_.rbegin(); at != nodes_.rend(); ++at) {
        timespec times[2] = {{modified_seconds_, 0}, {modified_seconds_, 0}};
        const char* path = at->first.empty() ? "." : at->first.c_str();
        if (utimensat(root.fd, path, times, AT_SYMLINK_NOFOLLOW) != 0)
            give_up("cannot set the times of", at->first);
    }
    for (const auto& [name, other] : others_)
        other.make(directory.string() + "." + name);
}

} // namespace ktcp::test
