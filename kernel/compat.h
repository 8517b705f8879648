/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Where kernels differ. The only file that compares or probes versions: what
 * another file needs has one name and one meaning here, for 6.1 and later.
 */
#ifndef KTCP_COMPAT_H
#define KTCP_COMPAT_H

#include <linux/bvec.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/net.h>
#include <linux/shrinker.h>
#include <linux/socket.h>
#include <linux/timer.h>
#include <linux/uio.h>
#include <linux/version.h>
#include <net/sock.h>
#include <net/tcp.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "ktcp needs Linux 6.1 or later (directory actors that return bool)"
#endif

/*
 * Looks @name up from a directory that also bounds the walk. Exported by every
 * kernel; before 6.5 no public header declared it.
 */
extern int vfs_path_lookup(struct dentry *dentry, struct vfsmount *mnt, const char *name,
			   unsigned int flags, struct path *path);

/* The direction of an iov_iter had only READ and WRITE for names before 6.2. */
#ifndef ITER_SOURCE
#define ITER_SOURCE WRITE
#define ITER_DEST READ
#endif

/* A mount's mapping of ids became a type of its own in 6.3. The inode is constant
 * for us only: the kernel does not say so. */
static inline int ktcp_compat_inode_permission(struct vfsmount *mnt, const struct inode *inode,
					       int mask)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	return inode_permission(mnt_idmap(mnt), (struct inode *)inode, mask);
#else
	return inode_permission(mnt_user_ns(mnt), (struct inode *)inode, mask);
#endif
}

/* An inode's times are behind accessors since 6.7. */
static inline struct timespec64 ktcp_compat_inode_mtime(const struct inode *inode)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	return inode_get_mtime(inode);
#else
	return inode->i_mtime;
#endif
}

/* The ctime got its accessor one version earlier. */
static inline struct timespec64 ktcp_compat_inode_ctime(const struct inode *inode)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	return inode_get_ctime(inode);
#else
	return inode->i_ctime;
#endif
}

/*
 * Looks up one component in a directory, with the caller's permission, without following
 * anything: a dentry, which may be negative, or an error pointer. It got another name, and
 * a counted string, in 6.16.
 */
static inline struct dentry *ktcp_compat_lookup_one(struct dentry *directory, const char *name,
						    unsigned int size)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
	return lookup_noperm_unlocked(&QSTR_LEN(name, size), directory);
#else
	return lookup_one_len_unlocked(name, directory, size);
#endif
}

/* Shrinkers are allocated by the kernel since 6.7. */
struct ktcp_compat_shrinker {
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	struct shrinker *shrinker;
#else
	struct shrinker shrinker;
#endif
};

static inline int
ktcp_compat_shrinker_register(struct ktcp_compat_shrinker *owner, const char *name,
			      unsigned long (*count)(struct shrinker *, struct shrink_control *),
			      unsigned long (*scan)(struct shrinker *, struct shrink_control *))
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	owner->shrinker = shrinker_alloc(0, "%s", name);
	if (!owner->shrinker)
		return -ENOMEM;
	owner->shrinker->count_objects = count;
	owner->shrinker->scan_objects = scan;
	owner->shrinker->private_data = owner;
	shrinker_register(owner->shrinker);
	return 0;
#else
	owner->shrinker = (struct shrinker){
		.count_objects = count,
		.scan_objects = scan,
		.seeks = DEFAULT_SEEKS,
	};
	return register_shrinker(&owner->shrinker, "%s", name);
#endif
}

/* Waits for those that run. */
static inline void ktcp_compat_shrinker_unregister(struct ktcp_compat_shrinker *owner)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	shrinker_free(owner->shrinker);
#else
	unregister_shrinker(&owner->shrinker);
#endif
}

static inline struct ktcp_compat_shrinker *ktcp_compat_shrinker_owner(struct shrinker *shrinker)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	return shrinker->private_data;
#else
	return container_of(shrinker, struct ktcp_compat_shrinker, shrinker);
#endif
}

/* del_timer_sync() became timer_delete_sync() in 6.2; the old name went in 6.15. */
static inline void ktcp_compat_timer_delete_sync(struct timer_list *timer)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
	timer_delete_sync(timer);
#else
	del_timer_sync(timer);
#endif
}

/* from_timer() became timer_container_of() in 6.16. */
#ifdef timer_container_of
#define ktcp_compat_from_timer timer_container_of
#else
#define ktcp_compat_from_timer from_timer
#endif

/*
 * Whether TCP may fill the current task's page when it sends. Until 6.2 the socket's
 * sk_allocation alone decides: not if it says that nobody may sleep.
 */
static inline void ktcp_compat_use_task_frag(struct sock *sk, bool use)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
	sk->sk_use_task_frag = use;
#endif
}

/*
 * May the next sleep? Until 6.5, if the route has no scatter and gather (an IPsec policy over such
 * a device): TCP copies each page then, and maps it by kmap().
 */
static inline bool ktcp_compat_send_pages_may_sleep(const struct sock *sk)
{
	return LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0) && !(sk->sk_route_caps & NETIF_F_SG);
}

/*
 * Hands @count pages (or parts) to TCP by reference, in order, @size bytes in
 * all, without waiting. The caller holds the socket's lock. Returns how many
 * bytes were taken, or a negative errno.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
static inline ssize_t ktcp_compat_send_pages(struct sock *sk, struct bio_vec *pages,
					     unsigned int count, size_t size, bool more)
{
	struct msghdr msg = {
		.msg_flags = MSG_SPLICE_PAGES | MSG_DONTWAIT | MSG_NOSIGNAL |
			     (more ? MSG_MORE : 0),
	};

	iov_iter_bvec(&msg.msg_iter, ITER_SOURCE, pages, count, size);
	return tcp_sendmsg_locked(sk, &msg, size);
}
#else
/*
 * Before 6.5: page by page; NOTLAST keeps TCP from pushing each one out alone. (To
 * look for MSG_SPLICE_PAGES would not do: stable kernels know the flag, and copy.)
 */
static inline ssize_t ktcp_compat_send_pages(struct sock *sk, struct bio_vec *pages,
					     unsigned int count, size_t size, bool more)
{
	ssize_t total = 0;
	unsigned int i;

	for (i = 0; i < count; i++) {
		struct bio_vec *page = &pages[i];
		int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
		ssize_t sent;

		if (i + 1 < count)
			flags |= MSG_SENDPAGE_NOTLAST | MSG_MORE;
		else if (more)
			flags |= MSG_MORE;
		if (sendpage_ok(page->bv_page))
			sent = tcp_sendpage_locked(sk, page->bv_page, page->bv_offset,
						   page->bv_len, flags);
		else
			sent = sock_no_sendpage_locked(sk, page->bv_page, page->bv_offset,
						       page->bv_len, flags);
		if (sent <= 0)
			return total ?: sent;
		total += sent;
		if (sent < page->bv_len)
			break;
	}
	return total;
}
#endif

#endif
