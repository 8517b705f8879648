// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Reads a directory's entries one by one, in constant memory.
#pragma once

#include "block_pool.hh"
#include "posix_files.hh"

#include <memory>

namespace ktcp::user {

// Lives while a session lists its current resource. Names come from the kernel in
// batches of one pooled buffer; each entry is looked up when its turn comes.
class Directory {
public:
    // Starts at the first entry, whatever else reads the directory through `fd`:
    // cached directories are shared. nullptr on failure.
    static std::unique_ptr<Directory> open(int fd, BlockPool& buffers) noexcept;
    ~Directory();

    enum class Step { entry, end, failed };
    // The entry's name is valid until the next call.
    Step next(ktcp_entry& entry) noexcept;

private:
    Directory(Descriptor fd, BlockPool& buffers, void* batch) noexcept
        : fd_(std::move(fd)), buffers_(buffers), batch_(static_cast<char*>(batch)) {}
    void look_up(ktcp_entry& entry) noexcept;

    Descriptor fd_;
    BlockPool& buffers_;
    char* batch_;
    size_t at_ = 0;
    size_t end_ = 0;
};

} // namespace ktcp::user
