// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A served tree: names to open files, never outside the root.
#pragma once

#include "ktcp/host.h"
#include "ktcp/protocol.h"

#include <memory>
#include <string>
#include <sys/stat.h>

namespace ktcp::user {

// A file descriptor with an owner.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int fd) noexcept : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(other.take()) {}
    Descriptor& operator=(Descriptor&& other) noexcept;
    ~Descriptor();

    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }
    int take() noexcept {
        int fd = fd_;
        fd_ = -1;
        return fd;
    }

private:
    int fd_ = -1;
};

// What makes a file this file and unchanged: which inode it is, and when its contents
// and its inode (links, names, owner, mode) last changed.
struct FileIdentity {
    uint64_t device;
    uint64_t inode;
    uint64_t size;
    timespec modified;
    timespec changed;

    explicit FileIdentity(const struct stat& st) noexcept;
    FileIdentity() = default;
    bool operator==(const FileIdentity& other) const noexcept;
};

struct OpenedFile {
    ktcp_resource_status status = KTCP_RESOURCE_FAILED;
    bool out_of_descriptors = false; // why it FAILED: closing some may help
    Descriptor fd;                   // for FILE and DIRECTORY
    FileIdentity identity{};
    bool dated = false; // of a file: a write through mmap changes the change time
};

// /proc/self/fd, through which what was found is opened: a process has its own.
class OwnDescriptors {
public:
    OwnDescriptors(); // throws StartError
    // In a child process, where descriptors are others than in the parent. False if it
    // cannot be used.
    bool open() noexcept;
    int get() const { return directory_.get(); }

private:
    Descriptor directory_;
};

// A root directory, and the rule for the symbolic links beneath it. Shared by all
// workers, constant once opened.
class Root {
public:
    // Throws StartError with a message that says what to do.
    explicit Root(const std::string& path, ktcp_symlinks symlinks = KTCP_SYMLINKS_BENEATH,
                  std::shared_ptr<OwnDescriptors> own = std::make_shared<OwnDescriptors>());

    // `path` is as in ktcp_resource_request: relative, decoded, "" for the root.
    OpenedFile open(const char* path) const noexcept;

    // What `path` leads to, by the rule for links. False if it leads nowhere, or out; then
    // errno says why.
    bool describe(const char* path, struct stat& st) const noexcept;
    // The same, but of a link as the last name, what it is itself.
    bool describe_itself(const char* path, struct stat& st) const noexcept;

    // Does `path` still lead to the file of this identity? One system call where links
    // lead beneath the root, three by the other rules; answer_cache.hh says why.
    bool leads_to(const char* path, const FileIdentity& identity) const noexcept;

    ktcp_symlinks symlinks() const { return symlinks_; }
    int descriptor() const noexcept { return directory_.get(); }

private:
    int find(const char* path, int flags = 0) const noexcept;
    OpenedFile reopen(Descriptor found) const noexcept;

    const ktcp_symlinks symlinks_;
    const std::shared_ptr<const OwnDescriptors> own_;
    Descriptor directory_;
};

ktcp_resource_status resource_status_of(int error) noexcept;

} // namespace ktcp::user
