// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Reads a directory's entries one by one, in constant memory.
#pragma once

#include "block_pool.hh"
#include "file_cache.hh"

#include <memory>

namespace ktcp::user {

// Lives while a session lists its current resource. Names come from the kernel in
// batches of one pooled buffer; each entry is looked up when its turn comes. A symbolic
// link is described by what a request for it would find, by the root's rule for links.
class Directory {
public:
    // Starts at the first entry, whatever else reads the directory through its descriptor:
    // cached directories are shared. nullptr on failure.
    // The file, and the root that it was found in, must outlive the object.
    static std::unique_ptr<Directory> open(const OpenFile& file, const Root& root,
                                           BlockPool& buffers) noexcept;
    ~Directory();

    enum class Step { entry, end, failed };
    // The entry's name is valid until the next call.
    Step next(ktcp_entry& entry) noexcept;

private:
    Directory(const OpenFile& file, const Root& root, Descriptor fd, BlockPool& buffers,
              void* batch) noexcept
        : file_(file), root_(root), fd_(std::move(fd)), buffers_(buffers),
          batch_(static_cast<char*>(batch)) {}
    void look_up(ktcp_entry& entry) noexcept;
    void follow(const ktcp_entry& link, struct stat& st) noexcept;

    const OpenFile& file_;
    const Root& root_;
    Descriptor fd_; // its own, with a place to read on of its own
    BlockPool& buffers_;
    char* batch_;
    size_t at_ = 0;
    size_t end_ = 0;
};

} // namespace ktcp::user
