/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A fill makes an answer: it walks to what the request names, reads or renders it, looks
 * for its siblings, puts it into the cache, and makes the coding that the client would
 * like best. It goes step by step, so that whoever drives it can let others go between
 * two; and it ends with an answer, kept or not, or with a file for this one client.
 */
#ifndef KTCP_CACHE_FILL_H
#define KTCP_CACHE_FILL_H

#include <linux/path.h>
#include <linux/types.h>

#include <ktcp/protocol.h>

#include "cache/flight.h"
#include "cache/mark.h"
#include "cache/trail.h"

struct file;
struct ktcp_answer;
struct ktcp_cache;
struct ktcp_coder;
struct ktcp_connection;
struct ktcp_content;
struct ktcp_rendering;
struct ktcp_shown;
struct ktcp_siblings;

/* Belongs to its maker's driver; others see the flight. */
struct ktcp_fill {
	struct ktcp_flight flight;
	struct ktcp_connection *connection;
	struct ktcp_cache *cache;
	const struct path *root;		/* that the path is beneath */
	struct ktcp_resource_request request;	/* with the path below */

	void (*next)(struct ktcp_fill *fill);	/* what is to be done; NULL: nothing */
	unsigned int waits;			/* ticks that it has waited for the clock */

	struct ktcp_answer *old;		/* looked right, but for its age; or NULL */
	struct path path;			/* what the walk has led to; or none */
	struct ktcp_trail trail;
	unsigned long since;			/* when the walk ended, or the rendering */
	unsigned long life;			/* of the answer from then on, in jiffies */
	struct file *file;
	struct ktcp_mark mark;			/* of the file */
	bool marked;				/* the content is what it says */
	u64 done;				/* bytes that were read, or compared */
	struct ktcp_content *content;
	struct ktcp_siblings *siblings;
	struct {
		u8 coding;
		struct file *file;
		struct ktcp_content *content;
		struct ktcp_resource resource;
	} sibling;				/* that is being taken */
	struct ktcp_representation *coded[KTCP_CODINGS];	/* by the siblings */
	struct ktcp_rendering *rendering;
	struct ktcp_shown *shown;
	bool unprovable;			/* not to be kept */
	u8 coding;				/* that is being made */
	struct ktcp_coder *coder;

	/* What comes of it: an answer; or what the resource says, and the file. */
	struct ktcp_answer *answer;
	struct ktcp_resource resource;

	char name[];				/* the path, with a NUL */
};

/*
 * To be begun by ktcp_fill_look() or ktcp_fill_code(), of which it takes the reference
 * to an answer. The connection's current request must stay. NULL: no memory.
 */
struct ktcp_fill *ktcp_fill_create(struct ktcp_connection *connection,
				   const struct ktcp_resource_request *request,
				   const struct path *root);

/* Begins with the walk; @old is what was kept and has aged, or NULL. */
void ktcp_fill_look(struct ktcp_fill *fill, struct ktcp_answer *old);
/* Makes a coding of an answer that is kept. */
void ktcp_fill_code(struct ktcp_fill *fill, struct ktcp_answer *answer);

/* Does something of what is to be done; false if nothing is left. May sleep. */
bool ktcp_fill_step(struct ktcp_fill *fill);

/* At any time; what came of it may have been taken (and set to NULL). May sleep. */
void ktcp_fill_free(struct ktcp_fill *fill);

#endif
