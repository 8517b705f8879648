/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The entries of an opened directory, in constant memory: names are collected a buffer at
 * a time, and then looked up one by one, which is not possible while the directory is
 * being read, as that holds its lock.
 */
#ifndef KTCP_CORE_ENTRIES_H
#define KTCP_CORE_ENTRIES_H

#include <linux/fs.h>
#include <linux/types.h>

#include <ktcp/protocol.h>

struct path;

/* So many names are looked up in one step, each of which may be read from the disk: for as
 * long nobody asks whether the server still serves. */
#define KTCP_ENTRIES_STEP 16

/* A name in the buffer: its length, its bytes, a NUL. */
struct ktcp_name {
	u8 size;
	char text[];
};

/* Used by one context at a time. Where the next batch of names begins is kept in the
 * file's own position. */
struct ktcp_entries {
	struct dir_context context;
	struct file *directory;	/* no reference */
	char *names;		/* a buffer, full of struct ktcp_name */
	size_t used;		/* bytes of it that hold names */
	size_t next;		/* where the next name begins */
	bool called;		/* the file system had something to tell of */
};

/* False: no memory. The directory must stay until ktcp_entries_stop(). */
bool ktcp_entries_start(struct ktcp_entries *entries, struct file *directory);
void ktcp_entries_stop(struct ktcp_entries *entries);

/* Reads the next batch of names: 0 when there are some, 1 at the end, or a negative errno.
 * May sleep. */
int ktcp_entries_read(struct ktcp_entries *entries);

/* The next name of the batch, until the batch after it is read; NULL: there is none. */
const struct ktcp_name *ktcp_entries_next(struct ktcp_entries *entries);

/*
 * What @name stands for in the directory: a symbolic link itself, but what is mounted
 * there instead of what it covers. With a reference; or a negative errno. The caller
 * has put on the roots' credentials. May sleep.
 */
int ktcp_entries_find(const struct ktcp_entries *entries, const struct ktcp_name *name,
		      struct path *path);

/* What is told of @name if it leads to @path; NULL: nowhere. May sleep. */
void ktcp_entries_describe(const struct ktcp_name *name, const struct path *path,
			   struct ktcp_entry *entry);

#endif
