/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The answers that are kept: found by hash under RCU, without a lock; put in and taken out
 * under one. What has to go when room is short is chosen by CLOCK: the answers stand in a
 * circle, and who was asked for since the hand last came by is passed over once. A new one
 * is not, so names that are asked for once do not push out what is in use.
 */
#ifndef KTCP_CACHE_CACHE_TABLE_H
#define KTCP_CACHE_CACHE_TABLE_H

#include <linux/list.h>
#include <linux/rhashtable-types.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "compat.h"
#include "cache/answer.h"
#include "cache/budget.h"
#include "cache/flight.h"

struct ktcp_roots;
struct ktcp_server;
struct ktcp_server_options;

/* Part of a set of roots (roots.h). Constant from start to stop are the first ones. */
struct ktcp_cache {
	bool on;			/* anything is kept at all */
	const struct ktcp_server_options *options;
	struct ktcp_budget *budget;	/* the server's */
	/* Where answers are taken apart: they are many, or few of them wait for a disk. */
	struct workqueue_struct *release_queue;

	struct rhashtable table;
	spinlock_t lock;		/* what goes into the table and out of it */
	struct list_head clock;		/* the circle, the hand before its first member */

	struct ktcp_flights flights;
	/* Takes out what has ceased to be true; pending only while there are answers. */
	struct delayed_work sweep_work;
	struct ktcp_compat_shrinker shrinker;
};

/* Nothing is kept if the options say so, or have no directories. May sleep. */
int ktcp_cache_start(struct ktcp_cache *cache, struct ktcp_server *server);
/* When no connection is left: afterwards no memory of an answer's is, and nothing of it
 * holds on to a file system. May sleep. */
void ktcp_cache_stop(struct ktcp_cache *cache);

/* Under rcu_read_lock(): the answer under that key, without a reference; or NULL. */
struct ktcp_answer *ktcp_cache_look_up(struct ktcp_cache *cache,
				       const struct ktcp_answer_key *key);

/* Puts an answer in, in the place of one under the same key. False: it could not be. */
bool ktcp_cache_insert(struct ktcp_cache *cache, struct ktcp_answer *answer);
/* Takes it out, if it is in. */
void ktcp_cache_remove(struct ktcp_cache *cache, struct ktcp_answer *answer);

/* Takes out what has to go, until about @size bytes were given up or nothing is left;
 * returns how many were. Some may be in use still. */
u64 ktcp_cache_evict(struct ktcp_cache *cache, u64 size);
/* The same, for @size bytes to be charged. */
void ktcp_cache_make_room(struct ktcp_cache *cache, u64 size);
/* Makes room for a content, and it; or NULL. May sleep. */
struct ktcp_content *ktcp_cache_make_content(struct ktcp_cache *cache, u64 size);

/* For ktcp_cache_start() and ktcp_cache_stop(). */
int ktcp_cache_table_start(struct ktcp_cache *cache);
void ktcp_cache_table_stop(struct ktcp_cache *cache);
int ktcp_cache_upkeep_start(struct ktcp_cache *cache);
void ktcp_cache_upkeep_stop(struct ktcp_cache *cache);

/* There is something that may cease to be true. */
void ktcp_cache_sweep_soon(struct ktcp_cache *cache);

#endif
