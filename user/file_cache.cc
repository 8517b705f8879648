// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "file_cache.hh"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <new>
#include <unistd.h>

namespace ktcp::user {

namespace {

// FNV-1a, eight bytes a step. Collisions are harmless: names are compared, and the
// table is bounded.
uint32_t hash_of(const ktcp_resource_request& request) noexcept {
    uint64_t hash = 0xcbf29ce484222325 ^ request.size ^ uint64_t { request.root } << 32;
    const char* at = request.path;
    size_t left = request.size;
    auto mix = [&hash](uint64_t piece) {
        hash = (hash ^ piece) * 0x9e3779b97f4a7c15;
        hash ^= hash >> 32;
    };
    for (; left >= 8; at += 8, left -= 8) {
        uint64_t piece;
        std::memcpy(&piece, at, 8);
        mix(piece);
    }
    uint64_t rest = 0;
    for (size_t i = 0; i < left; ++i)
        rest |= uint64_t{static_cast<unsigned char>(at[i])} << (8 * i);
    mix(rest);
    return static_cast<uint32_t>(hash);
}

} // namespace

FileCache::FileCache(const Roots& roots, size_t capacity, Counters& counters)
    : roots_(roots), counters_(counters), capacity_(capacity),
      mask_(static_cast<uint32_t>(std::bit_ceil(std::max<size_t>(capacity, 1))) - 1),
      buckets_(new OpenFile*[mask_ + size_t{1}]()) {}

FileCache::~FileCache() { close_unused(); }

FileCache::Found FileCache::acquire(const ktcp_resource_request& request, ktcp_time now) noexcept {
    uint32_t hash = hash_of(request);
    if (OpenFile* file = find(request, hash)) {
        if (still_true(*file, now)) {
            if (file->users++ == 0)
                unlink_unused(*file);
            counters_.add(count_cache_hits);
            return {file->status, file};
        }
        forget(*file);
    }
    counters_.add(count_cache_misses);
    return open(request, hash, now);
}

bool FileCache::still_true(OpenFile& file, ktcp_time now) noexcept {
    if (now - file.opened >= trust_time)
        return false;
    if (file.checked == arrivals_)
        return true;
    file.checked = arrivals_;
    return roots_.find(file.root)->leads_to(file.name.get(), file.identity);
}

char* FileCache::read(const OpenFile& file, uint64_t offset, size_t size) noexcept {
    char* body = buffer_ + headroom;
    if (piece_.size == size && piece_.serial == file.serial && piece_.arrivals == arrivals_ &&
        piece_.offset == offset)
        return body;
    piece_.size = 0;
    for (size_t done = 0; done < size;) {
        ssize_t n =
            pread(file.fd.get(), body + done, size - done, static_cast<off_t>(offset + done));
        if (n == 0 || (n < 0 && errno != EINTR))
            return nullptr;
        if (n > 0)
            done += static_cast<size_t>(n);
    }
    piece_ = {file.serial, arrivals_, offset, size};
    return body;
}

void FileCache::release(OpenFile& file, ktcp_time now) noexcept {
    if (--file.users > 0)
        return;
    if (!file.cached) {
        delete &file;
        return;
    }
    file.released = now;
    link_unused(file);
}

OpenFile* FileCache::find(const ktcp_resource_request& request, uint32_t hash) noexcept {
    for (OpenFile* file = *bucket_of(hash); file; file = file->next_of_bucket)
        if (file->hash == hash && file->root == request.root && file->name_size == request.size &&
            std::memcmp(file->name.get(), request.path, request.size) == 0)
            return file;
    return nullptr;
}

FileCache::Found FileCache::open(const ktcp_resource_request& request, uint32_t hash,
                                 ktcp_time now) noexcept {
    const Root* root = roots_.find(request.root);
    if (!root)
        return {KTCP_RESOURCE_NOT_FOUND, nullptr};
    OpenedFile opened = root->open(request.path);
    if (opened.out_of_descriptors && close_unused())
        opened = root->open(request.path);
    if (!opened.fd)
        return {opened.status, nullptr};
    auto* file = new (std::nothrow) OpenFile{};
    if (!file)
        return {KTCP_RESOURCE_FAILED, nullptr};
    file->serial = ++opened_;
    file->fd = std::move(opened.fd);
    file->identity = opened.identity;
    file->status = opened.status;
    file->users = 1;
    file->opened = now;
    file->checked = arrivals_;
    file->root = request.root;
    file->hash = hash;
    file->name_size = request.size;
    file->name.reset(new (std::nothrow) char[request.size + 1]);
    if (file->name) {
        std::memcpy(file->name.get(), request.path, request.size + 1);
        keep(*file);
    }
    return {file->status, file};
}

// Where there is no room, and nothing unused to make some, the file is simply not
// cached and lives as long as its one user.
void FileCache::keep(OpenFile& file) noexcept {
    if (cached_ == capacity_ && oldest_)
        forget(*oldest_);
    if (cached_ == capacity_)
        return;
    file.next_of_bucket = *bucket_of(file.hash);
    *bucket_of(file.hash) = &file;
    file.cached = true;
    ++cached_;
}

// Takes a file out of the cache; it ends now, or with its last user.
void FileCache::forget(OpenFile& file) noexcept {
    OpenFile** link = bucket_of(file.hash);
    while (*link != &file)
        link = &(*link)->next_of_bucket;
    *link = file.next_of_bucket;
    file.cached = false;
    --cached_;
    if (file.users == 0) {
        unlink_unused(file);
        delete &file;
    }
}

void FileCache::link_unused(OpenFile& file) noexcept {
    file.newer = nullptr;
    file.older = newest_;
    (newest_ ? newest_->newer : oldest_) = &file;
    newest_ = &file;
}

void FileCache::unlink_unused(OpenFile& file) noexcept {
    (file.newer ? file.newer->older : newest_) = file.older;
    (file.older ? file.older->newer : oldest_) = file.newer;
}

void FileCache::sweep(ktcp_time now) noexcept {
    while (oldest_ && oldest_->released + unused_time <= now)
        forget(*oldest_);
}

bool FileCache::close_unused() noexcept {
    bool any = oldest_ != nullptr;
    while (oldest_)
        forget(*oldest_);
    return any;
}

} // namespace ktcp::user
