// SPDX-License-Identifier: GPL-2.0-only OR MIT

#include <linux/workqueue.h>

#include "core/connection.h"
#include "core/drive.h"
#include "core/models/worker.h"
#include "core/server.h"

int ktcp_worker_open(struct ktcp_server *server, unsigned int flags, int max_active)
{
	if (!server->options.bound)
		flags |= WQ_UNBOUND;
	server->queue = alloc_workqueue("%s", flags, max_active, KBUILD_MODNAME);
	return server->queue ? 0 : -ENOMEM;
}

int ktcp_worker_open_all(struct ktcp_server *server)
{
	return ktcp_worker_open(server, 0, WQ_MAX_ACTIVE);
}

void ktcp_worker_close(struct ktcp_server *server)
{
	destroy_workqueue(server->queue);
	server->queue = NULL;
}

static void ktcp_worker_run(struct work_struct *work)
{
	struct ktcp_connection *connection = container_of(work, struct ktcp_connection, work);

	if (ktcp_drive(connection) == KTCP_DRIVE_MORE)
		ktcp_worker_wake(connection);
}

int ktcp_worker_prepare(struct ktcp_connection *connection)
{
	INIT_WORK(&connection->work, ktcp_worker_run);
	return 0;
}

void ktcp_worker_wake(struct ktcp_connection *connection)
{
	queue_work(connection->server->queue, &connection->work);
}

void ktcp_worker_start(struct ktcp_connection *connection)
{
	if (ktcp_drive_briefly(connection) == KTCP_DRIVE_MORE)
		ktcp_worker_wake(connection);
}
