/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Buffers of KTCP_BUFFER_SIZE bytes, lent to sessions and to the sending of
 * small files.
 */
#ifndef KTCP_CORE_BUFFERS_H
#define KTCP_CORE_BUFFERS_H

#include <linux/types.h>

int ktcp_buffers_create(void);
void ktcp_buffers_destroy(void);

/*
 * Sees to it that as many buffers as a session ever holds can be had by @atomic
 * requests on this CPU, until softirqs are enabled again. False if memory is short.
 */
bool ktcp_buffers_reserve(void);

/* NULL if memory is short; contents undefined. Process context; if @atomic, with
 * softirqs disabled, and without sleeping. */
void *ktcp_buffer_acquire(bool atomic);
void ktcp_buffer_release(void *buffer, bool atomic);

#endif
