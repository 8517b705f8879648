/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A work item per connection, queued when there is something to do and gone when
 * that is done: all of model=event, and the part of model=inline that may sleep.
 * And the server's work queue, bound to CPUs or not, as server->options.bound says.
 */
#ifndef KTCP_CORE_MODELS_WORKER_H
#define KTCP_CORE_MODELS_WORKER_H

struct ktcp_connection;
struct ktcp_server;

/* @flags: WQ_*, but for WQ_UNBOUND. @max_active: items that run at a time (per CPU,
 * if bound); 0: the kernel's default. 0 or -ENOMEM. */
int ktcp_worker_open(struct ktcp_server *server, unsigned int flags, int max_active);
/* As many as may be: for items that do not wait for the peer. */
int ktcp_worker_open_all(struct ktcp_server *server);
/* Waits for the last instructions of the queue's work items. */
void ktcp_worker_close(struct ktcp_server *server);

/* The model's functions of these names. Whoever accepts a connection also serves what it
 * has asked meanwhile, if it is in memory: a switch to another task would cost as much. */
int ktcp_worker_prepare(struct ktcp_connection *connection);
void ktcp_worker_start(struct ktcp_connection *connection);
void ktcp_worker_wake(struct ktcp_connection *connection);

#endif
