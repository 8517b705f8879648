// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// Starting and stopping a server, in that order and in the reverse.

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/netdevice.h>
#include <linux/printk.h>

#include "core/buffers.h"
#include "core/connection.h"
#include "core/roots.h"
#include "core/server.h"

static int ktcp_server_create_caches(struct ktcp_server *server)
{
	const struct ktcp_protocol *protocol = server->options.protocol;
	size_t align = max_t(size_t, protocol->session_align, __alignof__(struct ktcp_connection));
	size_t size;
	int ret;

	ret = ktcp_buffers_create();
	if (ret)
		return ret;
	server->session_offset = ALIGN(sizeof(struct ktcp_connection), align);
	size = server->session_offset + protocol->session_size;
	server->connection_cache = kmem_cache_create(KBUILD_MODNAME "_connection", size, align,
						     SLAB_HWCACHE_ALIGN | SLAB_ACCOUNT, NULL);
	if (!server->connection_cache) {
		ktcp_buffers_destroy();
		return -ENOMEM;
	}
	return 0;
}

static void ktcp_server_destroy_caches(struct ktcp_server *server)
{
	kmem_cache_destroy(server->connection_cache);
	ktcp_buffers_destroy();
}

static void ktcp_server_announce(const struct ktcp_server_options *options)
{
	const char *first = options->directory_count ? options->directories[0] : NULL;
	char others[32] = "";

	if (options->directory_count > 1)
		scnprintf(others, sizeof(others), ", %u roots by host",
			  options->directory_count - 1);
	pr_info("listening on port %u, model %s%s%s%s\n", options->port, options->model->name,
		first ? ", serving " : "", first ?: "", others);
}

int ktcp_server_start(struct ktcp_server *server, const struct ktcp_server_options *options)
{
	int ret;

	server->options = *options;
	mutex_init(&server->connections_lock);
	INIT_LIST_HEAD(&server->connections);
	atomic_set(&server->connection_count, 0);
	atomic_set(&server->spare_memory, 0);
	init_waitqueue_head(&server->empty);
	ktcp_budget_start(&server->budget, options->cache_size, options->cache_entries);

	ret = ktcp_server_create_caches(server);
	if (ret)
		goto err;

	ret = ktcp_origins_start(&server->origins, options->max_per_address);
	if (ret)
		goto err_caches;

	server->roots = ktcp_roots_open(server);
	if (IS_ERR(server->roots)) {
		ret = PTR_ERR(server->roots);
		goto err_origins;
	}

	ret = options->model->open(server);
	if (ret)
		goto err_roots;

	ret = ktcp_listener_start(server);
	if (ret)
		goto err_model;

	ktcp_server_announce(options);
	return 0;

err_model:
	options->model->close(server);
err_roots:
	ktcp_roots_close(server->roots);
err_origins:
	ktcp_origins_stop(&server->origins);
err_caches:
	ktcp_server_destroy_caches(server);
err:
	/* The others have said what is wrong with what they were given. */
	if (ret == -ENOMEM)
		pr_err("cannot start: no memory; free some, and load the module again\n");
	return ret;
}

/* Has every connection look at the server's state. */
static void ktcp_server_wake_all(struct ktcp_server *server)
{
	struct ktcp_connection *connection;

	mutex_lock(&server->connections_lock);
	list_for_each_entry(connection, &server->connections, node)
		server->options.model->wake(connection);
	mutex_unlock(&server->connections_lock);
}

static bool ktcp_server_is_empty(struct ktcp_server *server)
{
	return !atomic_read(&server->connection_count);
}

/*
 * Ends all connections: politely at first, and what is left after drain_timeout
 * by RST, or as soon as whoever unloads the module is killed, by ^C say. A connection
 * is ended by its driver and nobody else, so this only sets a flag, wakes them and
 * waits; the second wait is for drivers that are runnable, and is as long as the
 * slowest file system read among them. The first may be as long as a day, and is no
 * hung task: those are looked for among the tasks that cannot be killed.
 */
static void ktcp_server_drain(struct ktcp_server *server)
{
	WRITE_ONCE(server->draining, true);
	ktcp_server_wake_all(server);
	if (wait_event_killable_timeout(server->empty, ktcp_server_is_empty(server),
					msecs_to_jiffies(server->options.drain_timeout)) > 0)
		return;
	WRITE_ONCE(server->aborting, true);
	ktcp_server_wake_all(server);
	wait_event(server->empty, ktcp_server_is_empty(server));
}

/*
 * Afterwards nothing runs, or can come to run, in this module's text:
 * 1. Without a listener no connection comes into being, and its accept work has
 *    been cancelled; so connection_count only falls from there.
 * 2. It falls to 0: every connection has restored its socket's callbacks,
 *    deleted its timer and was freed by its driver (connection.c).
 * 3. The model's close() waits for the last instructions of the drivers.
 * 4. A softirq on another CPU may have read a callback's address before it was
 *    restored and still be on its first or last instruction. It runs with
 *    bottom halves disabled, which an RCU grace period waits for.
 */
void ktcp_server_stop(struct ktcp_server *server)
{
	ktcp_listener_stop(&server->listener);
	ktcp_server_drain(server);
	server->options.model->close(server);
	synchronize_net();
	ktcp_roots_close(server->roots);
	ktcp_origins_stop(&server->origins);
	ktcp_server_destroy_caches(server);
	pr_info("stopped listening on port %u\n", server->options.port);
}
