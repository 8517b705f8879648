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
#include <linux/path.h>
#include <linux/slab.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <ktcp/protocol.h>

#include "core/file_cache.h"
#include "core/listener.h"
#include "core/model.h"

/* What a module asks for; must stay as it is until ktcp_server_stop(). */
struct ktcp_server_options {
	const struct ktcp_protocol *protocol;
	const void *config;		/* the protocol's own, or NULL */
	const char *root;		/* the directory to serve, or NULL */
	const struct ktcp_model *model;
	bool bound;			/* a work queue of one's own per CPU */
	unsigned int port;
	unsigned int backlog;
	unsigned int max_connections;
	unsigned int drain_timeout;	/* ms */
};

#define KTCP_MAX_CONNECTIONS_DEFAULT 65536u
#define KTCP_DRAIN_TIMEOUT_DEFAULT 5000u

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

	/* Files: the root's path and the credentials of whoever loaded the
	 * module, both held until stop. */
	struct path root;
	const struct cred *cred;
	struct ktcp_file_cache file_cache;

	struct ktcp_listener listener;

	/* The live connections. The list belongs to the mutex: a connection
	 * enters it when accepted and is taken off it by its driver. */
	struct mutex connections_lock;
	struct list_head connections;
	/* Connections that exist, listed or not; 0 wakes `empty`. */
	atomic_t connection_count;
	wait_queue_head_t empty;

	/* Set once by stop, in this order; read by the drivers. */
	bool draining;
	bool aborting;
};

int ktcp_server_start(struct ktcp_server *server, const struct ktcp_server_options *options);
void ktcp_server_stop(struct ktcp_server *server);

#endif
