/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The work queue of the models that have one, bound to CPUs or not, as
 * server->options.bound says.
 */
#ifndef KTCP_CORE_MODELS_QUEUE_H
#define KTCP_CORE_MODELS_QUEUE_H

struct ktcp_server;

/* @max_active: items that run at a time (per CPU, if bound); 0: the kernel's
 * default. 0 or -ENOMEM. */
int ktcp_queue_open(struct ktcp_server *server, int max_active);
/* Waits for the last instructions of its work items. */
void ktcp_queue_close(struct ktcp_server *server);

#endif
