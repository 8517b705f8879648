/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the two blocking models have in common: a context that belongs to one
 * connection for its whole life, and sleeps while there is nothing to do.
 */
#ifndef KTCP_CORE_MODELS_BLOCKING_H
#define KTCP_CORE_MODELS_BLOCKING_H

struct ktcp_connection;

/* Before the connection can be woken. */
void ktcp_blocking_init(struct ktcp_connection *connection);
/* Serves it until its end; it is gone on return. Process context. */
void ktcp_blocking_serve(struct ktcp_connection *connection);
/* The model's wake(). */
void ktcp_blocking_wake(struct ktcp_connection *connection);

#endif
