// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// The other forms of an answer: a file's siblings, codings of a content, and a directory's
// rendering.

#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "cache/answer.h"
#include "cache/cache_table.h"
#include "cache/coding.h"
#include "cache/content.h"
#include "cache/fill.h"
#include "cache/fill_steps.h"
#include "cache/rendering.h"
#include "cache/siblings.h"
#include "core/connection.h"
#include "core/roots.h"
#include "core/server.h"
#include "core/stats.h"

static const u8 ktcp_fill_made[] = { KTCP_CODING_GZIP, KTCP_CODING_DEFLATE, KTCP_CODING_ZSTD };

static bool ktcp_fill_compressible(const struct ktcp_fill *fill)
{
	const struct ktcp_protocol *protocol = fill->cache->options->protocol;

	return protocol->compressible && protocol->compressible(&fill->request, &fill->resource);
}

/* ---- Siblings ------------------------------------------------------------------ */

void ktcp_fill_drop_siblings(struct ktcp_fill *fill)
{
	unsigned int i;

	for (i = 0; i < KTCP_CODINGS; i++) {
		ktcp_representation_free(fill->coded[i]);
		fill->coded[i] = NULL;
	}
	if (fill->siblings) {
		ktcp_siblings_release(fill->siblings);
		kfree(fill->siblings);
		fill->siblings = NULL;
	}
}

/* Opens a sibling, and reads it if it is to be kept whole. */
static int ktcp_fill_take_sibling(struct ktcp_fill *fill, const struct ktcp_sibling *sibling)
{
	struct ktcp_resource resource;
	struct ktcp_content *content = NULL;
	struct file *file = ktcp_sibling_open(sibling, fill->file, fill->connection->roots,
					      &resource);
	u64 done;

	if (IS_ERR(file))
		return PTR_ERR(file);
	resource.varies = true;
	if (resource.size && resource.size <= ktcp_fill_most(fill))
		content = ktcp_cache_make_content(fill->cache, resource.size);
	for (done = 0; content && done < content->size; done += KTCP_FILL_PIECE) {
		int ret = ktcp_content_fill(content, file, done, KTCP_FILL_PIECE);

		/* Unloading does not wait for the rest of it. */
		if (!ret && READ_ONCE(fill->connection->server->aborting))
			ret = -ESHUTDOWN;
		if (ret) {
			ktcp_content_put(content);
			__fput_sync(file);
			return ret;
		}
		cond_resched();
	}
	if (content) {
		ktcp_stats_count_cache(KTCP_COUNT_cache_fills);
		__fput_sync(file);
		file = NULL;
	}
	fill->coded[sibling->coding] = ktcp_representation_create(
		fill->cache->options, fill->cache->budget, &fill->request, &resource, content,
		file);
	return fill->coded[sibling->coding] ? 0 : -ENOMEM;
}

static int ktcp_fill_take_siblings(struct ktcp_fill *fill)
{
	unsigned int coding;
	bool hold;

	for (coding = 0; coding < KTCP_CODINGS; coding++) {
		const struct ktcp_sibling *sibling = ktcp_siblings_usable(fill->siblings, coding);
		int ret = sibling ? ktcp_fill_take_sibling(fill, sibling) : 0;

		if (ret)
			return ret;
	}
	/* Only what has not changed meanwhile was read whole. */
	rcu_read_lock();
	hold = ktcp_siblings_hold(fill->siblings);
	rcu_read_unlock();
	return hold ? 0 : -EAGAIN;
}

/*
 * Without a trail there is none for the siblings either, and without them the answer is
 * given as it is. If what is beside the file cannot be proved, the answer is not kept.
 */
void ktcp_fill_find_siblings(struct ktcp_fill *fill)
{
	int ret;

	fill->next = ktcp_fill_publish;
	if (!fill->trail.count || !ktcp_fill_compressible(fill))
		return;
	fill->siblings = kzalloc(sizeof(*fill->siblings), GFP_KERNEL | __GFP_NOWARN);
	if (!fill->siblings) {
		fill->unprovable = true;
		return;
	}
	ret = ktcp_siblings_find(fill->siblings, fill->file);
	if (!ret)
		ret = ktcp_fill_take_siblings(fill);
	if (!ret)
		return;
	ktcp_fill_drop_siblings(fill);
	if (ret == -EAGAIN && ktcp_fill_wait(fill))
		fill->next = ktcp_fill_find_siblings;
	else
		fill->unprovable = true;
}

/* ---- Codings ------------------------------------------------------------------- */

unsigned long ktcp_fill_codable(const struct ktcp_fill *fill)
{
	const struct ktcp_server_options *options = fill->cache->options;
	unsigned long codable = 0;
	unsigned int i;

	if (!fill->content || fill->content->size < options->compress_min ||
	    fill->content->size > options->compress_max || !ktcp_fill_compressible(fill))
		return 0;
	for (i = 0; i < ARRAY_SIZE(ktcp_fill_made); i++) {
		u8 coding = ktcp_fill_made[i];

		if (!fill->coded[coding] && ktcp_coding_makes(coding, fill->content->size))
			codable |= BIT(coding);
	}
	return codable;
}

static void ktcp_fill_add_coding(struct ktcp_fill *fill)
{
	const struct ktcp_answer *answer = fill->answer;
	struct ktcp_resource resource = answer->representations[KTCP_CODING_IDENTITY]->resource;
	struct ktcp_content *content = ktcp_coder_take(fill->coder);
	struct ktcp_representation *representation;

	resource.coding = fill->coding;
	resource.size = content->size;
	representation = ktcp_representation_create(fill->cache->options, fill->cache->budget,
						    &fill->request, &resource, content, NULL);
	if (representation)
		ktcp_answer_add(fill->answer, representation);
}

static void ktcp_fill_make_coding(struct ktcp_fill *fill)
{
	enum ktcp_making making = ktcp_coder_step(fill->coder);

	if (making == KTCP_MAKING_MORE)
		return;
	if (making == KTCP_MAKING_DONE)
		ktcp_fill_add_coding(fill);
	else if (making == KTCP_MAKING_POINTLESS)
		clear_bit(fill->coding, &fill->answer->codable);
	else
		ktcp_answer_coding_failed(fill->answer, fill->coding);
	ktcp_coder_free(fill->coder);
	fill->coder = NULL;
	/* What failed is not tried again for this client. */
	if (making == KTCP_MAKING_POINTLESS)
		ktcp_fill_answered(fill);
	else
		fill->next = NULL;
}

void ktcp_fill_answered(struct ktcp_fill *fill)
{
	struct ktcp_content *content = fill->answer->representations[KTCP_CODING_IDENTITY]->content;

	fill->next = NULL;
	if (ktcp_answer_select(fill->answer, fill->request.codings, &fill->coding))
		return;
	/* The coding, and what it takes to make it. */
	ktcp_cache_make_room(fill->cache, 2 * content->size);
	fill->coder = ktcp_coder_create(fill->coding, content, fill->cache->budget);
	if (!fill->coder) {
		ktcp_answer_coding_failed(fill->answer, fill->coding);
		return;
	}
	ktcp_stats_count_cache(KTCP_COUNT_cache_fills);
	fill->next = ktcp_fill_make_coding;
}

/* ---- Renderings ------------------------------------------------------------------ */

static void ktcp_fill_take_rendering(struct ktcp_fill *fill)
{
	fill->content = ktcp_rendering_take(fill->rendering, &fill->shown);
	fill->resource.rendered = true;
	fill->resource.size = fill->content->size;
}

/*
 * A directory that is not rendered is an answer as well, to be listed for each client; so
 * what it is that prevents it is looked at once in a while, not with each request.
 */
void ktcp_fill_render(struct ktcp_fill *fill)
{
	enum ktcp_making making = KTCP_MAKING_FAILED;

	/* For what the step charges: what is pinned with a batch of entries. Not at each step, as
	 * what a listing had pinned is there for others after a grace period only. */
	if (!fill->rendering || ktcp_rendering_charges(fill->rendering))
		ktcp_cache_make_room(fill->cache,
				     min_t(u64, 4 * KTCP_FILL_PIECE, ktcp_fill_most(fill)));
	if (!fill->rendering) {
		fill->rendering = ktcp_rendering_create(fill->connection, &fill->path,
							&fill->request, fill->cache->budget,
							ktcp_fill_most(fill));
		ktcp_stats_count_cache(KTCP_COUNT_cache_fills);
	}
	if (fill->rendering)
		making = ktcp_rendering_step(fill->rendering);
	if (making == KTCP_MAKING_MORE)
		return;
	if (making == KTCP_MAKING_DONE)
		ktcp_fill_take_rendering(fill);
	else if (making != KTCP_MAKING_POINTLESS)
		fill->life = min_t(unsigned long, fill->life, KTCP_FILL_LIFE_SHORT);
	ktcp_rendering_free(fill->rendering);
	fill->rendering = NULL;
	fill->next = ktcp_fill_publish;
	if (making == KTCP_MAKING_LATER && ktcp_fill_wait(fill))
		fill->next = ktcp_fill_render;
}
