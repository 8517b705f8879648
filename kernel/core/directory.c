// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// Lists the current resource, a directory, to the session, entry by entry.

#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/path.h>
#include <linux/slab.h>

#include "core/connection.h"
#include "core/directory.h"
#include "core/entries.h"
#include "core/files.h"
#include "core/link.h"
#include "core/roots.h"
#include "core/server.h"

/*
 * A listing in progress: made at the first WANT_ENTRIES, gone with the resource.
 * Touched by the connection's driver only.
 */
struct ktcp_listing {
	struct ktcp_entries entries;
};

/* Finds what a name stands for: one component, and where it leads if it is a link. */
static int ktcp_directory_find(const struct ktcp_connection *connection,
			       const struct ktcp_name *name, struct path *path)
{
	int ret = ktcp_entries_find(&connection->listing->entries, name, path);

	if (ret || !d_is_symlink(path->dentry))
		return ret;
	path_put(path);
	return ktcp_link_follow(connection->roots, connection->root, &connection->file->f_path,
				name->text, path);
}

static void ktcp_directory_describe(const struct ktcp_connection *connection,
				    const struct ktcp_name *name, struct ktcp_entry *entry)
{
	struct path path;

	if (ktcp_directory_find(connection, name, &path)) {
		ktcp_entries_describe(name, NULL, entry);
		return;
	}
	ktcp_entries_describe(name, &path, entry);
	path_put(&path);
}

static struct ktcp_listing *ktcp_directory_start(struct file *directory)
{
	struct ktcp_listing *listing = kmalloc(sizeof(*listing), GFP_KERNEL | __GFP_NOWARN);

	if (listing && !ktcp_entries_start(&listing->entries, directory)) {
		kfree(listing);
		return NULL;
	}
	return listing;
}

void ktcp_directory_stop(struct ktcp_connection *connection)
{
	struct ktcp_listing *listing = connection->listing;

	if (!listing)
		return;
	ktcp_entries_stop(&listing->entries);
	kfree(listing);
	connection->listing = NULL;
}

/* Some names, so that a huge directory goes in many runs. */
static int ktcp_directory_report(struct ktcp_connection *connection)
{
	const struct ktcp_protocol *protocol = connection->server->options.protocol;
	struct ktcp_entries *entries = &connection->listing->entries;
	const struct ktcp_name *name = ktcp_entries_next(entries);
	struct ktcp_entry entry;
	int left = KTCP_ENTRIES_STEP;

	if (!name) {
		int ret = ktcp_entries_read(entries);

		if (ret)
			return ret;
		name = ktcp_entries_next(entries);
	}
	/* entry() may have the resource released, and the listing with it. */
	do {
		ktcp_directory_describe(connection, name, &entry);
		connection->verdict = protocol->entry(connection->session, &entry,
						      &connection->now);
	} while (connection->verdict == KTCP_WANT_ENTRIES && --left &&
		 (name = ktcp_entries_next(entries)));
	return 0;
}

void ktcp_directory_list(struct ktcp_connection *connection)
{
	const struct ktcp_protocol *protocol = connection->server->options.protocol;
	const struct cred *cred = override_creds(connection->roots->cred);
	int ret = 0;

	if (!connection->listing) {
		ret = ktcp_files_open_directory(connection);
		if (!ret)
			connection->listing = ktcp_directory_start(connection->file);
	}
	if (!ret)
		ret = connection->listing ? ktcp_directory_report(connection) : -ENOMEM;
	revert_creds(cred);
	if (ret)
		connection->verdict = protocol->end_of_entries(
			connection->session,
			ret > 0 ? KTCP_RESOURCE_DIRECTORY : ktcp_files_status(ret),
			&connection->now);
}
