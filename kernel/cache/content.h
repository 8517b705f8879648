/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Bytes of an answer, kept in pages of our own: written once, by whoever makes them,
 * and never changed after that. So TCP may have references to the pages, and what a
 * client gets is what was read at one moment, whatever becomes of the file.
 */
#ifndef KTCP_CACHE_CONTENT_H
#define KTCP_CACHE_CONTENT_H

#include <linux/bvec.h>
#include <linux/refcount.h>
#include <linux/types.h>

struct file;
struct ktcp_budget;
struct page;

/* Blocks are of 2^order pages; the last may be smaller. All that are not the last
 * are of one size, so that an offset leads to its block without a search. */
struct ktcp_content_block {
	struct page *pages;
	unsigned int order;
};

/* Freed with the last reference; the pages live on as long as TCP needs them. */
struct ktcp_content {
	refcount_t references;
	struct ktcp_budget *budget;	/* that the pages are charged to */
	u64 size;			/* bytes that are there to be read */
	size_t charged;			/* bytes of memory, this structure included */
	unsigned int shift;		/* a block holds 1 << shift bytes; 31 for a single one */
	unsigned int count;
	struct ktcp_content_block blocks[];
};

/*
 * Room for @size bytes, to be filled by ktcp_content_place() and cut by
 * ktcp_content_trim(). NULL if memory, or the budget, does not allow it. May sleep.
 */
struct ktcp_content *ktcp_content_create(struct ktcp_budget *budget, u64 size);
/* It has become less than was thought (before anybody else sees it): whole pages are
 * given back. May sleep. */
void ktcp_content_trim(struct ktcp_content *content, u64 size);

static inline struct ktcp_content *ktcp_content_get(struct ktcp_content *content)
{
	refcount_inc(&content->references);
	return content;
}

/* NULL is fine. Any context. */
void ktcp_content_put(struct ktcp_content *content);

/* Is that range within it? What was told of a file need not be what was read of it. */
static inline bool ktcp_content_has(const struct ktcp_content *content, u64 offset, u64 size)
{
	return offset <= content->size && size <= content->size - offset;
}

/* Where the bytes from @offset (less than the size) on are, and how many lie there in
 * one piece. */
void *ktcp_content_at(const struct ktcp_content *content, u64 offset, size_t *size);

/* Describes the first *size bytes from @offset on as pages, as few as possible (each may
 * be several pages in a row); how many of @most were used; *size is what they hold. */
unsigned int ktcp_content_pages(const struct ktcp_content *content, u64 offset, size_t *size,
				struct bio_vec *pages, unsigned int most);

/* Reads a range of a file, at most @most bytes of it, into the same range; 0 or a negative
 * errno (-ENODATA: the file is shorter). May sleep. */
int ktcp_content_fill(struct ktcp_content *content, struct file *file, u64 offset, size_t most);
/* Is that range of the file the same? (No, if it cannot be read.) May sleep. */
bool ktcp_content_is(const struct ktcp_content *content, struct file *file, u64 offset,
		     size_t most);

#endif
