// SPDX-License-Identifier: MIT OR GPL-2.0-only
// For LD_PRELOAD: counts what is asked of the allocator, and says so on standard error at the end.
#include <dlfcn.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <cstddef>
#include <cstring>

namespace {

std::atomic<unsigned long> count{0};

using Malloc = void* (*)(std::size_t);
using Realloc = void* (*)(void*, std::size_t);

template <typename Function> Function next(const char* name) {
    return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

struct AtEnd {
    ~AtEnd() {
        char text[64] = "allocations: ";
        char* end = std::to_chars(text + std::strlen(text), text + 60, count.load()).ptr;
        *end++ = '\n';
        if (write(STDERR_FILENO, text, static_cast<std::size_t>(end - text)) < 0)
            _exit(99);
    }
} at_end;

} // namespace

// operator new asks malloc(). calloc() is left alone: dlsym() itself uses it, and the program does
// not, but for what the C library does for itself.
extern "C" {

void* malloc(std::size_t size) noexcept {
    static const Malloc real = next<Malloc>("malloc");
    count.fetch_add(1, std::memory_order_relaxed);
    return real(size);
}

void* realloc(void* old, std::size_t size) noexcept {
    static const Realloc real = next<Realloc>("realloc");
    count.fetch_add(1, std::memory_order_relaxed);
    return real(old, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
    using AlignedAlloc = void* (*)(std::size_t, std::size_t);
    static const AlignedAlloc real = next<AlignedAlloc>("aligned_alloc");
    count.fetch_add(1, std::memory_order_relaxed);
    return real(alignment, size);
}
}
