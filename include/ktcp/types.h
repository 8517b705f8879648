/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * ktcp/types.h - the few types that both sides of the seam share.
 *
 * Plain C11 and C++20; no header of the kernel is ever seen by C++ code, which
 * is why this file picks the integer types from whichever world it is read in.
 */
#ifndef KTCP_TYPES_H
#define KTCP_TYPES_H

#ifdef __cplusplus
#include <cstddef>
#include <cstdint>
#elif defined(__KERNEL__)
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#endif

#ifdef __cplusplus
#define KTCP_STATIC_ASSERT static_assert
extern "C" {
using std::size_t;
using std::int64_t;
using std::uint16_t;
using std::uint32_t;
using std::uint64_t;
using std::uint8_t;
#else
#define KTCP_STATIC_ASSERT _Static_assert
#endif

/*
 * The one size of buffer that an engine asks its host for, in bytes: it bounds a
 * request head, and hosts can pool buffers because there is only one size.
 */
#define KTCP_BUFFER_SIZE 8192u

/* A point on the host's monotonic clock, in nanoseconds. */
typedef uint64_t ktcp_time;
#define KTCP_NEVER ((ktcp_time)-1)
#define KTCP_MILLISECOND ((ktcp_time)1000000)
#define KTCP_SECOND ((ktcp_time)1000000000)

/* What time it is: read once by the host per I/O event, and passed down. */
struct ktcp_now {
	ktcp_time monotonic;  /* for deadlines; may be as coarse as 10 ms */
	int64_t unix_seconds; /* for Date (RFC 9110 section 6.6.1) */
};

/* A writable span; data == NULL says that there is none. */
struct ktcp_space {
	void *data;
	size_t size;
};

/*
 * The engine and the kernel are compiled by different compiler runs with
 * different flags; a difference in layout would be silent corruption.
 */
KTCP_STATIC_ASSERT(sizeof(struct ktcp_now) == 16, "layout");
KTCP_STATIC_ASSERT(sizeof(struct ktcp_space) == 16, "layout");

#ifdef __cplusplus
}
#endif
#endif
