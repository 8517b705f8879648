/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef KTCP_CORE_DEADLINE_H
#define KTCP_CORE_DEADLINE_H

#include <ktcp/types.h>

struct ktcp_connection;

void ktcp_deadline_init(struct ktcp_connection *connection);

/* Sees to it that the connection is driven at @deadline, or a little later, or earlier. */
void ktcp_deadline_arm(struct ktcp_connection *connection, ktcp_time deadline);

/* Afterwards the timer is idle and its handler not running. */
void ktcp_deadline_cancel(struct ktcp_connection *connection);

#endif
