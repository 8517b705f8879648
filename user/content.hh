// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What an answer sends: bytes that were copied into memory, or a file that has them.
#pragma once

#include "cache_budget.hh"
#include "posix_files.hh"

#include <cstddef>
#include <utility>

namespace ktcp::user {

// Bytes never change once others see them, so that what a client gets is what was read
// at one moment, whatever becomes of the file. A worker's own: references are counted
// without locks.
class Content {
public:
    // Memory in front of the bytes (of which has_headroom() is true), for what is sent
    // before them: one piece is cheaper for the kernel than a list of two. Whoever sends
    // writes to it, and is done with it when the system call returns.
    static constexpr size_t headroom = 512;
    // From here on the memory is that of a file of our own (memfd_create(2)), from which
    // sendfile gives pages to TCP without copying them. Only so many descriptors are spent
    // on that; beyond them bytes are copied.
    static constexpr size_t file_size = 128 * 1024;
    static constexpr uint32_t most_files = 256;

    // Room for `size` bytes, with one reference. nullptr if the budget or the memory does
    // not allow it.
    static Content* create(CacheShare& share, size_t size) noexcept {
        bool no_memory = false;
        return create(share, size, no_memory);
    }
    // The same; tells if it was the memory.
    static Content* create(CacheShare& share, size_t size, bool& no_memory) noexcept;
    // An open file; for what is too large to be kept, and for directories.
    static Content* create(Descriptor fd) noexcept;
    // What create() would charge.
    static uint64_t charge_of(size_t size) noexcept;

    Content* acquire() noexcept {
        ++users_;
        return this;
    }
    void release() noexcept {
        if (--users_ == 0)
            destroy();
    }

    bool in_memory() const { return share_ != nullptr; }
    char* bytes() noexcept { return bytes_; }
    bool has_headroom() const { return !fd_; }
    size_t size() const { return size_; } // of the bytes in memory
    // An open file, or the memory's own; -1: neither.
    int fd() const { return fd_.get(); }

private:
    Content() = default;
    bool place() noexcept;
    void destroy() noexcept;

    uint32_t users_ = 1;
    Descriptor fd_;
    CacheShare* share_ = nullptr; // that it is charged to; nullptr: no bytes
    size_t size_ = 0;
    char* bytes_ = nullptr;
};

// One reference.
class ContentRef {
public:
    ContentRef() = default;
    explicit ContentRef(Content* content) noexcept : content_(content) {}
    ContentRef(ContentRef&& other) noexcept : content_(std::exchange(other.content_, nullptr)) {}
    ContentRef& operator=(ContentRef&& other) noexcept {
        std::swap(content_, other.content_);
        return *this;
    }
    ~ContentRef() {
        if (content_)
            content_->release();
    }
    ContentRef share() const noexcept {
        return ContentRef(content_ ? content_->acquire() : nullptr);
    }

    Content* operator->() const { return content_; }
    explicit operator bool() const { return content_ != nullptr; }

private:
    Content* content_ = nullptr;
};

} // namespace ktcp::user
