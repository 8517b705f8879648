/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * ktcp/host.h - what all hosts offer alike, whatever the protocol: so that an
 * option is called the same, and means the same, in the kernel and beside it.
 */
#ifndef KTCP_HOST_H
#define KTCP_HOST_H

#include "types.h"

#define KTCP_TIMEOUT_MAX 86400000u /* ms */

/* The limits that a host keeps; the columns are those of KTCP_HTTP_LIMITS (http.h). */
#define KTCP_HOST_LIMITS(X)                                                                        \
	X(max_connections, 65536, 1, 1000000, "connections", "at a time")                          \
	X(max_per_address, 0, 0, 1000000, "connections",                                           \
	  "at a time from one IPv4 address or one IPv6 /64; 0: any number")                        \
	X(drain_timeout, 5000, 0, KTCP_TIMEOUT_MAX, "ms",                                          \
	  "for clients to finish when the server ends")                                            \
	X(sort_memory, 67108864, 0, 1073741824, "bytes",                                           \
	  "that all listings together may take to be sorted")

/*
 * What a host that serves files keeps in memory, likewise. Each answer that is kept is
 * looked at before it is given again: a change of the file or the directory is seen by
 * the next request that begins after it, on file systems of this machine.
 */
#define KTCP_CACHE_LIMITS(X)                                                                       \
	X(cache_size, 67108864, 0, 4294967295, "bytes",                                            \
	  "that answers kept in memory may take; 0: none is kept, and nothing is compressed")      \
	X(cache_entries, 16384, 0, 1000000, "answers", "that may be kept")                         \
	X(cache_file_size, 2097152, 0, 1073741824, "bytes",                                        \
	  "of a file that is kept whole; a larger one is sent from the page cache")                \
	X(cache_trust, 0, 0, 60000, "ms",                                                          \
	  "for which an answer is given again unseen, where to look is dear; 0: never")            \
	X(compress_min, 512, 1, 1073741824, "bytes", "smallest content that is compressed")        \
	X(compress_max, 1048576, 0, 1073741824, "bytes",                                           \
	  "largest content that is compressed; 0: none is")

/* Where a symbolic link may lead: X(name, text of the option). Never out of the root. */
#define KTCP_SYMLINKS(X)                                                                           \
	X(BENEATH, "beneath") /* anywhere beneath the root; absolute ones are refused: the default */ \
	X(IN_ROOT, "in_root") /* the root is their "/", as after chroot(2) */                      \
	X(NONE, "none")       /* nowhere: a path with one is refused */

enum ktcp_symlinks {
#define KTCP_SYMLINKS_ENUM(name, text) KTCP_SYMLINKS_##name,
	KTCP_SYMLINKS(KTCP_SYMLINKS_ENUM)
#undef KTCP_SYMLINKS_ENUM
	KTCP_SYMLINKS_COUNT
};

#endif
