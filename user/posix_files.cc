// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "posix_files.hh"

#include "start_error.hh"

#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace ktcp::user {

namespace {

// The kernel itself refuses each step that the rule forbids, however the tree changes
// meanwhile. No rule lets a magic link (/proc/PID/root and the like) lead anywhere.
constexpr uint64_t resolve_rules[KTCP_SYMLINKS_COUNT] = {
    RESOLVE_NO_MAGICLINKS | RESOLVE_BENEATH,
    RESOLVE_NO_MAGICLINKS | RESOLVE_IN_ROOT,
    RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH,
};
static_assert(KTCP_SYMLINKS_BENEATH == 0 && KTCP_SYMLINKS_IN_ROOT == 1 && KTCP_SYMLINKS_NONE == 2);

// What is to be known of a file system before its files are served.
enum class FileSystem {
    // procfs, sysfs and their like: files are made up as they are read: they have no size
    // that could be told beforehand, and to open some of them has an effect.
    made_up,
    // A page that is written to through mmap for the first time, or again after it was
    // written back, changes the file's dates as write(2) does. So do the large ones for
    // disks, but not tmpfs; of others nothing is known.
    dated,
    other,
    unknown, // it could not be asked
};

FileSystem file_system_of(int fd) noexcept {
    struct statfs fs = {};
    if (fstatfs(fd, &fs) != 0)
        return FileSystem::unknown;
    switch (static_cast<uint32_t>(fs.f_type)) {
    case PROC_SUPER_MAGIC:
    case SYSFS_MAGIC:
    case CGROUP_SUPER_MAGIC:
    case CGROUP2_SUPER_MAGIC:
    case DEBUGFS_MAGIC:
    case TRACEFS_MAGIC:
    case SECURITYFS_MAGIC:
    case SELINUX_MAGIC:
    case BPF_FS_MAGIC:
    case EFIVARFS_MAGIC:
        return FileSystem::made_up;
    case EXT4_SUPER_MAGIC: // and ext2, ext3
    case XFS_SUPER_MAGIC:
    case BTRFS_SUPER_MAGIC:
    case F2FS_SUPER_MAGIC:
        return FileSystem::dated;
    default:
        return FileSystem::other;
    }
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

OwnDescriptors::OwnDescriptors() {
    if (!open())
        throw StartError::with_errno("cannot open /proc/self/fd", "mount proc on /proc");
}

bool OwnDescriptors::open() noexcept {
    directory_ = Descriptor(); // first: its number may be free, and come again
    directory_ = Descriptor(::open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC));
    return static_cast<bool>(directory_);
}

Root::Root(const std::string& path, ktcp_symlinks symlinks, std::shared_ptr<OwnDescriptors> own)
    : symlinks_(symlinks), own_(std::move(own)),
      directory_(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
    if (!directory_)
        throw StartError::with_errno("cannot serve '" + path + "'",
                                     "give --root or --host a directory that this user may read");
    if (faccessat(directory_.get(), ".", R_OK | X_OK, AT_EACCESS) != 0)
        throw StartError::with_errno("cannot serve '" + path + "'",
                                     "let this user read and search it (chmod a+rx), or "
                                     "choose another directory");
    if (!Descriptor(find("")))
        throw StartError::with_errno("cannot resolve names beneath '" + path + "'",
                                     "openat2 is needed: Linux 5.6 or later, and no seccomp "
                                     "filter that hides it");
}

// Opens nothing yet: O_PATH only finds.
int Root::find(const char* path, int flags) const noexcept {
    open_how how = {};
    how.flags = static_cast<uint64_t>(O_PATH | O_CLOEXEC | flags);
    how.resolve = resolve_rules[symlinks_];
    // EAGAIN: something was renamed during the walk, and the kernel cannot tell that
    // it stayed inside. Its manual page says to try again.
    for (int attempt = 0; attempt < 64; ++attempt) {
        long fd = syscall(SYS_openat2, directory_.get(), *path ? path : ".", &how, sizeof how);
        if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
            return static_cast<int>(fd);
    }
    return -1;
}

// Opening a device or a FIFO by name can do something, or wait for ever, before one
// knows what was opened. So a name is first found (O_PATH: no driver hears of it),
// then looked at, and only a regular file or a directory is opened, through the
// descriptor and not through the name, which may mean something else by now.
OpenedFile Root::open(const char* path) const noexcept {
    int found = find(path);
    if (found >= 0)
        return reopen(Descriptor(found));
    OpenedFile opened;
    opened.status = resource_status_of(errno);
    opened.out_of_descriptors = errno == EMFILE || errno == ENFILE;
    return opened;
}

OpenedFile Root::reopen(Descriptor found) const noexcept {
    OpenedFile opened;
    struct stat st = {};
    if (fstat(found.get(), &st) != 0)
        return opened;
    FileSystem system = S_ISREG(st.st_mode)   ? file_system_of(found.get())
                        : S_ISDIR(st.st_mode) ? FileSystem::other
                                              : FileSystem::made_up;
    if (system == FileSystem::unknown)
        return opened;
    if (system == FileSystem::made_up) {
        opened.status = KTCP_RESOURCE_FORBIDDEN;
        return opened;
    }
    char name[16];
    *std::to_chars(name, name + sizeof name - 1, found.get()).ptr = '\0';
    // O_NONBLOCK: do not wait for another process to give up a lease on the file.
    opened.fd = Descriptor(openat(own_->get(), name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!opened.fd) {
        // ENOENT cannot mean "no such name" here: the name was found.
        opened.status = errno == ENOENT ? KTCP_RESOURCE_FAILED : resource_status_of(errno);
        opened.out_of_descriptors = errno == EMFILE || errno == ENFILE;
        return opened;
    }
    opened.status = S_ISREG(st.st_mode) ? KTCP_RESOURCE_FILE : KTCP_RESOURCE_DIRECTORY;
    opened.identity = FileIdentity(st);
    opened.dated = system == FileSystem::dated;
    return opened;
}

bool Root::describe(const char* path, struct stat& st) const noexcept {
    Descriptor found(find(path));
    return found && fstat(found.get(), &st) == 0;
}

bool Root::describe_itself(const char* path, struct stat& st) const noexcept {
    Descriptor found(find(path, O_NOFOLLOW));
    return found && fstat(found.get(), &st) == 0;
}

bool Root::leads_to(const char* path, const FileIdentity& identity) const noexcept {
    struct stat st = {};
    bool there = symlinks_ == KTCP_SYMLINKS_BENEATH
                     ? fstatat(directory_.get(), *path ? path : ".", &st, 0) == 0
                     : describe(path, st);
    return there && FileIdentity(st) == identity;
}

} // namespace ktcp::user
