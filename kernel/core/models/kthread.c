// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// model=kthread: a kernel thread per connection. The simplest to think about: the
// thread blocks, and a stack of 16 KiB and a task belong to each client, silent or
// not. How many there can be is the system's limit on threads.

#include <linux/completion.h>
#include <linux/err.h>
#include <linux/kthread.h>

#include "core/connection.h"
#include "core/model.h"
#include "core/models/blocking.h"
#include "core/server.h"
#include "core/socket_events.h"

static int ktcp_kthread_open(struct ktcp_server *server)
{
	init_completion(&server->thread_exited);
	server->threads = 0;
	return 0;
}

/*
 * A thread completes `thread_exited` once, in the kernel's text, never to return
 * to the module's: after as many completions as there were threads none is left.
 */
static void ktcp_kthread_close(struct ktcp_server *server)
{
	for (; server->threads; server->threads--)
		wait_for_completion(&server->thread_exited);
}

static int ktcp_kthread_main(void *data)
{
	struct ktcp_connection *connection = data;
	struct ktcp_server *server = connection->server;

	ktcp_blocking_serve(connection);
	kthread_complete_and_exit(&server->thread_exited, 0);
}

/* The accept work is the only one that creates threads, so it keeps the count. */
static int ktcp_kthread_prepare(struct ktcp_connection *connection)
{
	struct ktcp_server *server = connection->server;
	struct task_struct *thread;

	while (try_wait_for_completion(&server->thread_exited))
		server->threads--;
	thread = kthread_create(ktcp_kthread_main, connection, "%s-client", KBUILD_MODNAME);
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	server->threads++;
	connection->thread = thread;
	ktcp_blocking_init(connection);
	return 0;
}

static void ktcp_kthread_start(struct ktcp_connection *connection)
{
	wake_up_process(connection->thread);
}

const struct ktcp_model ktcp_model_kthread = {
	.name = "kthread",
	.open = ktcp_kthread_open,
	.close = ktcp_kthread_close,
	.prepare = ktcp_kthread_prepare,
	.start = ktcp_kthread_start,
	.wake = ktcp_blocking_wake,
	.data_ready = ktcp_socket_data_ready,
};
