// SPDX-License-Identifier: GPL-2.0-only OR MIT

#include <linux/workqueue.h>

#include "core/models/queue.h"
#include "core/server.h"

int ktcp_queue_open(struct ktcp_server *server, int max_active)
{
	unsigned int flags = server->options.bound ? 0 : WQ_UNBOUND;

	server->queue = alloc_workqueue("%s", flags, max_active, KBUILD_MODNAME);
	return server->queue ? 0 : -ENOMEM;
}

void ktcp_queue_close(struct ktcp_server *server)
{
	destroy_workqueue(server->queue);
	server->queue = NULL;
}
