// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// The other forms of an answer: a file's siblings, codings of a content, and a directory's
// rendering.

#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/rcupdate.h>
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

/* The one that is being taken. */
static void ktcp_fill_drop_sibling(struct ktcp_fill *fill)
{
	ktcp_content_put(fill->sibling.content);
	if (fill->sibling.file)
		__fput_sync(fill->sibling.file);
	fill->sibling.content = NULL;
	fill->sibling.file = NULL;
}

void ktcp_fill_drop_siblings(struct ktcp_fill *fill)
{
	unsigned int i;

	ktcp_fill_drop_sibling(fill);
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

/* If what is beside the file cannot be proved, the answer is not kept. */
static void ktcp_fill_siblings_failed(struct ktcp_fill *fill, int error)
{
	ktcp_fill_drop_siblings(fill);
	if (error == -EAGAIN && ktcp_fill_wait(fill)) {
		fill->next = ktcp_fill_find_siblings;
		return;
	}
	fill->unprovable = true;
	fill->next = ktcp_fill_publish;
}

static void ktcp_fill_take_sibling(struct ktcp_fill *fill);

static void ktcp_fill_keep_sibling(struct ktcp_fill *fill)
{
	u8 coding = fill->sibling.coding;

	fill->coded[coding] = ktcp_representation_create(
		fill->cache->options, fill->cache->budget, &fill->request,
		&fill->sibling.resource, fill->sibling.content, fill->sibling.file);
	fill->sibling.content = NULL;
	fill->sibling.file = NULL;
	if (fill->coded[coding])
		fill->next = ktcp_fill_take_sibling;
	else
		ktcp_fill_siblings_failed(fill, -ENOMEM);
}

/* Are they still what they were? Only what has not changed meanwhile was read whole. */
static int ktcp_fill_siblings_hold(const struct ktcp_fill *fill)
{
	bool hold;

	rcu_read_lock();
	hold = ktcp_siblings_hold(fill->siblings);
	rcu_read_unlock();
	return hold ? 0 : -EAGAIN;
}

static void ktcp_fill_read_sibling(struct ktcp_fill *fill)
{
	struct ktcp_content *content = fill->sibling.content;
	int ret = ktcp_content_fill(content, fill->sibling.file, fill->done, KTCP_FILL_PIECE);

	if (!ret)
		ret = ktcp_fill_siblings_hold(fill);
	if (ret) {
		ktcp_fill_siblings_failed(fill, ret);
		return;
	}
	fill->done += KTCP_FILL_PIECE;
	if (fill->done < content->size)
		return;
	ktcp_stats_count_cache(KTCP_COUNT_cache_fills);
	__fput_sync(fill->sibling.file);
	fill->sibling.file = NULL;
	ktcp_fill_keep_sibling(fill);
}

/* Opens it. Whether it is to be kept whole is as for the file itself. */
static void ktcp_fill_open_sibling(struct ktcp_fill *fill, const struct ktcp_sibling *sibling)
{
	struct ktcp_resource *resource = &fill->sibling.resource;
	struct file *file = ktcp_sibling_open(sibling, fill->file, fill->connection->roots,
					      resource);

	if (IS_ERR(file)) {
		ktcp_fill_siblings_failed(fill, PTR_ERR(file));
		return;
	}
	resource->varies = true;
	fill->sibling.file = file;
	if (resource->size && resource->size <= ktcp_fill_most(fill))
		fill->sibling.content = ktcp_cache_make_content(fill->cache, resource->size);
	if (!fill->sibling.content) {
		ktcp_fill_keep_sibling(fill);
		return;
	}
	fill->done = 0;
	fill->next = ktcp_fill_read_sibling;
}

/* The next one, if there is one. */
static void ktcp_fill_take_sibling(struct ktcp_fill *fill)
{
	const struct ktcp_sibling *sibling = NULL;
	int ret;

	while (!sibling && ++fill->sibling.coding < KTCP_CODINGS)
		sibling = ktcp_siblings_usable(fill->siblings, fill->sibling.coding);
	if (sibling) {
		ktcp_fill_open_sibling(fill, sibling);
		return;
	}
	ret = ktcp_fill_siblings_hold(fill);
	if (ret)
		ktcp_fill_siblings_failed(fill, ret);
	else
		fill->next = ktcp_fill_publish;
}

/*
 * Without a trail there is none for the siblings either, and without them the answer is
 * given as it is.
 */
void ktcp_fill_find_siblings(struct ktcp_fill *fill)
{
	int ret;

	fill->next = ktcp_fill_publish;
	if (!fill->trail.count || !ktcp_fill_compressible(fill))
		return;
	fill->siblings = kzalloc(sizeof(*fill->siblings), GFP_KERNEL | __GFP_NOWARN);
	ret = fill->siblings ? ktcp_siblings_find(fill->siblings, fill->file) : -ENOMEM;
	if (ret) {
		ktcp_fill_siblings_failed(fill, ret);
		return;
	}
	fill->sibling.coding = KTCP_CODING_END;
	fill->next = ktcp_fill_take_sibling;
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
	/* What takes longer than its life would be made for each request. */
	fill->since = jiffies;
	fill->next = ktcp_fill_publish;
	if (making == KTCP_MAKING_LATER && ktcp_fill_wait(fill))
		fill->next = ktcp_fill_render;
}
