// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// A connection's patience: one timer that is moved as rarely as possible. It is
// only ever set to an *earlier* time; when it fires too early, because the
// deadline has moved on meanwhile, the driver looks at the session's deadline
// and arms it anew. So a busy keep-alive connection, whose deadline moves with
// each request, costs a timer operation per idle time-out and not per request.

#include <linux/jiffies.h>
#include <linux/timer.h>

#include "compat.h"
#include "core/connection.h"
#include "core/deadline.h"
#include "core/model.h"
#include "core/server.h"

/* Softirq. The connection exists: it cancels its timer before it goes. */
static void ktcp_deadline_fired(struct timer_list *timer)
{
	struct ktcp_connection *connection = ktcp_compat_from_timer(connection, timer, timer);

	WRITE_ONCE(connection->armed, KTCP_NEVER);
	connection->server->options.model->wake(connection);
}

void ktcp_deadline_init(struct ktcp_connection *connection)
{
	connection->armed = KTCP_NEVER;
	timer_setup(&connection->timer, ktcp_deadline_fired, 0);
}

/*
 * The handler may run at the same time and say NEVER after we said when, of a
 * timer that is armed: it has woken the connection too, whose driver arms it again.
 */
void ktcp_deadline_arm(struct ktcp_connection *connection, ktcp_time deadline)
{
	ktcp_time now = connection->now.monotonic;

	if (deadline >= READ_ONCE(connection->armed))
		return;
	WRITE_ONCE(connection->armed, deadline);
	/* Rounded up, and one more for the tick that has partly passed. */
	mod_timer(&connection->timer, jiffies + nsecs_to_jiffies(deadline - now) + 2);
}

void ktcp_deadline_cancel(struct ktcp_connection *connection)
{
	ktcp_compat_timer_delete_sync(&connection->timer);
}
