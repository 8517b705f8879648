// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "content.hh"

#include <cstdlib>
#include <new>
#include <sys/mman.h>
#include <unistd.h>

namespace ktcp::user {

namespace {

// From here on memory is the system's own pages, which it has back as soon as they are
// not needed: a heap would be full of holes.
constexpr size_t mapped_size = 64 * 1024;
constexpr size_t page_size = 4096;
constexpr size_t malloc_overhead = 16;

constexpr size_t pages(size_t size) { return (size + page_size - 1) / page_size * page_size; }

char* map(size_t size, int fd) noexcept {
    void* memory = mmap(nullptr, pages(size), PROT_READ | PROT_WRITE,
                        fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED, fd, 0);
    return memory == MAP_FAILED ? nullptr : static_cast<char*>(memory);
}

} // namespace

uint64_t Content::charge_of(size_t size) noexcept {
    const size_t own = sizeof(Content) + malloc_overhead;
    const size_t block = headroom + size;
    return own + (block < mapped_size ? block + malloc_overhead : pages(block));
}

Content* Content::create(CacheShare& share, size_t size, bool& no_memory) noexcept {
    if (!share.take_bytes(charge_of(size)))
        return nullptr;
    auto* content = new (std::nothrow) Content;
    if (!content) {
        no_memory = true;
        share.give_back(charge_of(size), 0);
        return nullptr;
    }
    content->share_ = &share;
    content->size_ = size;
    if (!content->place()) {
        no_memory = true;
        content->release();
        return nullptr;
    }
    return content;
}

// False: there is no memory.
bool Content::place() noexcept {
    if (size_ >= file_size && share_->files < most_files) {
        fd_ = Descriptor(memfd_create("content", MFD_CLOEXEC));
        if (fd_ && ftruncate(fd_.get(), static_cast<off_t>(size_)) == 0)
            bytes_ = map(size_, fd_.get());
        if (bytes_) {
            ++share_->files;
            return true;
        }
        fd_ = Descriptor();
    }
    const size_t block = headroom + size_;
    char* memory = block < mapped_size ? static_cast<char*>(std::malloc(block)) : map(block, -1);
    bytes_ = memory ? memory + headroom : nullptr;
    return memory != nullptr;
}

Content* Content::create(Descriptor fd) noexcept {
    auto* content = new (std::nothrow) Content;
    if (content)
        content->fd_ = std::move(fd);
    return content;
}

void Content::destroy() noexcept {
    const size_t block = headroom + size_;
    if (bytes_ && fd_) {
        munmap(bytes_, pages(size_));
        --share_->files;
    } else if (bytes_ && block < mapped_size) {
        std::free(bytes_ - headroom);
    } else if (bytes_) {
        munmap(bytes_ - headroom, pages(block));
    }
    if (share_)
        share_->give_back(charge_of(size_), 0);
    delete this;
}

} // namespace ktcp::user
