// SPDX-License-Identifier: GPL-2.0-only OR MIT

#include <linux/file.h>
#include <linux/jiffies.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "cache/budget.h"
#include "cache/content.h"
#include "cache/representation.h"
#include "core/buffers.h"
#include "core/server.h"

/* What the protocol says of it, written at @place; of what has no bytes that is nothing. */
static size_t ktcp_representation_describe(const struct ktcp_server_options *options,
					   const struct ktcp_resource_request *request,
					   const struct ktcp_resource *resource, char *place)
{
	const struct ktcp_now now = {
		.monotonic = jiffies64_to_nsecs(get_jiffies_64()),
		.unix_seconds = ktime_get_real_seconds(),
	};

	if (!options->protocol->describe ||
	    (resource->status != KTCP_RESOURCE_FILE && !resource->rendered))
		return 0;
	return options->protocol->describe(options->config, request, resource, &now, place);
}

static struct ktcp_representation *
ktcp_representation_allocate(struct ktcp_budget *budget, const struct ktcp_resource *resource,
			     const char *head, size_t head_size)
{
	struct ktcp_representation *representation;
	size_t size = kmalloc_size_roundup(struct_size(representation, head, head_size));

	if (!ktcp_budget_charge(budget, size))
		return NULL;
	representation = kmalloc(size, GFP_KERNEL | __GFP_NOWARN);
	if (!representation) {
		ktcp_budget_release(budget, size);
		return NULL;
	}
	representation->resource = *resource;
	representation->resource.head = head_size ? representation->head : NULL;
	representation->resource.head_size = head_size;
	memcpy(representation->head, head, head_size);
	representation->budget = budget;
	representation->charged = size;
	return representation;
}

struct ktcp_representation *
ktcp_representation_create(const struct ktcp_server_options *options, struct ktcp_budget *budget,
			   const struct ktcp_resource_request *request,
			   const struct ktcp_resource *resource, struct ktcp_content *content,
			   struct file *file)
{
	struct ktcp_representation *representation = NULL;
	struct ktcp_resource bare = *resource;
	char *place = ktcp_buffer_acquire(false);

	bare.head = NULL;
	bare.head_size = 0;
	if (place) {
		size_t size = ktcp_representation_describe(options, request, &bare, place);

		representation = ktcp_representation_allocate(budget, &bare, place, size);
		ktcp_buffer_release(place, false);
	}
	if (!representation) {
		ktcp_content_put(content);
		if (file)
			__fput_sync(file);
		return NULL;
	}
	representation->content = content;
	representation->file = file;
	return representation;
}

void ktcp_representation_free(struct ktcp_representation *representation)
{
	if (!representation)
		return;
	ktcp_content_put(representation->content);
	if (representation->file)
		__fput_sync(representation->file);
	ktcp_budget_release(representation->budget, representation->charged);
	kfree(representation);
}
