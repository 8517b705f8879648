/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * An answer: what a path beneath a root led to, with the proof by which that is trusted,
 * and its representations, one for each content coding that there is (representation.h).
 *
 * It is found in the cache's table under RCU and held by a reference: the table has one,
 * and each connection whose current resource it is. What the last one leaves is taken
 * apart in process context, and freed after a grace period; the bytes go at once.
 */
#ifndef KTCP_CACHE_ANSWER_H
#define KTCP_CACHE_ANSWER_H

#include <linux/cache.h>
#include <linux/list.h>
#include <linux/path.h>
#include <linux/refcount.h>
#include <linux/rhashtable-types.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include <ktcp/protocol.h>

#include "cache/mark.h"
#include "cache/representation.h"
#include "cache/trail.h"

struct ktcp_cache;
struct ktcp_shown;
struct ktcp_siblings;

/* Under which an answer is found. The path has no NUL at its end. */
struct ktcp_answer_key {
	const char *path;
	u32 size;	/* of the path, in bytes */
	u32 root;	/* its number */
	u32 rendering;	/* that was asked for, or 0 */
};

static inline bool ktcp_answer_key_equal(const struct ktcp_answer_key *a,
					 const struct ktcp_answer_key *b)
{
	return a->size == b->size && a->root == b->root && a->rendering == b->rendering &&
	       !memcmp(a->path, b->path, a->size);
}

struct ktcp_answer {
	/* Constant once the answer is in the table, but for what says otherwise. */
	struct rhash_head node;		/* the table's */
	struct ktcp_answer_key key;	/* its path lies behind the steps */
	unsigned long until;		/* jiffies; when to walk by the names again; changes */
	/* Codings that are worth being made of the identity's content and are not there
	 * yet: bits, 1 << enum ktcp_coding; are cleared one by one, by who makes them. */
	unsigned long codable;
	bool referenced;		/* asked for since eviction last came by; changes */
	bool marked;			/* the bytes are kept, and true as long as the mark holds */
	struct path path;		/* a reference; of what is not there, a negative dentry */
	struct ktcp_mark mark;		/* of the inode, if it is a regular file */
	struct ktcp_siblings *siblings;	/* of the file, if one may matter; or NULL */
	struct ktcp_shown *shown;	/* by the rendering of a directory; or NULL */
	/* By enum ktcp_coding; identity is always there. Others may be added, once. */
	struct ktcp_representation *representations[KTCP_CODINGS];

	/* Where it comes from, and its end. */
	struct ktcp_cache *cache;
	struct list_head clock;		/* the cache's; this and the next under its lock */
	bool kept;			/* it is in the table */
	struct rcu_work release;
	size_t charged;			/* bytes, without the representations' */
	/* Codings that could not be made, for want of memory perhaps; tried again when the
	 * answer has aged, and not by each request. Changes as `codable` does. */
	unsigned long failed;

	/* Written by each connection that takes it and lets it go: a line of its own. */
	refcount_t references ____cacheline_aligned_in_smp;

	unsigned int step_count;	/* 0: there is no trail; trusted for a while (cache_trust) */
	struct ktcp_trail_step steps[];
};

/* What can be said of an answer that was kept. */
enum ktcp_answer_state {
	KTCP_ANSWER_HOLDS,	/* it is as it was */
	KTCP_ANSWER_AGED,	/* so it is by all that can be seen, but walk by the names again */
	KTCP_ANSWER_STALE,	/* it is not as it was */
};

/*
 * Charges, and copies the key and the trail; takes a reference to @path. For the caller,
 * nobody else knows of it. NULL: there is no room, or no memory. May sleep.
 */
struct ktcp_answer *ktcp_answer_create(struct ktcp_cache *cache, const struct ktcp_answer_key *key,
				       const struct path *path, const struct ktcp_trail *trail);

/*
 * It is given out of what was kept, which speaks for keeping it. Not so the first time, by whom
 * it was made: else names that nobody asks for twice would count as much as those in use.
 */
static inline void ktcp_answer_asked_again(struct ktcp_answer *answer)
{
	if (!READ_ONCE(answer->referenced))
		WRITE_ONCE(answer->referenced, true);
}

/* Under rcu_read_lock(), or with a reference. Does not sleep. */
enum ktcp_answer_state ktcp_answer_look(const struct ktcp_answer *answer);

/*
 * What a client that takes these codings gets: the first of them that is there; identity if
 * none is. NULL: one that it would rather have is worth being made, and @make says which.
 */
const struct ktcp_representation *ktcp_answer_select(const struct ktcp_answer *answer,
						     const u8 *codings, u8 *make);
/* The same of those that are there now. */
const struct ktcp_representation *ktcp_answer_select_ready(const struct ktcp_answer *answer,
							   const u8 *codings);

/* The making of a coding has failed; and that of all is to be tried again. */
void ktcp_answer_coding_failed(struct ktcp_answer *answer, u8 coding);
void ktcp_answer_retry_codings(struct ktcp_answer *answer);

/* Adds one that was made, or frees it if another was faster. May sleep. */
void ktcp_answer_add(struct ktcp_answer *answer, struct ktcp_representation *representation);

/* Bytes of memory that its end may give back. */
size_t ktcp_answer_weight(const struct ktcp_answer *answer);

/* Any context. */
void ktcp_answer_put(struct ktcp_answer *answer);

#endif
