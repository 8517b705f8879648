// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// model=event: the socket's callbacks queue the connection's work item, which does
// what can be done now and returns. An idle client holds memory and nothing else;
// one kernel thread serves many ready connections in a row. With a bound queue the
// work runs on the CPU where the packet came in, with an unbound one on any that
// is idle.

#include <linux/workqueue.h>

#include "core/connection.h"
#include "core/drive.h"
#include "core/model.h"
#include "core/models/queue.h"
#include "core/server.h"
#include "core/socket_events.h"

static int ktcp_event_open(struct ktcp_server *server)
{
	/* Items do not wait for the peer, so as many as may be are allowed. */
	return ktcp_queue_open(server, WQ_MAX_ACTIVE);
}

static void ktcp_event_wake(struct ktcp_connection *connection)
{
	queue_work(connection->server->queue, &connection->work);
}

static void ktcp_event_work(struct work_struct *work)
{
	struct ktcp_connection *connection = container_of(work, struct ktcp_connection, work);

	if (ktcp_drive(connection) == KTCP_DRIVE_MORE)
		ktcp_event_wake(connection);
}

static int ktcp_event_prepare(struct ktcp_connection *connection)
{
	INIT_WORK(&connection->work, ktcp_event_work);
	return 0;
}

const struct ktcp_model ktcp_model_event = {
	.name = "event",
	.open = ktcp_event_open,
	.close = ktcp_queue_close,
	.prepare = ktcp_event_prepare,
	.start = ktcp_event_wake,
	.wake = ktcp_event_wake,
	.data_ready = ktcp_socket_data_ready,
};
