/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What gcc's analyzer does not know of a kernel: which function gives back what another one gave,
 * and that the latter may give nothing. Included before each source that is analyzed, and never in
 * what is built. Names that stand behind macros and inline functions are those of Linux 6.1.
 */
#ifndef KTCP_KERNEL_LINT_OWNERS_H
#define KTCP_KERNEL_LINT_OWNERS_H

/* Its checks are inlined into each copy, where the analyzer loses sight of what was allocated. */
#undef CONFIG_FORTIFY_SOURCE

/* No header of the kernel's: sources say first what those are to print (pr_fmt). */
struct kmem_cache;
struct workqueue_struct;
void kfree(const void *memory);
void kvfree(const void *memory);
void kmem_cache_free(struct kmem_cache *cache, void *object);
void kmem_cache_destroy(struct kmem_cache *cache);
void destroy_workqueue(struct workqueue_struct *queue);

#define KTCP_FREED_BY(function, argument) __attribute__((malloc(function, argument)))

void *__kmalloc(unsigned long size, unsigned int flags) KTCP_FREED_BY(kfree, 1) KTCP_FREED_BY(kvfree, 1);
void *kmalloc_trace(struct kmem_cache *cache, unsigned int flags, unsigned long size)
	KTCP_FREED_BY(kfree, 1) KTCP_FREED_BY(kvfree, 1);
void *kmalloc_large(unsigned long size, unsigned int flags) KTCP_FREED_BY(kfree, 1) KTCP_FREED_BY(kvfree, 1);
void *kvmalloc_node(unsigned long size, unsigned int flags, int node) KTCP_FREED_BY(kvfree, 1);
void *kmem_cache_alloc(struct kmem_cache *cache, unsigned int flags)
	KTCP_FREED_BY(kmem_cache_free, 2) KTCP_FREED_BY(kfree, 1);
struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     unsigned int flags, void (*ctor)(void *))
	KTCP_FREED_BY(kmem_cache_destroy, 1);
char *kstrdup(const char *text, unsigned int flags) KTCP_FREED_BY(kfree, 1);
char *kasprintf(unsigned int flags, const char *format, ...) KTCP_FREED_BY(kfree, 1);
struct workqueue_struct *alloc_workqueue(const char *format, unsigned int flags, int max_active, ...)
	KTCP_FREED_BY(destroy_workqueue, 1);

#endif
