// SPDX-License-Identifier: GPL-2.0-only OR MIT

#include <linux/fs.h>
#include <linux/namei.h>
#include <linux/path.h>
#include <linux/stat.h>
#include <linux/string.h>

#include "compat.h"
#include "core/buffers.h"
#include "core/entries.h"

/* A file system may tell of "." and ".." alone, each in a call of its own. */
#define KTCP_ENTRIES_TRIES 3

/* Called for each name with the directory locked; false ends the batch. */
static bool ktcp_entries_actor(struct dir_context *context, const char *name, int size,
			       loff_t offset, u64 inode, unsigned int type)
{
	struct ktcp_entries *entries = container_of(context, struct ktcp_entries, context);
	struct ktcp_name *entry = (struct ktcp_name *)(entries->names + entries->used);

	entries->called = true;
	if (size > KTCP_NAME_MAX)
		return true;
	if (name[0] == '.' && (size == 1 || (size == 2 && name[1] == '.')))
		return true;
	if (entries->used + sizeof(*entry) + size + 1 > KTCP_BUFFER_SIZE)
		return false;
	entry->size = size;
	memcpy(entry->text, name, size);
	entry->text[size] = '\0';
	entries->used += sizeof(*entry) + size + 1;
	return true;
}

bool ktcp_entries_start(struct ktcp_entries *entries, struct file *directory)
{
	*entries = (struct ktcp_entries){
		.context.actor = ktcp_entries_actor,
		.directory = directory,
		.names = ktcp_buffer_acquire(false),
	};
	return entries->names;
}

void ktcp_entries_stop(struct ktcp_entries *entries)
{
	ktcp_buffer_release(entries->names, false);
}

int ktcp_entries_read(struct ktcp_entries *entries)
{
	int ret, tries = KTCP_ENTRIES_TRIES;

	entries->used = 0;
	entries->next = 0;
	do {
		entries->called = false;
		ret = iterate_dir(entries->directory, &entries->context);
	} while (!ret && !entries->used && entries->called && --tries);
	if (entries->used)
		return 0;
	/* It was removed after it had been looked up; and only what is empty can be. */
	if (ret == -ENOENT)
		return 1;
	return ret ?: 1;
}

const struct ktcp_name *ktcp_entries_next(struct ktcp_entries *entries)
{
	const struct ktcp_name *name = (void *)(entries->names + entries->next);

	if (entries->next == entries->used)
		return NULL;
	entries->next += sizeof(*name) + name->size + 1;
	return name;
}

int ktcp_entries_find(const struct ktcp_entries *entries, const struct ktcp_name *name,
		      struct path *path)
{
	const struct path *directory = &entries->directory->f_path;

	return vfs_path_lookup(directory->dentry, directory->mnt, name->text, 0, path);
}

void ktcp_entries_describe(const struct ktcp_name *name, const struct path *path,
			   struct ktcp_entry *entry)
{
	struct kstat stat;

	*entry = (struct ktcp_entry){
		.name = name->text,
		.name_size = name->size,
		.kind = KTCP_ENTRY_OTHER,
	};
	if (!path || vfs_getattr(path, &stat, STATX_TYPE | STATX_SIZE | STATX_MTIME,
				 AT_STATX_SYNC_AS_STAT))
		return;
	if (S_ISREG(stat.mode))
		entry->kind = KTCP_ENTRY_FILE;
	else if (S_ISDIR(stat.mode))
		entry->kind = KTCP_ENTRY_DIRECTORY;
	entry->modified_seconds = stat.mtime.tv_sec;
	entry->size = stat.size;
}
