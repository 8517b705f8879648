// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// What an answer is made of; the order of things, and what comes of it. How a file's bytes
// are read is in fill_file.c, how codings and renderings come in is in fill_forms.c.

#include <linux/cred.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/namei.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "cache/absence.h"
#include "cache/answer.h"
#include "cache/cache_table.h"
#include "cache/coding.h"
#include "cache/content.h"
#include "cache/fill.h"
#include "cache/fill_steps.h"
#include "cache/rendering.h"
#include "cache/representation.h"
#include "cache/shown.h"
#include "cache/siblings.h"
#include "core/connection.h"
#include "core/files.h"
#include "core/roots.h"
#include "core/server.h"
#include "core/stats.h"
#include "core/walk.h"

struct ktcp_fill *ktcp_fill_create(struct ktcp_connection *connection,
				   const struct ktcp_resource_request *request,
				   const struct path *root)
{
	struct ktcp_fill *fill = kzalloc(struct_size(fill, name, request->size + 1),
					 GFP_KERNEL | __GFP_NOWARN);

	if (!fill)
		return NULL;
	INIT_LIST_HEAD(&fill->flight.node);
	INIT_LIST_HEAD(&fill->flight.waiters);
	fill->connection = connection;
	fill->cache = &connection->roots->cache;
	fill->root = root;
	fill->request = *request;
	memcpy(fill->name, request->path, request->size);
	fill->request.path = fill->name;
	fill->flight.key = (struct ktcp_answer_key){
		.path = fill->name,
		.size = request->size,
		.root = request->root,
		.rendering = request->rendering,
	};
	fill->resource.coding = KTCP_CODING_IDENTITY;
	return fill;
}

/* Lets go of what was gathered, so that it can be gathered anew. */
void ktcp_fill_drop(struct ktcp_fill *fill)
{
	ktcp_content_put(fill->content);
	fill->content = NULL;
	fill->marked = false;
	ktcp_fill_drop_siblings(fill);
	ktcp_rendering_free(fill->rendering);
	fill->rendering = NULL;
	ktcp_shown_free(fill->shown);
	fill->shown = NULL;
	if (fill->file)
		__fput_sync(fill->file);
	fill->file = NULL;
	if (fill->path.dentry)
		path_put(&fill->path);
	fill->path = (struct path){};
}

void ktcp_fill_free(struct ktcp_fill *fill)
{
	ktcp_coder_free(fill->coder);
	ktcp_fill_drop(fill);
	if (fill->old)
		ktcp_answer_put(fill->old);
	if (fill->answer)
		ktcp_answer_put(fill->answer);
	kfree(fill);
}

bool ktcp_fill_wait(struct ktcp_fill *fill)
{
	if (fill->waits == KTCP_FILL_WAITS)
		return false;
	fill->waits++;
	schedule_timeout_uninterruptible(1);
	return true;
}

/* ---- What was kept, and has only aged ---------------------------------------- */

bool ktcp_fill_confirm(struct ktcp_fill *fill)
{
	enum ktcp_answer_state state;

	rcu_read_lock();
	state = ktcp_answer_look(fill->old);
	rcu_read_unlock();
	if (state == KTCP_ANSWER_STALE)
		return false;
	WRITE_ONCE(fill->old->until, fill->since + fill->life);
	ktcp_answer_retry_codings(fill->old);
	ktcp_answer_asked_again(fill->old);
	ktcp_stats_count_cache(KTCP_COUNT_cache_revalidations);
	ktcp_stats_count_cache(KTCP_COUNT_cache_hits);
	fill->answer = fill->old;
	fill->old = NULL;
	ktcp_fill_answered(fill);
	return true;
}

/* Did the walk lead to where it led before? */
bool ktcp_fill_is_old(const struct ktcp_fill *fill)
{
	return fill->old && path_equal(&fill->old->path, &fill->path);
}

/* ---- Where the way leads ------------------------------------------------------ */

/* Can the way be trusted later on, by its trail or by the time? */
bool ktcp_fill_prove(struct ktcp_fill *fill, size_t name_size)
{
	const struct ktcp_server_options *options = fill->cache->options;

	fill->since = jiffies;
	fill->life = KTCP_FILL_LIFE;
	if (ktcp_trail_record(&fill->trail, fill->root, fill->name, name_size, &fill->path))
		return true;
	fill->trail.count = 0;
	fill->life = msecs_to_jiffies(options->cache_trust);
	return options->cache_trust;
}

static void ktcp_fill_fail(struct ktcp_fill *fill, int error)
{
	fill->resource.status = ktcp_files_status(error);
	fill->next = NULL;
}

static void ktcp_fill_absent(struct ktcp_fill *fill)
{
	size_t found = fill->request.size;

	if (!ktcp_absence_find(fill->root, fill->name, fill->request.size, &fill->path, &found)) {
		fill->path = *fill->root;
		path_get(&fill->path);
	}
	fill->resource.status = KTCP_RESOURCE_NOT_FOUND;
	fill->next = NULL;
	if (!ktcp_fill_prove(fill, found))
		return;
	/* It has been created since: what was recorded is the proof of something else. */
	if (fill->trail.count && fill->trail.steps[0].inode)
		return;
	if (ktcp_fill_is_old(fill) && ktcp_fill_confirm(fill))
		return;
	fill->next = ktcp_fill_publish;
}

static void ktcp_fill_directory(struct ktcp_fill *fill)
{
	int ret = path_permission(&fill->path, MAY_READ | MAY_OPEN);

	if (ret) {
		ktcp_fill_fail(fill, ret);
		return;
	}
	if (!ktcp_fill_prove(fill, fill->request.size)) {
		fill->next = ktcp_fill_give_file;
		return;
	}
	/* One that could not be rendered is tried again. */
	if (ktcp_fill_is_old(fill) && (!fill->request.rendering || fill->old->shown) &&
	    ktcp_fill_confirm(fill))
		return;
	ret = ktcp_files_describe(&fill->path, &fill->resource);
	if (ret) {
		ktcp_fill_fail(fill, ret);
		return;
	}
	fill->next = fill->request.rendering ? ktcp_fill_render : ktcp_fill_publish;
}

static void ktcp_fill_walk(struct ktcp_fill *fill)
{
	int ret = ktcp_walk(fill->connection->roots, fill->root, fill->name, &fill->path);

	if (ret) {
		fill->path = (struct path){};
		if (ret == -ENOENT)
			ktcp_fill_absent(fill);
		else
			ktcp_fill_fail(fill, ret);
	} else if (d_is_dir(fill->path.dentry)) {
		ktcp_fill_directory(fill);
	} else {
		ktcp_fill_file(fill);
	}
}

/* ---- What comes of it ---------------------------------------------------------- */

/* What is not kept is opened for this one client. */
void ktcp_fill_give_file(struct ktcp_fill *fill)
{
	int ret = 0;

	if (!fill->file) {
		struct file *file = ktcp_files_open_path(fill->connection->roots, &fill->path);

		ret = PTR_ERR_OR_ZERO(file);
		if (!ret)
			fill->file = file;
	}
	if (!ret)
		ret = ktcp_files_describe(&fill->path, &fill->resource);
	fill->next = NULL;
	if (ret)
		ktcp_fill_fail(fill, ret);
}

/* Once more from the beginning, since there is no room for anything that could be kept. */
static void ktcp_fill_give_up(struct ktcp_fill *fill)
{
	int ret;

	ktcp_fill_drop(fill);
	fill->resource = (struct ktcp_resource){ .coding = KTCP_CODING_IDENTITY };
	ret = ktcp_walk(fill->connection->roots, fill->root, fill->name, &fill->path);
	if (ret) {
		fill->path = (struct path){};
		ktcp_fill_fail(fill, ret);
	} else {
		ktcp_fill_give_file(fill);
	}
}

static size_t ktcp_fill_siblings_weight(const struct ktcp_fill *fill)
{
	return fill->siblings ? sizeof(*fill->siblings) + ktcp_siblings_weight(fill->siblings) : 0;
}

static struct ktcp_answer *ktcp_fill_assemble(struct ktcp_fill *fill)
{
	struct ktcp_cache *cache = fill->cache;
	struct ktcp_representation *identity;
	struct ktcp_answer *answer;
	unsigned long codable = ktcp_fill_codable(fill);
	unsigned int i;

	fill->resource.varies = codable;
	for (i = 0; i < KTCP_CODINGS; i++)
		fill->resource.varies |= !!fill->coded[i];

	if (!ktcp_budget_charge(cache->budget, ktcp_fill_siblings_weight(fill)))
		return NULL;
	answer = ktcp_answer_create(cache, &fill->flight.key, &fill->path, &fill->trail);
	if (!answer) {
		ktcp_budget_release(cache->budget, ktcp_fill_siblings_weight(fill));
		return NULL;
	}
	answer->siblings = fill->siblings;
	answer->charged += ktcp_fill_siblings_weight(fill);
	fill->siblings = NULL;
	answer->shown = fill->shown;
	fill->shown = NULL;
	memcpy(answer->representations, fill->coded, sizeof(fill->coded));
	memset(fill->coded, 0, sizeof(fill->coded));
	identity = ktcp_representation_create(cache->options, cache->budget, &fill->request,
					      &fill->resource, fill->content, fill->file);
	fill->content = NULL;
	fill->file = NULL;
	if (!identity) {
		ktcp_answer_put(answer);
		return NULL;
	}
	answer->until = fill->since + fill->life;
	answer->codable = codable;
	answer->mark = fill->mark;
	answer->marked = fill->marked && fill->trail.count;
	answer->representations[KTCP_CODING_IDENTITY] = identity;
	return answer;
}

void ktcp_fill_publish(struct ktcp_fill *fill)
{
	/* With a content, a file is opened no longer than it takes to read it. */
	if (fill->file && (fill->content || fill->marked)) {
		__fput_sync(fill->file);
		fill->file = NULL;
	}
	ktcp_cache_make_room(fill->cache, KTCP_FILL_ROOM + fill->request.size);
	fill->answer = ktcp_fill_assemble(fill);
	if (!fill->answer && fill->resource.status == KTCP_RESOURCE_NOT_FOUND) {
		fill->next = NULL;
	} else if (!fill->answer) {
		fill->next = ktcp_fill_give_up;
	} else if (fill->unprovable || !ktcp_cache_insert(fill->cache, fill->answer)) {
		fill->next = NULL;
	} else {
		ktcp_cache_sweep_soon(fill->cache);
		ktcp_flights_tell(&fill->cache->flights, &fill->flight);
		ktcp_fill_answered(fill);
	}
}

/* ---- By whom it is driven -------------------------------------------------------- */

void ktcp_fill_look(struct ktcp_fill *fill, struct ktcp_answer *old)
{
	fill->old = old;
	fill->next = ktcp_fill_walk;
}

void ktcp_fill_code(struct ktcp_fill *fill, struct ktcp_answer *answer)
{
	fill->answer = answer;
	ktcp_fill_answered(fill);
}

bool ktcp_fill_step(struct ktcp_fill *fill)
{
	const struct cred *cred;

	if (!fill->next)
		return false;
	cred = override_creds(fill->connection->roots->cred);
	fill->next(fill);
	revert_creds(cred);
	return fill->next;
}
