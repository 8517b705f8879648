/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Checks of what was given at load: a bad value is named in the log, with what
 * would be good, and the module does not load (-EINVAL).
 */
#ifndef KTCP_CORE_PARAMETERS_H
#define KTCP_CORE_PARAMETERS_H

#include <linux/types.h>

int ktcp_parameter_range(const char *name, unsigned int value, unsigned int min,
			 unsigned int max);

/*
 * One string that goes by several names; *result is NULL if none was given. Two
 * that differ are an error: one of them would be ignored.
 */
struct ktcp_parameter_alias {
	const char *name;
	const char *value;	/* NULL: not given */
};

int ktcp_parameter_aliases(const struct ktcp_parameter_alias *aliases, size_t count,
			   const char **result);

#endif
