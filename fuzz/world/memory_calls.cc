// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The same for memory, and for watches of directories.
#include "world/calls.hh"

#include <cerrno>
#include <new>
#include <sys/inotify.h>
#include <sys/mman.h>

using namespace ktcp::fuzz;

// ---- Memory

KTCP_WRAP(int, memfd_create, (const char* name, unsigned flags)) {
    if (!World::current)
        return __real_memfd_create(name, flags);
    return world().fails(Call::memory_file) ? -1 : world().add(std::make_shared<Memory>());
}

KTCP_WRAP(int, ftruncate, (int fd, off_t size)) {
    if (!World::ours(fd))
        return __real_ftruncate(fd, size);
    if (world().fails(Call::map))
        return -1;
    world().find<Memory>(fd)->size = static_cast<size_t>(size);
    return 0;
}

KTCP_WRAP(void*, mmap, (void* at, size_t size, int protection, int flags, int fd, off_t offset)) {
    if (!World::current)
        return __real_mmap(at, size, protection, flags, fd, offset);
    if (world().fails(Call::map))
        return MAP_FAILED;
    void* memory = __real_mmap(nullptr, size, protection,
                               MAP_PRIVATE | MAP_ANONYMOUS | (flags & MAP_NORESERVE), -1, 0);
    if (memory == MAP_FAILED)
        return memory;
    world().mappings++;
    if (fd >= 0)
        world().find<Memory>(fd)->bytes = static_cast<const char*>(memory);
    return memory;
}

KTCP_WRAP(int, munmap, (void* at, size_t size)) {
    if (World::current)
        world().mappings--;
    return __real_munmap(at, size);
}

KTCP_WRAP(int, malloc_trim, (size_t pad)) { return World::current ? 0 : __real_malloc_trim(pad); }

KTCP_WRAP(void*, malloc, (size_t size)) {
    return World::current && world().fails(Call::allocate) ? nullptr : __real_malloc(size);
}

// new (std::nothrow), of objects, of arrays, and of what is aligned: only the server asks
// so; what is meant here may not fail.
KTCP_WRAP(void*, _ZnwmRKSt9nothrow_t, (size_t size, const std::nothrow_t& tag)) {
    return World::current && world().fails(Call::allocate) ? nullptr
                                                           : __real__ZnwmRKSt9nothrow_t(size, tag);
}
KTCP_WRAP(void*, _ZnamRKSt9nothrow_t, (size_t size, const std::nothrow_t& tag)) {
    return World::current && world().fails(Call::allocate) ? nullptr
                                                           : __real__ZnamRKSt9nothrow_t(size, tag);
}
KTCP_WRAP(void*, _ZnwmSt11align_val_tRKSt9nothrow_t,
          (size_t size, std::align_val_t align, const std::nothrow_t& tag)) {
    return World::current && world().fails(Call::allocate)
               ? nullptr
               : __real__ZnwmSt11align_val_tRKSt9nothrow_t(size, align, tag);
}

// ---- inotify

KTCP_WRAP(int, inotify_init1, (int flags)) {
    if (!World::current)
        return __real_inotify_init1(flags);
    return world().fails(Call::inotify) ? -1 : world().add(std::make_shared<Inotify>(world().tree));
}

KTCP_WRAP(int, inotify_add_watch, (int fd, const char* path, uint32_t events)) {
    if (!World::ours(fd))
        return __real_inotify_add_watch(fd, path, events);
    if (world().fails(Call::inotify_watch))
        return -1;
    const NodeRef node = by_own_path(path);
    if (!node)
        return failed(ENOENT);
    if (node->kind != Node::Kind::directory)
        return failed(ENOTDIR);
    return node->forbidden ? failed(EACCES) : world().find<Inotify>(fd)->watches.add(node, events);
}

KTCP_WRAP(int, inotify_rm_watch, (int fd, int number)) {
    if (!World::ours(fd))
        return __real_inotify_rm_watch(fd, number);
    return world().find<Inotify>(fd)->watches.remove(number) ? 0 : failed(EINVAL);
}
