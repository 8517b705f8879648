// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "directory.hh"

#include <cerrno>
#include <climits>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <new>

namespace ktcp::user {

std::unique_ptr<Directory> Directory::open(int fd, std::string_view name, const Root& root,
                                           BlockPool& buffers) noexcept {
    Descriptor own(openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!own)
        return nullptr;
    void* batch = buffers.acquire();
    if (!batch) {
        errno = ENOMEM;
        return nullptr;
    }
    auto* directory = new (std::nothrow) Directory(name, root, std::move(own), buffers, batch);
    if (!directory) {
        buffers.release(batch);
        errno = ENOMEM;
    }
    return std::unique_ptr<Directory>(directory);
}

Directory::~Directory() { buffers_.release(batch_); }

Directory::Step Directory::next(ktcp_entry& entry, struct stat* itself) noexcept {
    for (;;) {
        if (at_ == end_) {
            ssize_t n = getdents64(fd_.get(), batch_, KTCP_BUFFER_SIZE);
            // ENOENT: it was removed after it had been opened; and only what is empty can be.
            if (n <= 0)
                return n == 0 || errno == ENOENT ? Step::end : Step::failed;
            at_ = 0;
            end_ = static_cast<size_t>(n);
        }
        const auto* record = reinterpret_cast<const dirent64*>(batch_ + at_);
        at_ += record->d_reclen;
        std::string_view name(record->d_name);
        // Longer names than NAME_MAX exist on some foreign file systems: no request
        // could ask for them, so they are not listed.
        if (name == "." || name == ".." || name.size() > KTCP_NAME_MAX)
            continue;
        entry = {};
        entry.name = name.data();
        entry.name_size = static_cast<uint32_t>(name.size());
        look_up(entry, itself);
        return Step::entry;
    }
}

void Directory::look_up(ktcp_entry& entry, struct stat* itself) noexcept {
    entry.kind = KTCP_ENTRY_OTHER;
    struct stat st = {};
    bool found = fstatat(fd_.get(), entry.name, &st, AT_SYMLINK_NOFOLLOW) == 0;
    if (itself)
        *itself = st;
    if (!found) {
        unsure_ |= errno != ENOENT && errno != EACCES && errno != EPERM;
        return;
    }
    if (S_ISLNK(st.st_mode))
        follow(entry, st);
    if (S_ISREG(st.st_mode))
        entry.kind = KTCP_ENTRY_FILE;
    else if (S_ISDIR(st.st_mode))
        entry.kind = KTCP_ENTRY_DIRECTORY;
    entry.modified_seconds = st.st_mtim.tv_sec;
    entry.size = static_cast<uint64_t>(st.st_size);
}

// From the root, by the name that a client would ask for: only so can the kernel tell
// whether the way stays inside. Leaves `st` alone if it leads nowhere.
void Directory::follow(const ktcp_entry& link, struct stat& st) noexcept {
    if (root_.symlinks() == KTCP_SYMLINKS_NONE)
        return;
    char path[PATH_MAX]; // what is longer cannot be asked for
    size_t size = name_.size();
    if (size + 1 + link.name_size >= sizeof path)
        return;
    std::memcpy(path, name_.data(), size);
    if (size > 0)
        path[size++] = '/';
    std::memcpy(path + size, link.name, link.name_size);
    path[size + link.name_size] = '\0';
    root_.describe(path, st);
}

} // namespace ktcp::user
