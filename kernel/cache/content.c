// SPDX-License-Identifier: GPL-2.0-only OR MIT

#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uio.h>

#include <ktcp/types.h>

#include "compat.h"
#include "cache/budget.h"
#include "cache/content.h"
#include "core/buffers.h"
#include "core/file_read.h"

/* Blocks of at most so many pages (2^order): so much may hang on one fragment of a packet. */
#define KTCP_CONTENT_ORDER 4

/* For what has room in a single block. */
#define KTCP_CONTENT_SINGLE 31

/* Bytes of pages that @size bytes take in blocks of that order, the last one as small
 * as it may be. */
static u64 ktcp_content_room(u64 size, unsigned int order)
{
	u64 block = (u64)PAGE_SIZE << order, rest = size & (block - 1);

	return size - rest + (rest ? PAGE_SIZE << get_order(rest) : 0);
}

/* The largest blocks that do not waste more than a quarter. */
static unsigned int ktcp_content_order(u64 size)
{
	unsigned int order = min_t(unsigned int, get_order(size), KTCP_CONTENT_ORDER);

	while (order && ktcp_content_room(size, order) > PAGE_ALIGN(size) + size / 4)
		order--;
	return order;
}

static void ktcp_content_free_blocks(struct ktcp_content *content)
{
	unsigned int i;

	/* TCP may have references of its own to the pages. */
	for (i = 0; i < content->count; i++)
		__free_pages(content->blocks[i].pages, content->blocks[i].order);
	content->count = 0;
}

static bool ktcp_content_allocate(struct ktcp_content *content, u64 size, unsigned int order)
{
	u64 block = (u64)PAGE_SIZE << order, done;

	content->shift = size > block ? PAGE_SHIFT + order : KTCP_CONTENT_SINGLE;
	content->count = 0;
	for (done = 0; done < size; done += block) {
		unsigned int o = size - done >= block ? order : get_order(size - done);
		gfp_t gfp = GFP_KERNEL | __GFP_NOWARN | (o ? __GFP_COMP | __GFP_NORETRY : 0);
		struct page *pages = alloc_pages(gfp, o);

		if (!pages) {
			ktcp_content_free_blocks(content);
			return false;
		}
		content->blocks[content->count++] = (struct ktcp_content_block){ pages, o };
	}
	return true;
}

/* One attempt: with blocks of that order. */
static struct ktcp_content *ktcp_content_try(struct ktcp_budget *budget, u64 size,
					     unsigned int order)
{
	size_t count = DIV_ROUND_UP_ULL(size, (u64)PAGE_SIZE << order);
	struct ktcp_content *content;
	size_t own = kmalloc_size_roundup(struct_size(content, blocks, count));
	size_t charged = own + ktcp_content_room(size, order);

	if (!ktcp_budget_charge(budget, charged))
		return NULL;
	content = kvmalloc(own, GFP_KERNEL | __GFP_NOWARN);
	if (content && ktcp_content_allocate(content, size, order)) {
		refcount_set(&content->references, 1);
		content->budget = budget;
		content->size = size;
		content->charged = charged;
		return content;
	}
	kvfree(content);
	ktcp_budget_release(budget, charged);
	return NULL;
}

struct ktcp_content *ktcp_content_create(struct ktcp_budget *budget, u64 size)
{
	struct ktcp_content *content = NULL;
	int order;

	for (order = ktcp_content_order(size); order >= 0 && !content; order--)
		content = ktcp_content_try(budget, size, order);
	return content;
}

/*
 * The last block that is still needed stays as it is: to make it smaller would be to
 * move it, and it is no larger than KTCP_CONTENT_ORDER says.
 */
void ktcp_content_trim(struct ktcp_content *content, u64 size)
{
	u64 block = 1ULL << content->shift;
	unsigned int count = DIV_ROUND_UP_ULL(size, block);
	size_t returned = 0;

	while (content->count > count) {
		const struct ktcp_content_block *last = &content->blocks[--content->count];

		returned += PAGE_SIZE << last->order;
		__free_pages(last->pages, last->order);
	}
	content->size = size;
	content->charged -= returned;
	ktcp_budget_release(content->budget, returned);
}

void ktcp_content_put(struct ktcp_content *content)
{
	struct ktcp_budget *budget;
	size_t charged;

	if (!content || !refcount_dec_and_test(&content->references))
		return;
	budget = content->budget;
	charged = content->charged;
	ktcp_content_free_blocks(content);
	kvfree(content);
	ktcp_budget_release(budget, charged);
}

void *ktcp_content_at(const struct ktcp_content *content, u64 offset, size_t *size)
{
	const struct ktcp_content_block *block = &content->blocks[offset >> content->shift];
	size_t inside = offset & ((1ULL << content->shift) - 1);

	*size = min_t(u64, (PAGE_SIZE << block->order) - inside, content->size - offset);
	return page_address(block->pages) + inside;
}

unsigned int ktcp_content_pages(const struct ktcp_content *content, u64 offset, size_t *size,
				struct bio_vec *pages, unsigned int most)
{
	size_t wanted = min_t(u64, *size, content->size - offset), held = 0;
	unsigned int count = 0;

	while (held < wanted && count < most) {
		size_t inside = (offset + held) & ((1ULL << content->shift) - 1), n;

		ktcp_content_at(content, offset + held, &n);
		n = min(n, wanted - held);
		bvec_set_page(&pages[count++],
			      content->blocks[(offset + held) >> content->shift].pages, n, inside);
		held += n;
	}
	*size = held;
	return count;
}

int ktcp_content_fill(struct ktcp_content *content, struct file *file, u64 offset, size_t most)
{
	u64 end = min_t(u64, content->size, offset + most);

	while (offset < end) {
		size_t room;
		void *place = ktcp_content_at(content, offset, &room);
		ssize_t n = ktcp_file_read(file, place, min_t(u64, room, end - offset), offset);

		if (n <= 0)
			return n ?: -ENODATA;
		offset += n;
	}
	return 0;
}

bool ktcp_content_is(const struct ktcp_content *content, struct file *file, u64 offset,
		     size_t most)
{
	u64 end = min_t(u64, content->size, offset + most);
	char *copy = ktcp_buffer_acquire(false);
	bool same = copy;

	while (same && offset < end) {
		size_t room;
		const void *kept = ktcp_content_at(content, offset, &room);
		size_t size = min3((u64)room, end - offset, (u64)KTCP_BUFFER_SIZE);
		ssize_t n = ktcp_file_read(file, copy, size, offset);

		same = n > 0 && !memcmp(copy, kept, n);
		offset += n;
	}
	if (copy)
		ktcp_buffer_release(copy, false);
	return same;
}
