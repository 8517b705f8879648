/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What requests were answered with, kept for the next ones: an *answer* is what a path
 * beneath a root led to (a file, a directory, nothing), with the proof by which that is
 * trusted, and its *representations*: one for each content coding that is worth having,
 * with its bytes and what is said of them.
 *
 * Freshness: nothing is given from here before it was seen to be as it was (trail.h): of
 * the walk, each component; of the file, that nobody has it open for writing, its ctime
 * and its size. Bytes are only kept if they were read at a time when that held, and when
 * the file's last change was at least one tick of the clock old: so each later change
 * has another ctime.
 */
#ifndef KTCP_CACHE_CACHE_H
#define KTCP_CACHE_CACHE_H

#include <linux/types.h>

#include <ktcp/protocol.h>

struct ktcp_answer;
struct ktcp_cache;
struct ktcp_connection;

/* What came of asking for a resource in process context. */
enum ktcp_found {
	KTCP_FOUND,	/* it is the connection's current one; *resource says what it is */
	KTCP_FOUND_LATER, /* another connection makes it: the model's wake() will tell */
	KTCP_FOUND_MORE,  /* this one does, and has done a step: call again, after others */
};

/*
 * If what is kept answers the request now, it becomes the connection's current resource
 * (connection->answer, ->content or ->file), and *resource is filled in. False: not
 * known. Any context but hard interrupts; does not sleep; takes no lock.
 */
bool ktcp_cache_get(struct ktcp_connection *connection,
		    const struct ktcp_resource_request *request, struct ktcp_resource *resource);

/*
 * The same, and what is not known is looked up, read, rendered, coded, and kept if there
 * is room; what cannot be kept is the connection's own. May sleep.
 */
enum ktcp_found ktcp_cache_find(struct ktcp_connection *connection,
				const struct ktcp_resource_request *request,
				struct ktcp_resource *resource);

/* The connection is done with its current resource; any context. For one that is its
 * own (no ->answer) see files.h. */
void ktcp_cache_put(struct ktcp_connection *connection);

/* The connection ends: it waits no more for what others make. By its driver. */
void ktcp_cache_leave(struct ktcp_connection *connection);

#endif
