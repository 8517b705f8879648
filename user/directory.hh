// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Reads a directory's entries one by one, in constant memory.
#pragma once

#include "block_pool.hh"
#include "posix_files.hh"

#include <memory>
#include <string_view>

namespace ktcp::user {

// Lives while a session lists its current resource. Names come from the kernel in
// batches of one pooled buffer; each entry is looked up when its turn comes. A symbolic
// link is described by what a request for it would find, by the root's rule for links.
class Directory {
public:
    // Starts at the first entry, whatever else reads the directory through its descriptor:
    // cached directories are shared. nullptr on failure, with errno.
    // The name by which it was found, and the root, must outlive the object.
    static std::unique_ptr<Directory> open(int fd, std::string_view name, const Root& root,
                                           BlockPool& buffers) noexcept;
    ~Directory();

    enum class Step { entry, end, failed }; // failed: with errno
    // The entry's name is valid until the next call, and ended by NUL. `itself`, if it is
    // asked for, is what the entry is, and not what it leads to; all zero if that is not
    // known.
    Step next(ktcp_entry& entry, struct stat* itself = nullptr) noexcept;
    // Once more what the entry is, which next() found.
    void look_up(ktcp_entry& entry, struct stat* itself = nullptr) noexcept;
    // Has looking up an entry failed so far, for another reason than that it is gone or
    // secret? It was given as one of which nothing is known; another time it may be known.
    bool unsure() const { return unsure_; }
    int fd() const { return fd_.get(); }

private:
    Directory(std::string_view name, const Root& root, Descriptor fd, BlockPool& buffers,
              void* batch) noexcept
        : name_(name), root_(root), fd_(std::move(fd)), buffers_(buffers),
          batch_(static_cast<char*>(batch)) {}
    void follow(const ktcp_entry& link, struct stat& st) noexcept;

    const std::string_view name_;
    const Root& root_;
    Descriptor fd_; // its own, with a place to read on of its own
    BlockPool& buffers_;
    char* batch_;
    size_t at_ = 0;
    size_t end_ = 0;
    bool unsure_ = false;
};

} // namespace ktcp::user
