// SPDX-License-Identifier: GPL-2.0-only OR MIT

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "core/model.h"

static const struct ktcp_model *const ktcp_models[] = {
	&ktcp_model_inline,
	&ktcp_model_event,
	&ktcp_model_cmwq,
	&ktcp_model_kthread,
};

const struct ktcp_model *ktcp_model_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ktcp_models); i++)
		if (!strcmp(ktcp_models[i]->name, name))
			return ktcp_models[i];
	pr_err("model=%s is unknown: give inline, event, cmwq or kthread\n", name);
	return NULL;
}
