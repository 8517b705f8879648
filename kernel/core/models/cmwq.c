// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// model=cmwq: a work item per connection, which blocks until the client goes. This
// is how many courses put the concurrency managed work queue to use, and what it
// costs: a work queue runs a limited number of items at a time (max_active; the
// kernel's default is 256, per CPU if it is bound, and 1024 since 6.13), so that
// as many silent clients keep everybody else waiting. The limit is left as it is
// because showing that is what this model is for.

#include <linux/workqueue.h>

#include "core/connection.h"
#include "core/model.h"
#include "core/models/blocking.h"
#include "core/models/worker.h"
#include "core/server.h"
#include "core/socket_events.h"

static int ktcp_cmwq_open(struct ktcp_server *server)
{
	/* A client that never lets its item sleep must not keep the CPU's other work
	 * from starting, which waits for items that are not CPU-intensive. */
	return ktcp_worker_open(server, WQ_CPU_INTENSIVE, 0);
}

static void ktcp_cmwq_work(struct work_struct *work)
{
	ktcp_blocking_serve(container_of(work, struct ktcp_connection, work));
}

static int ktcp_cmwq_prepare(struct ktcp_connection *connection)
{
	INIT_WORK(&connection->work, ktcp_cmwq_work);
	ktcp_blocking_init(connection);
	return 0;
}

static void ktcp_cmwq_start(struct ktcp_connection *connection)
{
	queue_work(connection->server->queue, &connection->work);
}

const struct ktcp_model ktcp_model_cmwq = {
	.name = "cmwq",
	.open = ktcp_cmwq_open,
	.close = ktcp_worker_close,
	.prepare = ktcp_cmwq_prepare,
	.start = ktcp_cmwq_start,
	.wake = ktcp_blocking_wake,
	.data_ready = ktcp_socket_data_ready,
};
