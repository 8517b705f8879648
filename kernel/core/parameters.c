// SPDX-License-Identifier: GPL-2.0-only OR MIT

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "core/parameters.h"

int ktcp_parameter_range(const char *name, unsigned int value, unsigned int least,
			 unsigned int most)
{
	if (value >= least && value <= most)
		return 0;
	pr_err("%s=%u is out of range: give a number from %u to %u\n", name, value, least, most);
	return -EINVAL;
}

int ktcp_parameter_ranges(const struct ktcp_parameter_range *ranges, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		int ret = ktcp_parameter_range(ranges[i].name, *ranges[i].value, ranges[i].least,
					       ranges[i].most);

		if (ret)
			return ret;
	}
	return 0;
}

int ktcp_parameter_aliases(const struct ktcp_parameter_alias *aliases, size_t count,
			   const char **result)
{
	const struct ktcp_parameter_alias *first = NULL;
	size_t i;

	for (i = 0; i < count; i++) {
		if (!aliases[i].value)
			continue;
		if (!*aliases[i].value) {
			pr_err("%s= is empty: give a directory, or leave it out\n",
			       aliases[i].name);
			return -EINVAL;
		}
		if (first && strcmp(first->value, aliases[i].value)) {
			pr_err("%s=%s and %s=%s mean the same thing: give one of them\n",
			       first->name, first->value, aliases[i].name, aliases[i].value);
			return -EINVAL;
		}
		if (!first)
			first = &aliases[i];
	}
	*result = first ? first->value : NULL;
	return 0;
}

int ktcp_parameter_symlinks(const char *value, enum ktcp_symlinks *result)
{
#define KTCP_SYMLINKS_TEXT(name, text) text,
	static const char *const rules[] = { KTCP_SYMLINKS(KTCP_SYMLINKS_TEXT) };
#define KTCP_SYMLINKS_CHOICE(name, text) " " text
	static const char choices[] = KTCP_SYMLINKS(KTCP_SYMLINKS_CHOICE);
	int rule = match_string(rules, ARRAY_SIZE(rules), value);

	if (rule < 0) {
		pr_err("symlinks=%s is unknown: give one of%s\n", value, choices);
		return -EINVAL;
	}
	*result = rule;
	return 0;
}
