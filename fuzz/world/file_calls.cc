// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The same for files, directories and memory.
#include "world/calls.hh"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdarg>
#include <cstddef>
#include <cstring>
#include <dirent.h>
#include <linux/magic.h>
#include <sys/vfs.h>

using namespace ktcp::fuzz;

namespace ktcp::fuzz {
namespace {

NodeRef node_of(int fd) {
    const auto* file = world().find<File>(fd);
    return file ? file->node : nullptr;
}

int open_node(NodeRef node, bool path_only) {
    auto file = std::make_shared<File>();
    file->node = std::move(node);
    file->path_only = path_only;
    return world().add(std::move(file));
}

int describe(const Node& node, struct stat& st) {
    node.describe(st);
    return 0;
}

} // namespace

// "/proc/self/fd/N", or "/proc/self/fd/N/NAME".
NodeRef by_own_path(std::string_view path) {
    constexpr std::string_view before = "/proc/self/fd/";
    if (!path.starts_with(before))
        return nullptr;
    path.remove_prefix(before.size());
    int fd = -1;
    const auto end = std::from_chars(path.data(), path.data() + path.size(), fd);
    path.remove_prefix(static_cast<size_t>(end.ptr - path.data()));
    NodeRef node = node_of(fd);
    if (!path.empty() && node) {
        const auto found = node->entries.find(std::string(path.substr(1)));
        node = found == node->entries.end() ? nullptr : found->second;
    }
    return node;
}

int open_beneath(int fd, const char* path, const open_how& how) {
    const NodeRef from = node_of(fd);
    check(from && (how.flags & O_PATH) && (how.flags & O_CLOEXEC), "openat2");
    check(how.resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT), "openat2 that may leave the root");
    if (world().fails(Call::find))
        return -1;
    int error = 0;
    NodeRef node = world().tree.walk(from, path, how.resolve, (how.flags & O_NOFOLLOW) == 0, error);
    return node ? open_node(std::move(node), true) : failed(error);
}

} // namespace ktcp::fuzz

KTCP_WRAP(int, open, (const char* path, int flags, ...)) {
    mode_t mode = 0;
    if (flags & (O_CREAT | O_TMPFILE)) {
        va_list list;
        va_start(list, flags);
        mode = va_arg(list, mode_t);
        va_end(list);
    }
    if (!World::current)
        return __real_open(path, flags, mode);
    if (world().fails(Call::start))
        return -1;
    if (std::strcmp(path, "/proc/self/fd") == 0)
        return world().add(std::make_shared<OwnFiles>());
    check(std::strcmp(path, "/srv") == 0 && (flags & O_PATH), "open by a path", path);
    return open_node(world().tree.served(), true);
}

KTCP_WRAP(int, openat, (int fd, const char* path, int flags, ...)) {
    if (!World::ours(fd)) {
        va_list list;
        va_start(list, flags);
        const mode_t mode = va_arg(list, mode_t);
        va_end(list);
        return __real_openat(fd, path, flags, mode);
    }
    check((flags & O_CLOEXEC) && (flags & O_ACCMODE) == O_RDONLY, "openat");
    if (world().fails(Call::open))
        return -1;
    NodeRef node;
    if (world().find<OwnFiles>(fd)) {
        node = by_own_path(std::string("/proc/self/fd/") + path);
        check(node != nullptr, "a descriptor that is not open is opened again", path);
        check(node->kind == Node::Kind::file || node->kind == Node::Kind::directory,
              "something is opened that is neither file nor directory");
    } else {
        node = node_of(fd);
        check(node && std::strcmp(path, ".") == 0, "openat of a name", path);
        if (node->kind != Node::Kind::directory)
            return failed(ENOTDIR);
    }
    return node->forbidden ? failed(EACCES) : open_node(std::move(node), false);
}

KTCP_WRAP(int, faccessat, (int fd, const char* path, int mode, int flags)) {
    if (!World::ours(fd))
        return __real_faccessat(fd, path, mode, flags);
    return world().fails(Call::start) ? -1 : 0;
}

KTCP_WRAP(int, fstat, (int fd, struct stat* st)) {
    if (!World::ours(fd))
        return __real_fstat(fd, st);
    const NodeRef node = node_of(fd);
    check(node != nullptr, "fstat of no file");
    return world().fails(Call::fstat) ? -1 : describe(*node, *st);
}

KTCP_WRAP(int, fstatat, (int fd, const char* path, struct stat* st, int flags)) {
    if (!World::ours(fd))
        return __real_fstatat(fd, path, st, flags);
    const NodeRef from = node_of(fd);
    check(from != nullptr && path[0] != '/', "fstatat", path);
    if (world().fails(Call::fstatat))
        return -1;
    int error = 0;
    const NodeRef node =
        world().tree.walk(from, path, 0, (flags & AT_SYMLINK_NOFOLLOW) == 0, error);
    return node ? describe(*node, *st) : failed(error);
}

KTCP_WRAP(int, fstatfs, (int fd, struct statfs* fs)) {
    if (!World::ours(fd))
        return __real_fstatfs(fd, fs);
    if (world().fails(Call::fstatfs))
        return -1;
    std::memset(fs, 0, sizeof *fs);
    fs->f_type = EXT4_SUPER_MAGIC;
    return 0;
}

KTCP_WRAP(ssize_t, getdents64, (int fd, void* place, size_t size)) {
    if (!World::ours(fd))
        return __real_getdents64(fd, place, size);
    auto* file = world().find<File>(fd);
    check(file && !file->path_only && file->node->kind == Node::Kind::directory, "getdents64");
    if (world().fails(Call::list))
        return -1;
    if (!file->listed) {
        file->listed = true;
        file->left = {{".", file->node}, {"..", file->node}};
        for (const auto& [name, node] : file->node->entries)
            file->left.emplace_back(name, node);
        std::ranges::reverse(file->left);
    }
    size_t done = 0;
    while (!file->left.empty()) {
        const auto& [name, node] = file->left.back();
        const size_t need = (offsetof(dirent64, d_name) + name.size() + 1 + 7) / 8 * 8;
        if (done + need > size)
            break;
        dirent64 record = {};
        record.d_ino = node->inode;
        record.d_reclen = static_cast<unsigned short>(need);
        record.d_type = DT_UNKNOWN;
        auto* at = static_cast<char*>(place) + done;
        std::memset(at, 0, need);
        std::memcpy(at, &record, offsetof(dirent64, d_name));
        std::memcpy(at + offsetof(dirent64, d_name), name.data(), name.size());
        done += need;
        file->left.pop_back();
    }
    world().progress();
    return static_cast<ssize_t>(done);
}

KTCP_WRAP(ssize_t, pread, (int fd, void* place, size_t size, off_t offset)) {
    if (!World::ours(fd))
        return __real_pread(fd, place, size, offset);
    const auto* file = world().find<File>(fd);
    const auto* memory = world().find<Memory>(fd);
    check(memory || (file && !file->path_only && file->node->kind == Node::Kind::file), "pread");
    if (world().fails(Call::pread))
        return -1;
    if (memory) {
        const size_t begin = std::min(static_cast<size_t>(offset), memory->size);
        const size_t taken = std::min(size, memory->size - begin);
        std::memcpy(place, memory->bytes + begin, taken);
        return static_cast<ssize_t>(taken);
    }
    const uint64_t whole = file->node->size();
    const auto at = static_cast<uint64_t>(offset);
    // In pieces, so that something can happen in between.
    const size_t piece = std::max<size_t>(1, size / 2 + size % 2);
    const size_t n = at < whole ? static_cast<size_t>(std::min<uint64_t>(piece, whole - at)) : 0;
    if (file->node->content)
        std::memcpy(place, file->node->content->data() + std::min(at, whole), n);
    else
        std::memset(place, 'b', n);
    world().progress();
    return static_cast<ssize_t>(n);
}

KTCP_WRAP(int, fcntl, (int fd, int command, ...)) {
    va_list list;
    va_start(list, command);
    const long word = va_arg(list, long);
    va_end(list);
    if (!World::ours(fd))
        return __real_fcntl(fd, command, word);
    check(command == F_SETLEASE, "fcntl");
    auto* file = world().find<File>(fd);
    check(file != nullptr, "a lease on no file");
    if (static_cast<int>(word) == F_UNLCK) {
        file->leased = false;
        return 0;
    }
    if (world().fails(Call::lease))
        return -1;
    if (file->node->after_writing)
        return failed(EAGAIN);
    file->leased = true;
    return 0;
}
