/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Compressing pieces of content by the Kernel Crypto API: raw deflate streams (RFC 1951)
 * and zstd frames (RFC 8878). What frames they are put into is coding.c's business.
 *
 * The API takes at most 128 KiB at once, and compresses them with preemption disabled. Each
 * piece is compressed for itself; so what compresses belongs to nobody for longer than that,
 * and there are few of them, made when they are needed first: they are large (0.3 and
 * 1.5 MB).
 */
#ifndef KTCP_CACHE_COMPRESSOR_H
#define KTCP_CACHE_COMPRESSOR_H

#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/scatterlist.h>
#include <linux/types.h>

struct acomp_req;
struct crypto_acomp;
struct ktcp_content;

/* What the API takes at once. */
#define KTCP_COMPRESSOR_MOST (128 * 1024u)

/* A piece lies in so many pages at most. */
#define KTCP_COMPRESSOR_PARTS (KTCP_COMPRESSOR_MOST / PAGE_SIZE + 1)

#define KTCP_COMPRESSOR_SLACK 64u

/* So many pieces are compressed by one algorithm at a time. */
#define KTCP_COMPRESSORS 4

struct ktcp_compressor {
	struct mutex lock;		/* of what follows */
	struct acomp_req *request;	/* with the algorithm's memory; NULL before the first use */
	u8 *out;			/* room for a piece, and KTCP_COMPRESSOR_SLACK bytes more */
	u8 *back;			/* the same, if the algorithm's pieces are verified */
	struct scatterlist source[KTCP_COMPRESSOR_PARTS];
};

/* An algorithm of the API's, and its compressors. */
struct ktcp_compression {
	const char *name;
	unsigned int piece;		/* bytes that are compressed at once, at most */
	bool verified;			/* what is made is decompressed again */
	bool available;			/* set by ktcp_compression_start(), and then constant */
	struct mutex lock;		/* for the next one */
	struct crypto_acomp *transform;	/* NULL before the first use */
	struct ktcp_compressor compressors[KTCP_COMPRESSORS];
};

void ktcp_compression_start(struct ktcp_compression *compression);
void ktcp_compression_stop(struct ktcp_compression *compression);

/* One that nobody uses; waits for it. NULL if there is no memory for it. */
struct ktcp_compressor *ktcp_compressor_take(struct ktcp_compression *compression);
void ktcp_compressor_give(struct ktcp_compressor *compressor);

/*
 * Compresses @size bytes of @content from @offset on into ->out, where it may take up to
 * @most bytes: how many it takes, or a negative errno, which is -EINVAL or -ENOSPC if it
 * would be more.
 */
int ktcp_compressor_compress(struct ktcp_compressor *compressor,
			     const struct ktcp_content *content, u64 offset, unsigned int size,
			     unsigned int most);

/* Do the first @size bytes of ->out decompress to the @count bytes of @content that begin
 * at @offset? */
bool ktcp_compressor_verify(struct ktcp_compressor *compressor, unsigned int size,
			    const struct ktcp_content *content, u64 offset, unsigned int count);

#endif
