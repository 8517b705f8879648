// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "integration/confined_tree.hh"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace ktcp::test {

ConfinedTree::ConfinedTree(const std::string& root)
    : root_(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
    if (root_ < 0)
        throw std::system_error(errno, std::generic_category(), "cannot open the root " + root);
}

ConfinedTree::~ConfinedTree() { close(root_); }

int ConfinedTree::open(std::string_view path, int flags) const {
    open_how how{};
    how.flags = static_cast<uint64_t>(flags | O_CLOEXEC);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    std::string name = path.empty() ? "." : std::string(path);
    return static_cast<int>(syscall(SYS_openat2, root_, name.c_str(), &how, sizeof(how)));
}

Found ConfinedTree::find(std::string_view path) const {
    Found found;
    // O_PATH touches no device and waits for no FIFO's writer.
    int fd = open(path, O_PATH);
    if (fd < 0) {
        bool missing = errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG;
        found.kind = missing ? Found::Kind::missing : Found::Kind::refused;
        return found;
    }
    struct stat what;
    bool known = fstat(fd, &what) == 0;
    close(fd);
    found.kind = Found::Kind::refused;
    if (!known || !(S_ISREG(what.st_mode) || S_ISDIR(what.st_mode)))
        return found;
    fd = open(path, O_RDONLY);
    if (fd < 0)
        return found;
    close(fd);
    found.kind = S_ISREG(what.st_mode) ? Found::Kind::file : Found::Kind::directory;
    found.size = static_cast<uint64_t>(what.st_size);
    found.modified_seconds = what.st_mtime;
    return found;
}

std::vector<std::string> ConfinedTree::entries(std::string_view path) const {
    std::vector<std::string> names;
    int fd = open(path, O_RDONLY | O_DIRECTORY);
    DIR* directory = fd < 0 ? nullptr : fdopendir(fd);
    if (!directory)
        throw std::system_error(errno, std::generic_category(), "cannot list " + std::string(path));
    while (const dirent* entry = readdir(directory)) {
        std::string_view name = entry->d_name;
        if (name != "." && name != "..")
            names.emplace_back(name);
    }
    closedir(directory);
    std::sort(names.begin(), names.end());
    return names;
}

void ConfinedTree::walk(const std::string& directory, std::vector<std::string>& paths) const {
    for (const std::string& name : entries(directory)) {
        std::string path = directory.empty() ? name : directory + "/" + name;
        paths.push_back(path);
        struct stat what;
        if (fstatat(root_, path.c_str(), &what, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISDIR(what.st_mode) && find(path).kind == Found::Kind::directory)
            walk(path, paths);
    }
}

std::vector<std::string> ConfinedTree::walk() const {
    std::vector<std::string> paths = {""};
    walk("", paths);
    return paths;
}

} // namespace ktcp::test
