// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// A rendering that is kept is what the directory was at one moment, and what is seen to
// be so still: its mark is taken before the entries are read, and looked at, with all
// entries, when the text is done. The opened directory is the rendering's own, so that
// the reading leaves no position behind in one of the connection's.

#include <linux/align.h>
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mount.h>
#include <linux/path.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <ktcp/protocol.h>

#include "cache/budget.h"
#include "cache/content.h"
#include "cache/rendering.h"
#include "cache/shown.h"
#include "core/connection.h"
#include "core/entries.h"
#include "core/roots.h"
#include "core/server.h"

/* Room for text at first, and how much of it is made in one step. */
#define KTCP_RENDERING_ROOM (4 * KTCP_RENDERING_STEP)
#define KTCP_RENDERING_TEXT (64 * 1024u)

/* Used by the connection's driver. */
struct ktcp_rendering {
	const struct ktcp_protocol *protocol;
	const struct cred *cred;	/* the roots' */
	struct ktcp_budget *budget;
	struct file *directory;
	struct ktcp_entries entries;
	struct ktcp_shown *shown;	/* NULL once taken */
	bool opened;			/* the protocol's rendering is */
	bool listed;			/* all entries were read */
	u64 most;			/* bytes of text */
	char *text;
	size_t size, room;		/* of the text, bytes */
	struct ktcp_content *content;	/* the same when it is done; NULL once taken */
	u8 state[];			/* the protocol's, somewhere in it, aligned */
};

static void *ktcp_rendering_state(struct ktcp_rendering *rendering)
{
	return PTR_ALIGN(&rendering->state[0], 16);
}

static bool ktcp_rendering_open(struct ktcp_rendering *rendering, const struct path *directory)
{
	struct file *file = dentry_open(directory, O_RDONLY | O_DIRECTORY | O_NOATIME,
					rendering->cred);

	if (IS_ERR(file))
		return false;
	if (!ktcp_entries_start(&rendering->entries, file)) {
		__fput_sync(file);
		return false;
	}
	rendering->directory = file;
	return true;
}

struct ktcp_rendering *ktcp_rendering_create(struct ktcp_connection *connection,
					     const struct path *directory,
					     const struct ktcp_resource_request *request,
					     struct ktcp_budget *budget, u64 size)
{
	const struct ktcp_server_options *options = &connection->server->options;
	struct ktcp_rendering *rendering;

	rendering = kzalloc(struct_size(rendering, state, options->protocol->rendering_size + 16),
			    GFP_KERNEL | __GFP_NOWARN);
	if (!rendering)
		return NULL;
	rendering->protocol = options->protocol;
	rendering->cred = connection->roots->cred;
	rendering->budget = budget;
	rendering->most = size;
	rendering->shown = ktcp_shown_create(d_inode(directory->dentry), budget);
	if (!rendering->shown || !ktcp_rendering_open(rendering, directory)) {
		ktcp_rendering_free(rendering);
		return NULL;
	}
	/* If it has given up, its first entry or the reading of it will say so again. */
	rendering->opened = true;
	if (!options->protocol->render_open(ktcp_rendering_state(rendering), connection,
					    options->config, request))
		rendering->most = 0;
	return rendering;
}

/* Names that cannot be looked up, links, and what is mounted on depend on more than what
 * shows in the directory. */
static enum ktcp_making ktcp_rendering_entry(struct ktcp_rendering *rendering,
					     const struct ktcp_name *name)
{
	const struct path *directory = &rendering->directory->f_path;
	struct ktcp_entry entry;
	struct path path;
	bool added = false;

	switch (ktcp_entries_find(&rendering->entries, name, &path)) {
	case 0:
		break;
	case -ENOENT:	/* it has gone meanwhile */
		return KTCP_MAKING_LATER;
	case -ENOMEM:
		return KTCP_MAKING_FAILED;
	default:
		return KTCP_MAKING_POINTLESS;
	}
	ktcp_entries_describe(name, &path, &entry);
	if (path.mnt == directory->mnt && !d_is_symlink(path.dentry))
		added = ktcp_shown_add(rendering->shown, &path, &entry);
	mntput(path.mnt);
	if (!added) {
		dput(path.dentry);
		return KTCP_MAKING_POINTLESS;
	}
	return rendering->protocol->render_entry(ktcp_rendering_state(rendering), &entry) ?
		KTCP_MAKING_MORE : KTCP_MAKING_POINTLESS;
}

static unsigned int ktcp_rendering_count(const struct ktcp_entries *batch)
{
	struct ktcp_entries entries = *batch;
	unsigned int count = 0;

	while (ktcp_entries_next(&entries))
		count++;
	return count;
}

/* The next batch of names: -E2BIG if it would be too many, as ktcp_shown_reserve() says. */
static int ktcp_rendering_read_names(struct ktcp_rendering *rendering)
{
	int ret = ktcp_entries_read(&rendering->entries);

	return ret ?: ktcp_shown_reserve(rendering->shown,
					 ktcp_rendering_count(&rendering->entries));
}

/* Some names. */
static enum ktcp_making ktcp_rendering_list(struct ktcp_rendering *rendering)
{
	const struct ktcp_name *name = ktcp_entries_next(&rendering->entries);
	enum ktcp_making making;
	int left = KTCP_ENTRIES_STEP;

	if (!name) {
		int ret = ktcp_rendering_read_names(rendering);

		if (ret < 0)
			return ret == -E2BIG ? KTCP_MAKING_POINTLESS : KTCP_MAKING_FAILED;
		if (ret > 0) {
			rendering->listed = true;
			return KTCP_MAKING_MORE;
		}
		name = ktcp_entries_next(&rendering->entries);
	}
	do {
		making = ktcp_rendering_entry(rendering, name);
	} while (making == KTCP_MAKING_MORE && --left &&
		 (name = ktcp_entries_next(&rendering->entries)));
	return making;
}

static bool ktcp_rendering_grow(struct ktcp_rendering *rendering)
{
	size_t room = rendering->room ? 2 * rendering->room : KTCP_RENDERING_ROOM;
	char *text;

	if (!ktcp_budget_charge(rendering->budget, room))
		return false;
	text = kvmalloc(room, GFP_KERNEL | __GFP_NOWARN);
	if (!text) {
		ktcp_budget_release(rendering->budget, room);
		return false;
	}
	if (rendering->size)
		memcpy(text, rendering->text, rendering->size);
	kvfree(rendering->text);
	ktcp_budget_release(rendering->budget, rendering->room);
	rendering->text = text;
	rendering->room = room;
	return true;
}

static struct ktcp_content *ktcp_rendering_keep(const struct ktcp_rendering *rendering)
{
	struct ktcp_content *content = ktcp_content_create(rendering->budget, rendering->size);
	size_t done = 0;

	while (content && done < rendering->size) {
		size_t size;
		void *at = ktcp_content_at(content, done, &size);

		memcpy(at, rendering->text + done, size);
		done += size;
	}
	return content;
}

static enum ktcp_making ktcp_rendering_finish(struct ktcp_rendering *rendering)
{
	bool holds;

	rcu_read_lock();
	holds = ktcp_shown_holds(rendering->shown);
	rcu_read_unlock();
	if (!holds)
		return KTCP_MAKING_LATER;
	rendering->content = ktcp_rendering_keep(rendering);
	return rendering->content ? KTCP_MAKING_DONE : KTCP_MAKING_FAILED;
}

/* Some of the text. */
static enum ktcp_making ktcp_rendering_read(struct ktcp_rendering *rendering)
{
	size_t end = rendering->size + KTCP_RENDERING_TEXT;

	while (rendering->size < end) {
		size_t n;

		if (rendering->room - rendering->size < KTCP_RENDERING_STEP &&
		    !ktcp_rendering_grow(rendering))
			return KTCP_MAKING_FAILED;
		n = rendering->protocol->render_read(ktcp_rendering_state(rendering),
						     rendering->text + rendering->size,
						     rendering->room - rendering->size);
		if (!n)
			return ktcp_rendering_finish(rendering);
		rendering->size += n;
		if (rendering->size > rendering->most)
			return KTCP_MAKING_POINTLESS;
	}
	return KTCP_MAKING_MORE;
}

bool ktcp_rendering_charges(const struct ktcp_rendering *rendering)
{
	return rendering->listed || rendering->entries.next == rendering->entries.used;
}

enum ktcp_making ktcp_rendering_step(struct ktcp_rendering *rendering)
{
	const struct cred *cred;
	enum ktcp_making making;

	if (!rendering->most)
		return KTCP_MAKING_POINTLESS;
	if (rendering->listed)
		return ktcp_rendering_read(rendering);
	/* By this clock's tick a change that comes now could have the same time. */
	if (!rendering->shown->count &&
	    !ktcp_mark_is_settled(&rendering->shown->mark, rendering->shown->directory))
		return KTCP_MAKING_LATER;
	cred = override_creds(rendering->cred);
	making = ktcp_rendering_list(rendering);
	revert_creds(cred);
	return making;
}

struct ktcp_content *ktcp_rendering_take(struct ktcp_rendering *rendering,
					 struct ktcp_shown **shown)
{
	struct ktcp_content *content = rendering->content;

	*shown = rendering->shown;
	rendering->shown = NULL;
	rendering->content = NULL;
	return content;
}

void ktcp_rendering_free(struct ktcp_rendering *rendering)
{
	if (!rendering)
		return;
	if (rendering->opened)
		rendering->protocol->render_close(ktcp_rendering_state(rendering));
	if (rendering->directory) {
		ktcp_entries_stop(&rendering->entries);
		__fput_sync(rendering->directory);
	}
	ktcp_shown_free(rendering->shown);
	ktcp_content_put(rendering->content);
	kvfree(rendering->text);
	ktcp_budget_release(rendering->budget, rendering->room);
	kfree(rendering);
}
