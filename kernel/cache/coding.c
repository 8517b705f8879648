// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// How pieces become one stream.
//
// deflate (RFC 1951): the API makes of each piece a stream of its own, which ends with a
// block that is marked as the last, and zero bits up to a whole byte. Of a piece that is
// short enough zlib makes a single block. So the first bit is the mark; taken away, what
// follows the block's end is read as the header of the next one, which an empty stored
// block makes right (RFC 1951 section 3.2.4): its three header bits are zeroes, as are
// those up to the byte's end, then there are its length and the length's complement. What
// is not known is where in the last byte the block ended: with three zeroes or more there,
// the header is in them; else it takes a byte of its own. Only one of the two can be read
// (in the other one, length and complement do not agree), so the piece is decompressed,
// first with the one and then with the other, and compared with what it was made of.
//
// That is how gzip (RFC 1952) and zlib (RFC 1950), which wrap one deflate stream in a
// header and a checksum, are made in pieces. Of zstd (RFC 8878) a single frame is made: a
// stream may be several frames, but some clients take the end of the first for its end.

#include <linux/crc32.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/zutil.h>

#include "cache/budget.h"
#include "cache/coding.h"
#include "cache/compressor.h"
#include "cache/content.h"

/* zlib's block ends after 16,383 literals or matches (MAX_MEM_LEVEL); see above. */
#define KTCP_DEFLATE_PIECE (16 * 1024 - 4u)

/* What a stored block begins with, at a whole byte. */
struct ktcp_stored_head {
	u8 last;		/* and the block's type, which is 0 */
	__le16 size;
	__le16 complement;
} __packed;

/* After so many bytes the rest is expected to be like them. */
#define KTCP_CODING_SAMPLE (48 * 1024u)

static struct ktcp_compression ktcp_deflate = {
	.name = "deflate", .piece = KTCP_DEFLATE_PIECE, .verified = true,
};

static struct ktcp_compression ktcp_zstd = {
	.name = "zstd", .piece = KTCP_COMPRESSOR_MOST,
};

/* Used by one context at a time. */
struct ktcp_coder {
	enum ktcp_coding coding;
	struct ktcp_budget *budget;
	struct ktcp_content *from;	/* a reference */
	u64 done;			/* bytes of it */
	struct ktcp_content *to;	/* room for all that would be worth having; or taken */
	u64 filled;			/* bytes of it */
	bool full;			/* there was no room for more */
	u32 check;			/* CRC-32 or Adler-32 of what is done */
};

/* Who has started and not stopped yet. */
static DEFINE_MUTEX(ktcp_codings_lock);
static unsigned int ktcp_codings_users;

void ktcp_codings_start(void)
{
	mutex_lock(&ktcp_codings_lock);
	if (!ktcp_codings_users++) {
		ktcp_compression_start(&ktcp_deflate);
		ktcp_compression_start(&ktcp_zstd);
	}
	mutex_unlock(&ktcp_codings_lock);
}

void ktcp_codings_stop(void)
{
	mutex_lock(&ktcp_codings_lock);
	if (!--ktcp_codings_users) {
		ktcp_compression_stop(&ktcp_deflate);
		ktcp_compression_stop(&ktcp_zstd);
	}
	mutex_unlock(&ktcp_codings_lock);
}

bool ktcp_coding_makes(enum ktcp_coding coding, u64 size)
{
	switch (coding) {
	case KTCP_CODING_GZIP:
	case KTCP_CODING_DEFLATE:
		return ktcp_deflate.available && size;
	case KTCP_CODING_ZSTD:
		return ktcp_zstd.available && size && size <= KTCP_COMPRESSOR_MOST;
	default:
		return false;
	}
}

struct ktcp_coder *ktcp_coder_create(enum ktcp_coding coding, struct ktcp_content *from,
				     struct ktcp_budget *budget)
{
	struct ktcp_coder *coder = kzalloc(sizeof(*coder), GFP_KERNEL | __GFP_NOWARN);

	if (!coder)
		return NULL;
	coder->to = ktcp_content_create(budget, max_t(u64, from->size - from->size / 8, 1));
	if (!coder->to) {
		kfree(coder);
		return NULL;
	}
	coder->coding = coding;
	coder->budget = budget;
	coder->from = ktcp_content_get(from);
	return coder;
}

static void ktcp_coder_put(struct ktcp_coder *coder, const void *bytes, size_t size)
{
	if (coder->to->size - coder->filled < size) {
		coder->full = true;
		return;
	}
	while (size) {
		size_t part;
		void *at = ktcp_content_at(coder->to, coder->filled, &part);

		part = min(part, size);
		memcpy(at, bytes, part);
		coder->filled += part;
		bytes += part;
		size -= part;
	}
}

static void ktcp_coder_copy(struct ktcp_coder *coder, const struct ktcp_content *from, u64 offset,
			    u64 size)
{
	while (size && !coder->full) {
		size_t part;
		const void *at = ktcp_content_at(from, offset, &part);

		part = min_t(u64, part, size);
		ktcp_coder_put(coder, at, part);
		offset += part;
		size -= part;
	}
}

/* Puts the next @size bytes as they are, in a stored block. */
static void ktcp_coder_put_stored(struct ktcp_coder *coder, unsigned int size, bool last)
{
	const struct ktcp_stored_head head = {
		.last = last,
		.size = cpu_to_le16(size),
		.complement = cpu_to_le16(~size),
	};

	ktcp_coder_put(coder, &head, sizeof(head));
	ktcp_coder_copy(coder, coder->from, coder->done, size);
}

/* The checksum goes on over the next @size bytes. */
static void ktcp_coder_check(struct ktcp_coder *coder, unsigned int size)
{
	u64 offset = coder->done;

	while (size) {
		size_t part;
		const void *at = ktcp_content_at(coder->from, offset, &part);

		part = min_t(size_t, part, size);
		coder->check = coder->coding == KTCP_CODING_GZIP ?
			crc32_le(coder->check, at, part) : zlib_adler32(coder->check, at, part);
		offset += part;
		size -= part;
	}
}

/*
 * Makes of the stream in ->out, of @size bytes, a part of a stream: see the top. How many
 * bytes it is then; 0 if it cannot be.
 */
static unsigned int ktcp_deflate_open(struct ktcp_coder *coder, struct ktcp_compressor *compressor,
				      unsigned int size, unsigned int count)
{
	/* An empty stored block without its header, and one that ends a stream. */
	static const u8 join[] = { 0x00, 0x00, 0xff, 0xff };
	static const u8 end[] = { 0x03, 0x00 };
	u8 *at = compressor->out + size;
	unsigned int headers;

	if (!(compressor->out[0] & 1))
		return 0;	/* the first of several blocks */
	compressor->out[0] &= ~1;
	for (headers = 0; headers < 2; headers++) {
		memcpy(at, join, sizeof(join));
		memcpy(at + sizeof(join), end, sizeof(end));
		if (ktcp_compressor_verify(compressor, at + sizeof(join) + sizeof(end) -
					   compressor->out, coder->from, coder->done, count))
			return at + sizeof(join) - compressor->out;
		*at++ = 0;
	}
	return 0;
}

/* Compresses the next @count bytes; how many bytes it became in ->out, or 0. */
static unsigned int ktcp_deflate_piece(struct ktcp_coder *coder,
				       struct ktcp_compressor *compressor, unsigned int count,
				       bool last)
{
	int size;

	if (count <= sizeof(struct ktcp_stored_head))
		return 0;
	size = ktcp_compressor_compress(compressor, coder->from, coder->done, count, count);
	if (size <= 0)
		return 0;
	return last ? size : ktcp_deflate_open(coder, compressor, size, count);
}

static void ktcp_coder_begin_deflate(struct ktcp_coder *coder)
{
	/* No name, no time; the system is Unix. */
	static const u8 gzip[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3 };
	/* A window of 32 KiB (more than is used), the usual level. */
	static const u8 zlib[] = { 0x78, 0x9c };

	if (coder->coding == KTCP_CODING_GZIP) {
		ktcp_coder_put(coder, gzip, sizeof(gzip));
		coder->check = ~0u;
	} else {
		ktcp_coder_put(coder, zlib, sizeof(zlib));
		coder->check = 1;
	}
}

static void ktcp_coder_end_deflate(struct ktcp_coder *coder)
{
	const __le32 gzip[] = { cpu_to_le32(~coder->check), cpu_to_le32(coder->from->size) };
	const __be32 zlib = cpu_to_be32(coder->check);

	if (coder->coding == KTCP_CODING_GZIP)
		ktcp_coder_put(coder, gzip, sizeof(gzip));
	else
		ktcp_coder_put(coder, &zlib, sizeof(zlib));
}

/* Moves the result to where there is room for it and no more; if there is none, it may
 * stay where it is. */
static enum ktcp_making ktcp_coder_finish(struct ktcp_coder *coder)
{
	struct ktcp_content *wide = coder->to, *fit;

	if (coder->full)
		return KTCP_MAKING_POINTLESS;
	wide->size = coder->filled;
	fit = ktcp_content_create(coder->budget, coder->filled);
	if (!fit) {
		ktcp_content_trim(wide, coder->filled);
		return KTCP_MAKING_DONE;
	}
	coder->to = fit;
	coder->filled = 0;
	ktcp_coder_copy(coder, wide, 0, wide->size);
	ktcp_content_put(wide);
	return KTCP_MAKING_DONE;
}

static enum ktcp_making ktcp_coder_step_deflate(struct ktcp_coder *coder)
{
	unsigned int count = min_t(u64, coder->from->size - coder->done, KTCP_DEFLATE_PIECE);
	bool last = coder->done + count == coder->from->size;
	struct ktcp_compressor *compressor;
	unsigned int size;

	compressor = ktcp_compressor_take(&ktcp_deflate);
	if (!compressor)
		return KTCP_MAKING_FAILED;
	if (!coder->done)
		ktcp_coder_begin_deflate(coder);
	ktcp_coder_check(coder, count);
	size = ktcp_deflate_piece(coder, compressor, count, last);
	if (size)
		ktcp_coder_put(coder, compressor->out, size);
	else
		ktcp_coder_put_stored(coder, count, last);
	ktcp_compressor_give(compressor);
	coder->done += count;

	if (last) {
		ktcp_coder_end_deflate(coder);
		return ktcp_coder_finish(coder);
	}
	if (coder->full || (coder->done >= KTCP_CODING_SAMPLE &&
			    coder->filled > coder->done - coder->done / 8))
		return KTCP_MAKING_POINTLESS;
	return KTCP_MAKING_MORE;
}

static enum ktcp_making ktcp_coder_step_zstd(struct ktcp_coder *coder)
{
	struct ktcp_compressor *compressor = ktcp_compressor_take(&ktcp_zstd);
	int size;

	if (!compressor)
		return KTCP_MAKING_FAILED;
	size = ktcp_compressor_compress(compressor, coder->from, 0, coder->from->size,
					coder->to->size);
	if (size > 0)
		ktcp_coder_put(coder, compressor->out, size);
	else
		coder->full = true;
	ktcp_compressor_give(compressor);
	return ktcp_coder_finish(coder);
}

enum ktcp_making ktcp_coder_step(struct ktcp_coder *coder)
{
	return coder->coding == KTCP_CODING_ZSTD ? ktcp_coder_step_zstd(coder) :
						   ktcp_coder_step_deflate(coder);
}

struct ktcp_content *ktcp_coder_take(struct ktcp_coder *coder)
{
	struct ktcp_content *content = coder->to;

	coder->to = NULL;
	return content;
}

void ktcp_coder_free(struct ktcp_coder *coder)
{
	if (!coder)
		return;
	ktcp_content_put(coder->from);
	ktcp_content_put(coder->to);
	kfree(coder);
}
