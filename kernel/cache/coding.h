/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Contents in content codings (RFC 9110 section 8.4.1): gzip, deflate (which is zlib's
 * format) and zstd, made by the Kernel Crypto API piece by piece, in frames of our own.
 */
#ifndef KTCP_CACHE_CODING_H
#define KTCP_CACHE_CODING_H

#include <linux/types.h>

#include <ktcp/protocol.h>

#include "cache/making.h"

struct ktcp_budget;
struct ktcp_coder;
struct ktcp_content;

/*
 * Finds out which codings this kernel can make, loading its modules if need be; a line
 * in the log tells of each that it cannot. Costs no memory until something is coded.
 * Before all else here, by each that uses it; may sleep.
 */
void ktcp_codings_start(void);
/* By each that has started, when it has no coder left. May sleep. */
void ktcp_codings_stop(void);

/*
 * Can @size bytes be made into that coding here? (zstd: no more than the API takes at
 * once, because some clients read only the first of several frames.) Any context.
 */
bool ktcp_coding_makes(enum ktcp_coding coding, u64 size);

/*
 * Starts to make @coding, which ktcp_coding_makes(), of @from, of which it holds a
 * reference until its end. NULL if memory or the budget does not allow it. May sleep.
 */
struct ktcp_coder *ktcp_coder_create(enum ktcp_coding coding, struct ktcp_content *from,
				     struct ktcp_budget *budget);

/*
 * Goes on by one piece, in at most some 5 million instructions. POINTLESS if the result
 * would not be smaller by an eighth, as soon as that shows. May sleep.
 */
enum ktcp_making ktcp_coder_step(struct ktcp_coder *coder);

/* After DONE: the result; the reference is the caller's. */
struct ktcp_content *ktcp_coder_take(struct ktcp_coder *coder);

/* At any time; NULL is fine. May sleep. */
void ktcp_coder_free(struct ktcp_coder *coder);

#endif
