/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Parameters, and checks of what was given at load: a bad value is named in the log,
 * with what would be good, and the module does not load (-EINVAL).
 */
#ifndef KTCP_CORE_PARAMETERS_H
#define KTCP_CORE_PARAMETERS_H

#include <linux/moduleparam.h>
#include <linux/types.h>

#include <ktcp/host.h>

/* For the tables of limits (ktcp/host.h): of each one a parameter ... */
#define KTCP_PARAMETER(name, preset, least, most, unit, what)		\
	static unsigned int name = preset;				\
	module_param(name, uint, 0444);					\
	MODULE_PARM_DESC(name, what " (" unit "; default " #preset ")");

/* ... and what ktcp_parameter_ranges() checks. */
#define KTCP_PARAMETER_RANGE(name, preset, least, most, unit, what) \
	{ #name, &name, least, most },

struct ktcp_parameter_range {
	const char *name;
	const unsigned int *value;
	unsigned int least, most;
};

int ktcp_parameter_ranges(const struct ktcp_parameter_range *ranges, size_t count);
int ktcp_parameter_range(const char *name, unsigned int value, unsigned int least,
			 unsigned int most);

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

int ktcp_parameter_symlinks(const char *value, enum ktcp_symlinks *result);

#endif
