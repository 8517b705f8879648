/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef KTCP_CORE_RECEIVE_H
#define KTCP_CORE_RECEIVE_H

#include "core/connection.h"

/* Gives the session what the socket has: bytes, or the peer's FIN. */
enum ktcp_progress ktcp_receive(struct ktcp_connection *connection);

/* Takes what the socket has, and drops it. */
void ktcp_receive_discard(struct ktcp_connection *connection);

#endif
