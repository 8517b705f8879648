// SPDX-License-Identifier: GPL-2.0-only OR MIT

#include <linux/sched.h>
#include <linux/wait.h>
#include <asm/barrier.h>

#include "core/connection.h"
#include "core/drive.h"
#include "core/models/blocking.h"

void ktcp_blocking_init(struct ktcp_connection *connection)
{
	init_waitqueue_head(&connection->wait);
}

void ktcp_blocking_wake(struct ktcp_connection *connection)
{
	/* What it is about is seen by whoever takes the flag back: the thread's side of
	 * this is smp_store_mb() below. */
	smp_mb();
	WRITE_ONCE(connection->woken, true);
	wake_up(&connection->wait);
}

/* A wake-up that comes while the connection is driven makes the next sleep none. */
void ktcp_blocking_serve(struct ktcp_connection *connection)
{
	enum ktcp_driven driven;

	while ((driven = ktcp_drive(connection)) != KTCP_DRIVE_ENDED) {
		if (driven == KTCP_DRIVE_MORE) {
			cond_resched();
			continue;
		}
		/* Idle: a silent client is no load. */
		wait_event_idle(connection->wait, READ_ONCE(connection->woken));
		/* Before what the next wake-up is about is looked at. */
		smp_store_mb(connection->woken, false);
	}
}
