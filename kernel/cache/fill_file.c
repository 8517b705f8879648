// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// How a file becomes a content: its bytes are read while nobody has it open for writing,
// and after the clock has gone past its last change (mark.h). If it does not come to rest
// soon enough, or is too large, the answer has the opened file instead of the bytes.

#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/namei.h>

#include "cache/answer.h"
#include "cache/cache_table.h"
#include "cache/content.h"
#include "cache/fill.h"
#include "cache/fill_steps.h"
#include "cache/siblings.h"
#include "core/connection.h"
#include "core/files.h"
#include "core/server.h"
#include "core/stats.h"

/* One content takes no more of the budget than a part of it, so that it does not push
 * out all others. */
#define KTCP_FILL_SHARE 4

u64 ktcp_fill_most(const struct ktcp_fill *fill)
{
	return min_t(u64, fill->cache->options->cache_file_size,
		     fill->cache->budget->limit / KTCP_FILL_SHARE);
}

/* The answer has the file. */
static void ktcp_fill_open_only(struct ktcp_fill *fill, unsigned long life)
{
	ktcp_content_put(fill->content);
	fill->content = NULL;
	fill->marked = false;
	fill->life = min(fill->life, life);
	ktcp_mark_take(&fill->mark, file_inode(fill->file));
	fill->next = ktcp_files_describe(&fill->path, &fill->resource) ? ktcp_fill_give_file :
									 ktcp_fill_find_siblings;
}

static void ktcp_fill_settle(struct ktcp_fill *fill);

/* It has changed, or changes: from the beginning, if there is patience left. */
static void ktcp_fill_again(struct ktcp_fill *fill)
{
	if (ktcp_fill_wait(fill))
		fill->next = ktcp_fill_settle;
	else
		ktcp_fill_open_only(fill, KTCP_FILL_LIFE_SHORT);
}

static void ktcp_fill_read(struct ktcp_fill *fill)
{
	u64 left = fill->mark.size - fill->done;
	size_t size = min_t(u64, left, KTCP_FILL_PIECE);

	if (size && ktcp_content_fill(fill->content, fill->file, fill->done, size)) {
		ktcp_fill_again(fill);
		return;
	}
	fill->done += size;
	if (size < left)
		return;
	fill->marked = ktcp_mark_holds(&fill->mark, file_inode(fill->file));
	if (fill->marked)
		fill->next = ktcp_fill_find_siblings;
	else
		ktcp_fill_again(fill);
}

static bool ktcp_fill_make_content(struct ktcp_fill *fill)
{
	u64 size = fill->mark.size;

	if (fill->content && fill->content->size != size) {
		ktcp_content_put(fill->content);
		fill->content = NULL;
	}
	if (!size || fill->content)
		return true;
	fill->content = ktcp_cache_make_content(fill->cache, size);
	return fill->content;
}

static void ktcp_fill_settle(struct ktcp_fill *fill)
{
	struct inode *inode = file_inode(fill->file);

	ktcp_mark_take(&fill->mark, inode);
	if (fill->mark.size > ktcp_fill_most(fill)) {
		ktcp_fill_open_only(fill, KTCP_FILL_LIFE);
	} else if (!ktcp_mark_may_be_read(&fill->mark, inode)) {
		ktcp_fill_again(fill);
	} else if (ktcp_files_describe(&fill->path, &fill->resource)) {
		fill->next = ktcp_fill_give_file;
	} else if (fill->resource.size != fill->mark.size) {
		/* It changes just now; or it is overlayfs's, where the inode need not know of what
		 * becomes of a layer's file, and then they never agree. */
		ktcp_fill_again(fill);
	} else if (!ktcp_fill_make_content(fill)) {
		ktcp_fill_open_only(fill, KTCP_FILL_LIFE_SHORT);
	} else {
		if (fill->content)
			ktcp_stats_count_cache(KTCP_COUNT_cache_fills);
		fill->done = 0;
		fill->next = ktcp_fill_read;
	}
}

/* What was kept has aged, and writes to it may not be dated: is it what is there? */
static void ktcp_fill_compare(struct ktcp_fill *fill)
{
	const struct ktcp_content *kept =
		fill->old->representations[KTCP_CODING_IDENTITY]->content;
	u64 left = kept ? kept->size - fill->done : 0;
	size_t size = min_t(u64, left, KTCP_FILL_PIECE);

	if (size && !ktcp_content_is(kept, fill->file, fill->done, size)) {
		fill->next = ktcp_fill_settle;
		return;
	}
	fill->done += size;
	if (size == left && !ktcp_fill_confirm(fill))
		fill->next = ktcp_fill_settle;
}

static bool ktcp_fill_has_sibling(const struct ktcp_answer *old)
{
	unsigned int i;

	for (i = 0; old->siblings && i < old->siblings->count; i++)
		if (old->siblings->of[i].usable)
			return true;
	return false;
}

/* By what is known of an answer that has aged. */
static bool ktcp_fill_file_is_old(struct ktcp_fill *fill)
{
	const struct ktcp_answer *old = fill->old;

	if (!ktcp_fill_is_old(fill))
		return false;
	/* Perhaps it can be read now. */
	if (!old->marked && i_size_read(file_inode(fill->file)) <= ktcp_fill_most(fill))
		return false;
	if (!old->marked || ktcp_mark_is_dated(file_inode(fill->file)))
		return ktcp_fill_confirm(fill);
	/* A sibling's bytes would have to be compared as well. */
	if (ktcp_fill_has_sibling(old))
		return false;
	fill->next = ktcp_fill_compare;
	return true;
}

void ktcp_fill_file(struct ktcp_fill *fill)
{
	struct file *file = ktcp_files_open_path(fill->connection->roots, &fill->path);

	if (IS_ERR(file)) {
		fill->resource.status = ktcp_files_status(PTR_ERR(file));
		fill->next = NULL;
		return;
	}
	fill->file = file;
	if (fill->request.rendering || !ktcp_fill_prove(fill, fill->request.size)) {
		fill->next = ktcp_fill_give_file;
		return;
	}
	if (!ktcp_mark_is_dated(file_inode(file)))
		fill->life = min_t(unsigned long, fill->life, KTCP_FILL_LIFE_UNDATED);
	if (!ktcp_fill_file_is_old(fill))
		fill->next = ktcp_fill_settle;
}
