/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * ktcp/os.h - the seam, engine to host: the little that an engine asks for.
 *
 * Every host defines these functions once; they are bound when the program or
 * module is linked, since an indirect call costs a retpoline in the kernel.
 * `host` is what the host gave to open(). None of them may call into the engine.
 */
#ifndef KTCP_OS_H
#define KTCP_OS_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Lends KTCP_BUFFER_SIZE bytes, aligned to 16, uninitialised; NULL when memory
 * is short (the engine then ends the connection). A session gives each buffer
 * back before it waits for a peer that owes it nothing, so an idle client costs
 * no buffer.
 */
void *ktcp_os_buffer_acquire(void *host);
void ktcp_os_buffer_release(void *host, void *buffer);

/*
 * The same, of memory that is spent on a convenience (a listing's order): the host
 * lends only so much of it to all sessions together (sort_memory, host.h), and NULL
 * means that the session does without. May be held while the client is waited for.
 */
void *ktcp_os_spare_acquire(void *host);
void ktcp_os_spare_release(void *host, void *buffer);

/* The session is done with its current resource (protocol.h); called only while
 * there is one. */
void ktcp_os_resource_release(void *host);

/* What engines count. The names are those that users see: keep both in step. */
#define KTCP_COUNTERS(X) \
	X(requests)      \
	X(responses_2xx) \
	X(responses_3xx) \
	X(responses_4xx) \
	X(responses_5xx) \
	/* contents sent in a coding: whole ones, and what HEAD or 304 told of */ \
	X(coded_gzip)    \
	X(coded_deflate) \
	X(coded_br)      \
	X(coded_zstd)    \
	X(timeouts)

enum ktcp_counter {
#define KTCP_COUNTER_ENUM(name) KTCP_COUNT_##name,
	KTCP_COUNTERS(KTCP_COUNTER_ENUM)
#undef KTCP_COUNTER_ENUM
	KTCP_COUNTER_COUNT
};

/* What hosts count that keep answers (KTCP_CACHE_LIMITS, host.h); likewise. */
#define KTCP_CACHE_COUNTERS(X)                                                               \
	X(cache_hits)          /* answered by what was kept */                               \
	X(cache_misses)        /* nothing was kept, or it was out of date */                 \
	X(cache_stale)         /* of those: it was kept, and out of date */                  \
	X(cache_revalidations) /* kept, looked up by name once more, and found unchanged */  \
	X(cache_fills)         /* contents read, rendered or compressed in order to be kept */ \
	X(cache_waits)         /* requests that waited for a fill that another had begun */  \
	X(cache_evictions)     /* dropped for want of room, or because memory ran short */

/* Adds one to a counter of the server that `host` belongs to. */
void ktcp_os_count(void *host, enum ktcp_counter counter);

#ifdef __cplusplus
}
#endif
#endif
