// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "posix_files.hh"

#include "start_error.hh"

#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace ktcp::user {

namespace {

// Opens nothing yet: O_PATH only finds. BENEATH makes the kernel itself refuse each
// step that would leave the root, by "..", by an absolute link or by a relative one,
// however the tree changes meanwhile.
int find_beneath(int root, const char* path) noexcept {
    open_how how = {};
    how.flags = O_PATH | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    // EAGAIN: something was renamed during the walk, and the kernel cannot tell that
    // it stayed inside. Its manual page says to try again.
    for (int attempt = 0; attempt < 16; ++attempt) {
        long fd = syscall(SYS_openat2, root, *path ? path : ".", &how, sizeof how);
        if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
            return static_cast<int>(fd);
    }
    return -1;
}

} // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    if (this != &other) {
        if (fd_ >= 0)
            close(fd_);
        fd_ = other.take();
    }
    return *this;
}

Descriptor::~Descriptor() {
    if (fd_ >= 0)
        close(fd_);
}

FileIdentity::FileIdentity(const struct stat& st) noexcept
    : device(st.st_dev), inode(st.st_ino), size(static_cast<uint64_t>(st.st_size)),
      modified(st.st_mtim), changed(st.st_ctim) {}

bool FileIdentity::operator==(const FileIdentity& other) const noexcept {
    return inode == other.inode && device == other.device && size == other.size &&
           changed.tv_nsec == other.changed.tv_nsec && changed.tv_sec == other.changed.tv_sec &&
           modified.tv_nsec == other.modified.tv_nsec && modified.tv_sec == other.modified.tv_sec;
}

ktcp_resource_status resource_status_of(int error) noexcept {
    switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ENAMETOOLONG:
        return KTCP_RESOURCE_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EXDEV: // would leave the root
    case ELOOP: // too many links, or a magic one
        return KTCP_RESOURCE_FORBIDDEN;
    default:
        return KTCP_RESOURCE_FAILED;
    }
}

Root::Root(const std::string& path) {
    directory_ = Descriptor(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!directory_)
        throw StartError::with_errno("cannot serve '" + path + "'",
                                     "give --root a directory that this user may read");
    if (faccessat(directory_.get(), ".", R_OK | X_OK, AT_EACCESS) != 0)
        throw StartError::with_errno("cannot serve '" + path + "'",
                                     "let this user read and search it (chmod a+rx), or "
                                     "choose another directory");
    if (!open_own_descriptors())
        throw StartError::with_errno("cannot open /proc/self/fd", "mount proc on /proc");
    int probe = find_beneath(directory_.get(), "");
    if (probe < 0)
        throw StartError::with_errno("cannot resolve names beneath '" + path + "'",
                                     "openat2 is needed: Linux 5.6 or later, and no seccomp "
                                     "filter that hides it");
    close(probe);
}

bool Root::open_own_descriptors() noexcept {
    own_descriptors_ = Descriptor(); // first: its number may be free, and come again
    own_descriptors_ = Descriptor(::open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC));
    return static_cast<bool>(own_descriptors_);
}

// Opening a device or a FIFO by name can do something, or wait for ever, before one
// knows what was opened. So a name is first found (O_PATH: no driver hears of it),
// then looked at, and only a regular file or a directory is opened, through the
// descriptor and not through the name, which may mean something else by now.
OpenedFile Root::open(const char* path) const noexcept {
    int found = find_beneath(directory_.get(), path);
    if (found >= 0)
        return reopen(Descriptor(found));
    OpenedFile opened;
    opened.status = resource_status_of(errno);
    opened.out_of_descriptors = errno == EMFILE || errno == ENFILE;
    return opened;
}

OpenedFile Root::reopen(Descriptor found) const noexcept {
    OpenedFile opened;
    struct stat st;
    if (fstat(found.get(), &st) != 0)
        return opened;
    if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) {
        opened.status = KTCP_RESOURCE_FORBIDDEN;
        return opened;
    }
    char name[16];
    *std::to_chars(name, name + sizeof name - 1, found.get()).ptr = '\0';
    // O_NONBLOCK: do not wait for another process to give up a lease on the file.
    opened.fd = Descriptor(
        openat(own_descriptors_.get(), name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!opened.fd) {
        // ENOENT cannot mean "no such name" here: the name was found.
        opened.status = errno == ENOENT ? KTCP_RESOURCE_FAILED : resource_status_of(errno);
        opened.out_of_descriptors = errno == EMFILE || errno == ENFILE;
        return opened;
    }
    opened.status = S_ISREG(st.st_mode) ? KTCP_RESOURCE_FILE : KTCP_RESOURCE_DIRECTORY;
    opened.identity = FileIdentity(st);
    return opened;
}

bool Root::leads_to(const char* path, const FileIdentity& identity) const noexcept {
    struct stat st;
    return fstatat(directory_.get(), *path ? path : ".", &st, 0) == 0 &&
           FileIdentity(st) == identity;
}

} // namespace ktcp::user
