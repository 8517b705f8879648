/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A server: one protocol on one port. The host that ARCHITECTURE.md calls the
 * kernel host is this directory; it knows no protocol, only the seam.
 */
#ifndef KTCP_CORE_SERVER_H
#define KTCP_CORE_SERVER_H

#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <ktcp/host.h>
#include <ktcp/protocol.h>

#include "cache/budget.h"
#include "core/listener.h"
#include "core/model.h"
#include "core/origins.h"

struct ktcp_roots;

/* What a module asks for; must stay as it is until ktcp_server_stop(). */
struct ktcp_server_options {
	const struct ktcp_protocol *protocol;
	const void *config;		/* the protocol's own, or NULL */
	/* The directories to serve, by the numbers that resource requests give; NULL:
	 * none of that number. */
	const char *const *directories;
	unsigned int directory_count;
	enum ktcp_symlinks symlinks;	/* where links in them may lead */
	const struct ktcp_model *model;
	bool bound;			/* a work queue of one's own per CPU */
	unsigned int port;
	unsigned int backlog;
	/* What was sent, and the offer to send more, may be ignored by the peer for
	 * so long (TCP_USER_TIMEOUT), in ms; 0: as long as TCP has it. */
	unsigned int user_timeout;
#define KTCP_LIMIT_MEMBER(name, preset, least, most, unit, what) unsigned int name;
	KTCP_HOST_LIMITS(KTCP_LIMIT_MEMBER)
	KTCP_CACHE_LIMITS(KTCP_LIMIT_MEMBER)
#undef KTCP_LIMIT_MEMBER
};

/*
 * Static in its module, so that what reads statistics never finds it gone. From
 * start to stop only the fields that say so change; everything else is read by
 * any context.
 */
struct ktcp_server {
	struct ktcp_server_options options;

	/* The model's: a work queue, or threads (models/kthread.c). */
	struct workqueue_struct *queue;
	struct completion thread_exited;
	unsigned int threads;	/* less those that thread_exited counts */

	/* Connection and session as one block; the session at session_offset. */
	struct kmem_cache *connection_cache;
	size_t session_offset;

	/* Where connections that begin now look requests up; held until stop. */
	struct ktcp_roots *roots;

	struct ktcp_listener listener;

	/* The live connections. The list belongs to the mutex: a connection
	 * enters it when accepted and is taken off it by its driver. */
	struct mutex connections_lock;
	struct list_head connections;
	/* Connections that exist, listed or not; 0 wakes `empty`. */
	atomic_t connection_count;
	wait_queue_head_t empty;
	struct ktcp_origins origins;

	/* Of what is kept by the roots. */
	struct ktcp_budget budget;

	/* Bytes of spare buffers that sessions hold, at most options.sort_memory. */
	atomic_t spare_memory;

	/* Set once by stop, in this order; read by the drivers. */
	bool draining;
	bool aborting;
};

int ktcp_server_start(struct ktcp_server *server, const struct ktcp_server_options *options);
void ktcp_server_stop(struct ktcp_server *server);

#endif
