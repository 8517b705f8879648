// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// The siblings' dentries are pinned, those of the ones that are not there as well: a file
// that gets such a name gets the dentry, which changes its sequence count, as do a rename
// to or from it, and its removal. They lie in the original's directory, so that whatever
// changes further up is seen by the original's trail.

#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/namei.h>
#include <linux/path.h>
#include <linux/seqlock.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "compat.h"
#include "cache/siblings.h"
#include "core/roots.h"
#include "core/walk.h"

static const struct ktcp_suffix {
	u8 coding;
	char text[5];
} ktcp_suffixes[KTCP_SIBLINGS] = {
	{ KTCP_CODING_BR, ".br" },
	{ KTCP_CODING_ZSTD, ".zst" },
	{ KTCP_CODING_GZIP, ".gz" },
};

/* What the dentry says now, whoever changes it meanwhile; false: no proof can be had. */
static bool ktcp_sibling_record(struct ktcp_sibling *sibling, const struct dentry *directory)
{
	const struct dentry *dentry = sibling->dentry;

	sibling->sequence = read_seqcount_begin(&dentry->d_seq);
	sibling->inode = d_inode_rcu(dentry);
	return READ_ONCE(dentry->d_parent) == directory && !d_unhashed(dentry) &&
	       ktcp_walk_is_local(dentry) &&
	       !(READ_ONCE(dentry->d_flags) & DCACHE_MANAGED_DENTRY) &&
	       !read_seqcount_retry(&dentry->d_seq, sibling->sequence);
}

static bool ktcp_sibling_is_usable(const struct ktcp_sibling *sibling,
				   const struct path *directory, const struct inode *original)
{
	const struct path path = { .mnt = directory->mnt, .dentry = sibling->dentry };
	struct timespec64 made = ktcp_compat_inode_mtime(sibling->inode);
	struct timespec64 needed = ktcp_compat_inode_mtime(original);

	return sibling->mark.size && timespec64_compare(&made, &needed) >= 0 &&
	       !path_permission(&path, MAY_READ | MAY_OPEN);
}

/* Releases nothing if it fails. */
static int ktcp_sibling_find(struct ktcp_sibling *sibling, const struct path *directory,
			     const struct qstr *name, const struct inode *original)
{
	sibling->dentry = ktcp_compat_lookup_one(directory->dentry, name->name, name->len);
	if (IS_ERR(sibling->dentry))
		return PTR_ERR(sibling->dentry);
	if (!ktcp_sibling_record(sibling, directory->dentry))
		goto unproved;
	sibling->regular = sibling->inode && S_ISREG(sibling->inode->i_mode);
	if (!sibling->regular)
		return 0;
	ktcp_mark_take(&sibling->mark, sibling->inode);
	if (ktcp_mark_may_be_read(&sibling->mark, sibling->inode)) {
		sibling->usable = ktcp_sibling_is_usable(sibling, directory, original);
		return 0;
	}
	sibling->written = ktcp_mark_is_written(sibling->inode);
	if (sibling->written)
		return 0;
	dput(sibling->dentry);
	return -EAGAIN;

unproved:
	dput(sibling->dentry);
	return -EOPNOTSUPP;
}

/* By the name that the original has now. */
static int ktcp_siblings_find_beside(struct ktcp_siblings *siblings, const struct path *directory,
				     const struct qstr *original_name,
				     const struct inode *original)
{
	char text[NAME_MAX + 1];
	unsigned int i;

	for (i = 0; i < KTCP_SIBLINGS; i++) {
		const struct ktcp_suffix *suffix = &ktcp_suffixes[i];
		size_t size = strlen(suffix->text);
		struct qstr name = QSTR_INIT(text, original_name->len + size);
		int ret;

		if (name.len > NAME_MAX)	/* no file has such a name */
			continue;
		memcpy(text, original_name->name, original_name->len);
		memcpy(text + original_name->len, suffix->text, size);
		siblings->of[siblings->count] = (struct ktcp_sibling){ .coding = suffix->coding };
		ret = ktcp_sibling_find(&siblings->of[siblings->count], directory, &name, original);
		if (ret) {
			ktcp_siblings_release(siblings);
			return ret;
		}
		siblings->count++;
	}
	return 0;
}

int ktcp_siblings_find(struct ktcp_siblings *siblings, const struct file *original)
{
	struct path directory = { .mnt = original->f_path.mnt };
	struct name_snapshot name;
	int ret = -EOPNOTSUPP;

	siblings->count = 0;
	directory.dentry = dget_parent(original->f_path.dentry);
	take_dentry_name_snapshot(&name, original->f_path.dentry);
	if (ktcp_walk_is_local(directory.dentry))
		ret = ktcp_siblings_find_beside(siblings, &directory, &name.name,
						file_inode(original));
	release_dentry_name_snapshot(&name);
	dput(directory.dentry);
	return ret;
}

const struct ktcp_sibling *ktcp_siblings_usable(const struct ktcp_siblings *siblings,
						enum ktcp_coding coding)
{
	unsigned int i;

	for (i = 0; i < siblings->count; i++)
		if (siblings->of[i].coding == coding && siblings->of[i].usable)
			return &siblings->of[i];
	return NULL;
}

/* The original has a part in it: another content has another entity tag in each coding,
 * even where the sibling stays as it is. */
static u64 ktcp_sibling_identity(const struct ktcp_sibling *sibling, const struct inode *original)
{
	struct timespec64 modified = ktcp_compat_inode_mtime(original);
	u64 parts = hash_64(original->i_ino, 64);

	parts = hash_64(parts ^ modified.tv_sec, 64);
	parts = hash_64(parts ^ modified.tv_nsec, 64);
	parts = hash_64(parts ^ i_size_read(original), 64);
	return parts ^ sibling->inode->i_ino;
}

struct file *ktcp_sibling_open(const struct ktcp_sibling *sibling, const struct file *original,
			       const struct ktcp_roots *roots, struct ktcp_resource *resource)
{
	const struct path path = { .mnt = original->f_path.mnt, .dentry = sibling->dentry };
	struct timespec64 modified = ktcp_compat_inode_mtime(sibling->inode);
	struct file *file;

	file = dentry_open(&path, O_RDONLY | O_LARGEFILE | O_NOATIME | O_NONBLOCK, roots->cred);
	if (IS_ERR(file))
		return file;
	/* What has only a read() for user space cannot be read from in here. */
	if (!file->f_op->read_iter || file->f_op->read) {
		__fput_sync(file);
		return ERR_PTR(-EACCES);
	}
	*resource = (struct ktcp_resource){
		.status = KTCP_RESOURCE_FILE,
		.coding = sibling->coding,
		.size = sibling->mark.size,
		.modified_seconds = modified.tv_sec,
		.modified_ns = modified.tv_nsec,
		.inode = ktcp_sibling_identity(sibling, file_inode(original)),
	};
	return file;
}

static bool ktcp_sibling_holds(const struct ktcp_sibling *sibling)
{
	const struct dentry *dentry = sibling->dentry;
	const struct inode *inode = sibling->inode;

	if (read_seqcount_retry(&dentry->d_seq, sibling->sequence))
		return false;
	if (likely(!inode))
		return true;
	if (READ_ONCE(dentry->d_flags) & DCACHE_MANAGED_DENTRY)
		return false;
	if (!sibling->regular)
		return true;
	if (sibling->written)
		return ktcp_mark_is_written(inode);
	return ktcp_mark_holds(&sibling->mark, inode);
}

bool ktcp_siblings_hold(const struct ktcp_siblings *siblings)
{
	unsigned int i;

	for (i = 0; i < siblings->count; i++)
		if (!ktcp_sibling_holds(&siblings->of[i]))
			return false;
	return true;
}

size_t ktcp_siblings_weight(const struct ktcp_siblings *siblings)
{
	size_t weight = 0;
	unsigned int i;

	for (i = 0; i < siblings->count; i++)
		weight += sizeof(struct dentry) +
			  (siblings->of[i].inode ? sizeof(struct inode) : 0);
	return weight;
}

void ktcp_siblings_release(struct ktcp_siblings *siblings)
{
	while (siblings->count)
		dput(siblings->of[--siblings->count].dentry);
}
