// SPDX-License-Identifier: GPL-2.0-only OR MIT

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <crypto/acompress.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "cache/compressor.h"
#include "cache/content.h"

/* None that another device does for us: theirs is another way of cutting into blocks. */
#define KTCP_COMPRESSION_MASK CRYPTO_ALG_ASYNC

void ktcp_compression_start(struct ktcp_compression *compression)
{
	unsigned int i;

	mutex_init(&compression->lock);
	for (i = 0; i < KTCP_COMPRESSORS; i++)
		mutex_init(&compression->compressors[i].lock);
	/* Has the kernel load the module, if there is one. */
	compression->available = crypto_has_acomp(compression->name, 0, KTCP_COMPRESSION_MASK);
	if (!compression->available)
		pr_info("this kernel cannot compress by %s (CONFIG_CRYPTO_%s): not offered\n",
			compression->name,
			strcmp(compression->name, "zstd") ? "DEFLATE" : "ZSTD");
}

static void ktcp_compressor_free_room(const struct ktcp_compression *compression, u8 *room)
{
	if (room)
		free_pages_exact(room, compression->piece + KTCP_COMPRESSOR_SLACK);
}

static u8 *ktcp_compressor_alloc_room(const struct ktcp_compression *compression)
{
	return alloc_pages_exact(compression->piece + KTCP_COMPRESSOR_SLACK,
				 GFP_KERNEL | __GFP_NOWARN);
}

static void ktcp_compressor_destroy(const struct ktcp_compression *compression,
				    struct ktcp_compressor *compressor)
{
	if (compressor->request)
		acomp_request_free(compressor->request);
	ktcp_compressor_free_room(compression, compressor->out);
	ktcp_compressor_free_room(compression, compressor->back);
	compressor->request = NULL;
	compressor->out = NULL;
	compressor->back = NULL;
}

void ktcp_compression_stop(struct ktcp_compression *compression)
{
	unsigned int i;

	for (i = 0; i < KTCP_COMPRESSORS; i++)
		ktcp_compressor_destroy(compression, &compression->compressors[i]);
	if (compression->transform)
		crypto_free_acomp(compression->transform);
	compression->transform = NULL;
	compression->available = false;
}

static struct crypto_acomp *ktcp_compression_transform(struct ktcp_compression *compression)
{
	struct crypto_acomp *transform;

	mutex_lock(&compression->lock);
	if (!compression->transform) {
		transform = crypto_alloc_acomp(compression->name, 0, KTCP_COMPRESSION_MASK);
		if (!IS_ERR(transform))
			compression->transform = transform;
	}
	transform = compression->transform;
	mutex_unlock(&compression->lock);
	return transform;
}

/* The caller holds its lock. */
static bool ktcp_compressor_create(struct ktcp_compression *compression,
				   struct ktcp_compressor *compressor)
{
	struct crypto_acomp *transform = ktcp_compression_transform(compression);

	if (!transform)
		return false;
	compressor->request = acomp_request_alloc(transform);
	compressor->out = ktcp_compressor_alloc_room(compression);
	if (compression->verified)
		compressor->back = ktcp_compressor_alloc_room(compression);
	if (compressor->request && compressor->out &&
	    (compressor->back || !compression->verified))
		return true;
	ktcp_compressor_destroy(compression, compressor);
	return false;
}

/* The first that is free, so that there are no more of them than are needed. */
struct ktcp_compressor *ktcp_compressor_take(struct ktcp_compression *compression)
{
	struct ktcp_compressor *compressor = compression->compressors;
	unsigned int i;

	for (i = 0; i < KTCP_COMPRESSORS; i++, compressor++)
		if (mutex_trylock(&compressor->lock))
			break;
	if (i == KTCP_COMPRESSORS) {
		compressor = compression->compressors;
		mutex_lock(&compressor->lock);
	}
	if (compressor->request || ktcp_compressor_create(compression, compressor))
		return compressor;
	mutex_unlock(&compressor->lock);
	return NULL;
}

void ktcp_compressor_give(struct ktcp_compressor *compressor)
{
	mutex_unlock(&compressor->lock);
}

/* Describes a piece of @content by @parts, in order. */
static void ktcp_compressor_source(struct scatterlist *parts, const struct ktcp_content *content,
				   u64 offset, unsigned int size)
{
	unsigned int count = 0;

	sg_init_table(parts, KTCP_COMPRESSOR_PARTS);
	while (size) {
		size_t part;
		void *at = ktcp_content_at(content, offset, &part);

		part = min_t(size_t, part, size);
		sg_set_buf(&parts[count++], at, part);
		offset += part;
		size -= part;
	}
	sg_mark_end(&parts[count - 1]);
}

int ktcp_compressor_compress(struct ktcp_compressor *compressor,
			     const struct ktcp_content *content, u64 offset, unsigned int size,
			     unsigned int most)
{
	struct acomp_req *request = compressor->request;
	struct scatterlist result;
	int ret;

	ktcp_compressor_source(compressor->source, content, offset, size);
	sg_init_one(&result, compressor->out, most);
	acomp_request_set_params(request, compressor->source, &result, size, most);
	ret = crypto_acomp_compress(request);
	if (ret)
		return ret;
	return request->dlen <= most ? request->dlen : -ENOSPC;
}

static bool ktcp_compressor_equal(const u8 *bytes, const struct ktcp_content *content,
				  u64 offset, unsigned int count)
{
	while (count) {
		size_t part;
		const void *at = ktcp_content_at(content, offset, &part);

		part = min_t(size_t, part, count);
		if (memcmp(bytes, at, part))
			return false;
		bytes += part;
		offset += part;
		count -= part;
	}
	return true;
}

bool ktcp_compressor_verify(struct ktcp_compressor *compressor, unsigned int size,
			    const struct ktcp_content *content, u64 offset, unsigned int count)
{
	/* One byte more than it must be: more would show. */
	const unsigned int room = count + 1;
	struct acomp_req *request = compressor->request;
	struct scatterlist source, result;

	sg_init_one(&source, compressor->out, size);
	sg_init_one(&result, compressor->back, room);
	acomp_request_set_params(request, &source, &result, size, room);
	return !crypto_acomp_decompress(request) && request->dlen == count &&
	       ktcp_compressor_equal(compressor->back, content, offset, count);
}
