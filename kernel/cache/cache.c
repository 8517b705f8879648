// SPDX-License-Identifier: GPL-2.0-only OR MIT

#include <linux/bug.h>
#include <linux/err.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/sched/clock.h>
#include <linux/time64.h>
#include <linux/workqueue.h>

#include "cache/answer.h"
#include "cache/cache.h"
#include "cache/cache_table.h"
#include "cache/coding.h"
#include "cache/content.h"
#include "cache/fill.h"
#include "cache/flight.h"
#include "cache/shown.h"
#include "core/connection.h"
#include "core/files.h"
#include "core/roots.h"
#include "core/server.h"
#include "core/stats.h"

/* How long one connection may make an answer before others have their turn; ns. */
#define KTCP_CACHE_TURN (250 * NSEC_PER_USEC)

/* How many entries of a kept listing are looked at in softirq. */
#define KTCP_CACHE_ATOMIC_ENTRIES 256

static struct ktcp_answer_key ktcp_cache_key(const struct ktcp_resource_request *request)
{
	return (struct ktcp_answer_key){
		.path = request->path,
		.size = request->size,
		.root = request->root,
		.rendering = request->rendering,
	};
}

/*
 * Of a file that is not kept whole, it is told what it is now, as it can change without
 * the answer becoming a wrong one; what was written of it before is only for what it was.
 */
static void ktcp_cache_look_at_file(const struct ktcp_answer *answer,
				    struct ktcp_resource *resource)
{
	const struct inode *inode = answer->steps[0].inode;
	struct timespec64 changed = ktcp_compat_inode_ctime(inode);

	if (!resource->unsettled && timespec64_equal(&changed, &answer->mark.changed) &&
	    i_size_read(inode) == answer->mark.size)
		return;
	ktcp_files_describe_inode(inode, resource);
	resource->head = NULL;
	resource->head_size = 0;
}

/* The answer, with a reference for the purpose, becomes the connection's current resource. */
static void ktcp_cache_hand_out(struct ktcp_connection *connection, struct ktcp_answer *answer,
				const struct ktcp_representation *representation,
				struct ktcp_resource *resource)
{
	*resource = representation->resource;
	connection->alone = false;
	/* Of what is not there the session holds nothing, so it does not let go of it. */
	if (resource->status != KTCP_RESOURCE_FILE &&
	    resource->status != KTCP_RESOURCE_DIRECTORY) {
		ktcp_answer_put(answer);
		return;
	}
	connection->answer = answer;
	connection->content = representation->content;
	connection->file = representation->file;
	connection->root = &connection->roots->paths[answer->key.root];
	if (unlikely(representation->file && answer->step_count &&
		     resource->coding == KTCP_CODING_IDENTITY))
		ktcp_cache_look_at_file(answer, resource);
}

/* The same with what was found, not made: a hit. */
static void ktcp_cache_hit(struct ktcp_connection *connection, struct ktcp_answer *answer,
			   const struct ktcp_representation *representation,
			   struct ktcp_resource *resource)
{
	ktcp_answer_asked_again(answer);
	ktcp_stats_count_cache(KTCP_COUNT_cache_hits);
	ktcp_cache_hand_out(connection, answer, representation, resource);
}

bool ktcp_cache_get(struct ktcp_connection *connection,
		    const struct ktcp_resource_request *request, struct ktcp_resource *resource)
{
	struct ktcp_cache *cache = &connection->roots->cache;
	const struct ktcp_representation *representation = NULL;
	struct ktcp_answer_key key = ktcp_cache_key(request);
	struct ktcp_answer *answer;
	u8 coding;

	if (!cache->on)
		return false;
	rcu_read_lock();
	answer = ktcp_cache_look_up(cache, &key);
	/* A task looks through many entries. */
	if (answer && connection->atomic && answer->shown &&
	    answer->shown->count > KTCP_CACHE_ATOMIC_ENTRIES)
		answer = NULL;
	if (answer && ktcp_answer_look(answer) == KTCP_ANSWER_HOLDS)
		representation = ktcp_answer_select(answer, request->codings, &coding);
	if (representation && !refcount_inc_not_zero(&answer->references))
		representation = NULL;
	rcu_read_unlock();
	if (!representation)
		return false;
	ktcp_cache_hit(connection, answer, representation, resource);
	return true;
}

/* What is kept under a key, with a reference, and what can be said of it; or NULL. */
static struct ktcp_answer *ktcp_cache_look(struct ktcp_cache *cache,
					   const struct ktcp_answer_key *key,
					   enum ktcp_answer_state *state)
{
	struct ktcp_answer *answer;

	rcu_read_lock();
	answer = ktcp_cache_look_up(cache, key);
	if (answer) {
		*state = ktcp_answer_look(answer);
		if (!refcount_inc_not_zero(&answer->references))
			answer = NULL;
	}
	rcu_read_unlock();
	return answer;
}

/* What the fill has come to is the connection's. */
static void ktcp_cache_take(struct ktcp_connection *connection, struct ktcp_fill *fill,
			    struct ktcp_resource *resource)
{
	struct ktcp_answer *answer = fill->answer;

	if (answer) {
		const struct ktcp_representation *representation =
			ktcp_answer_select_ready(answer, fill->request.codings);

		fill->answer = NULL;
		ktcp_cache_hand_out(connection, answer,
				    representation ?: answer->representations[KTCP_CODING_IDENTITY],
				    resource);
		return;
	}
	*resource = fill->resource;
	if (resource->status != KTCP_RESOURCE_FILE && resource->status != KTCP_RESOURCE_DIRECTORY)
		return;
	connection->file = fill->file;
	connection->root = fill->root;
	fill->file = NULL;
}

static void ktcp_cache_end_fill(struct ktcp_connection *connection)
{
	struct ktcp_fill *fill = connection->fill;

	connection->fill = NULL;
	ktcp_flights_end(&connection->roots->cache.flights, &fill->flight);
	ktcp_fill_free(fill);
}

static enum ktcp_found ktcp_cache_go_on(struct ktcp_connection *connection,
					struct ktcp_resource *resource)
{
	struct ktcp_fill *fill = connection->fill;
	u64 end = local_clock() + KTCP_CACHE_TURN;

	while (ktcp_fill_step(fill))
		if (local_clock() > end)
			return KTCP_FOUND_MORE;
	ktcp_cache_take(connection, fill, resource);
	ktcp_cache_end_fill(connection);
	connection->alone = false;
	return KTCP_FOUND;
}

static enum ktcp_found ktcp_cache_begin(struct ktcp_connection *connection,
					const struct ktcp_resource_request *request,
					struct ktcp_resource *resource)
{
	struct ktcp_cache *cache = &connection->roots->cache;
	struct ktcp_fill *fill = ktcp_fill_create(
		connection, request, ktcp_roots_find(connection->roots, request->root));
	const struct ktcp_representation *representation;
	enum ktcp_answer_state state = KTCP_ANSWER_STALE;
	struct ktcp_answer *answer;
	u8 coding;

	if (!fill) {
		connection->alone = false;
		ktcp_files_find(connection, request, resource);
		return KTCP_FOUND;
	}
	if (!connection->alone && !ktcp_flights_begin(&cache->flights, &fill->flight, connection)) {
		ktcp_fill_free(fill);
		ktcp_stats_count_cache(KTCP_COUNT_cache_waits);
		/* Who has waited once, and finds nothing that he can use, goes by himself:
		 * what cannot be kept is not made by one after the other. */
		connection->alone = true;
		return KTCP_FOUND_LATER;
	}
	connection->fill = fill;
	/* Only now: whoever had it under way until then has put in what he made of it. */
	answer = ktcp_cache_look(cache, &fill->flight.key, &state);
	if (answer && state == KTCP_ANSWER_HOLDS) {
		representation = ktcp_answer_select(answer, request->codings, &coding);
		if (representation) {
			ktcp_cache_end_fill(connection);
			ktcp_cache_hit(connection, answer, representation, resource);
			return KTCP_FOUND;
		}
		ktcp_fill_code(fill, answer);
	} else if (answer && state == KTCP_ANSWER_AGED) {
		ktcp_fill_look(fill, answer);
	} else {
		ktcp_stats_count_cache(KTCP_COUNT_cache_misses);
		if (answer) {
			ktcp_stats_count_cache(KTCP_COUNT_cache_stale);
			ktcp_answer_put(answer);
		}
		ktcp_fill_look(fill, NULL);
	}
	return ktcp_cache_go_on(connection, resource);
}

/*
 * The same with what is there that the client takes, while somebody makes the coding that
 * he would like best.
 */
static bool ktcp_cache_get_ready(struct ktcp_connection *connection,
				 const struct ktcp_resource_request *request,
				 struct ktcp_resource *resource)
{
	struct ktcp_cache *cache = &connection->roots->cache;
	const struct ktcp_representation *representation = NULL;
	struct ktcp_answer_key key = ktcp_cache_key(request);
	enum ktcp_answer_state state;
	struct ktcp_answer *answer = ktcp_cache_look(cache, &key, &state);

	if (!answer)
		return false;
	if (state == KTCP_ANSWER_HOLDS) {
		/* What he has waited for may have been another thing. */
		connection->alone = false;
		if (ktcp_flights_have(&cache->flights, &key))
			representation = ktcp_answer_select_ready(answer, request->codings);
	}
	if (!representation) {
		ktcp_answer_put(answer);
		return false;
	}
	ktcp_cache_hit(connection, answer, representation, resource);
	return true;
}

enum ktcp_found ktcp_cache_find(struct ktcp_connection *connection,
				const struct ktcp_resource_request *request,
				struct ktcp_resource *resource)
{
	struct ktcp_cache *cache = &connection->roots->cache;

	if (connection->fill)
		return ktcp_cache_go_on(connection, resource);
	if (!cache->on || !ktcp_roots_find(connection->roots, request->root)) {
		ktcp_files_find(connection, request, resource);
		return KTCP_FOUND;
	}
	if (ktcp_flights_await_still(&cache->flights, connection))
		return KTCP_FOUND_LATER;
	if (ktcp_cache_get(connection, request, resource) ||
	    ktcp_cache_get_ready(connection, request, resource))
		return KTCP_FOUND;
	return ktcp_cache_begin(connection, request, resource);
}

void ktcp_cache_put(struct ktcp_connection *connection)
{
	struct ktcp_answer *answer = connection->answer;

	connection->answer = NULL;
	connection->content = NULL;
	connection->file = NULL;
	ktcp_answer_put(answer);
}

void ktcp_cache_leave(struct ktcp_connection *connection)
{
	if (connection->fill)
		ktcp_cache_end_fill(connection);
	ktcp_flights_leave(&connection->roots->cache.flights, connection);
}

int ktcp_cache_start(struct ktcp_cache *cache, struct ktcp_server *server)
{
	const struct ktcp_server_options *options = &server->options;
	int ret;

	cache->options = options;
	cache->budget = &server->budget;
	ktcp_flights_start(&cache->flights);
	cache->on = options->directory_count && options->cache_size && options->cache_entries;
	if (!cache->on)
		return 0;
	cache->release_queue = alloc_workqueue(KBUILD_MODNAME "_cache", WQ_UNBOUND, 0);
	if (!cache->release_queue)
		return -ENOMEM;
	ret = ktcp_cache_table_start(cache);
	if (ret)
		goto err_queue;
	ret = ktcp_cache_upkeep_start(cache);
	if (ret)
		goto err_table;
	ktcp_codings_start();
	return 0;

err_table:
	ktcp_cache_table_stop(cache);
err_queue:
	destroy_workqueue(cache->release_queue);
	return ret;
}

/*
 * Nothing is put in any more, and nobody has an answer but the table. After the barrier
 * all callbacks have run that wait for a grace period, each of which has queued a work
 * item; and the queue is gone when those are done.
 */
void ktcp_cache_stop(struct ktcp_cache *cache)
{
	if (!cache->on)
		return;
	ktcp_cache_upkeep_stop(cache);
	ktcp_cache_evict(cache, U64_MAX);
	rcu_barrier();
	destroy_workqueue(cache->release_queue);
	ktcp_cache_table_stop(cache);
	WARN_ON(ktcp_budget_used(cache->budget));
	ktcp_codings_stop();
}
