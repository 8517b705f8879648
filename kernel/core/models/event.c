// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// model=event: the socket's callbacks queue the connection's work item, which does
// what can be done now and returns. An idle client holds memory and nothing else;
// one kernel thread serves many ready connections in a row. With a bound queue it
// is the thread of the CPU where the packets came in, with an unbound one any.

#include "core/model.h"
#include "core/models/worker.h"
#include "core/socket_events.h"

const struct ktcp_model ktcp_model_event = {
	.name = "event",
	.open = ktcp_worker_open_all,
	.close = ktcp_worker_close,
	.prepare = ktcp_worker_prepare,
	.start = ktcp_worker_start,
	.wake = ktcp_worker_wake,
	.data_ready = ktcp_socket_data_ready,
};
