// SPDX-License-Identifier: GPL-2.0-only OR MIT

#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <net/net_namespace.h>

#include <ktcp/socket_pairs.h>

#include "drop_tcp_socket/connection.h"
#include "drop_tcp_socket/connection_id.h"
#include "drop_tcp_socket/namespace.h"
#include "drop_tcp_socket/pairs_file.h"
#include "drop_tcp_socket/report.h"

#define FILE_NAME "drop_tcp_sock"

/* Buffers of user space have sizes that are multiples of this (pairs_file.h). */
#define BLOCK 512

/* One open file. Holds the namespace, and by file->f_op the module. */
struct pairs_file {
	struct net *net;
	struct mutex lock;          /* of all below */
	struct ktcp_report *report; /* from the first write() on */
	struct ktcp_pair_parser parser;
	int error; /* that nobody was told yet, or 0 */
	char piece[BLOCK];
};

static struct pairs_file *self(struct file *file)
{
	return ((struct seq_file *)file->private_data)->private;
}

/* Of whoever calls, not of whoever opened: a descriptor that was handed on, or
 * somebody's standard output, gives nobody a power that he has not. */
static bool allowed(const struct net *net)
{
	return ns_capable(net->user_ns, CAP_NET_ADMIN);
}

static void carry_out(struct pairs_file *f, const struct ktcp_socket_pair *pair)
{
	enum ktcp_outcome outcome = KTCP_OUTCOME_MALFORMED;
	const char *fault = pair->fault;
	struct ktcp_connection_id id;

	if (!fault)
		fault = ktcp_connection_id_read(f->net, pair, &id);
	if (!fault) {
		outcome = ktcp_connection_end(f->net, &id);
		if (outcome == KTCP_OUTCOME_UNKNOWN)
			fault = "there is no such connection";
	}
	ktcp_report_add(f->report, pair, outcome, fault);
	atomic64_inc(&ktcp_namespace_of(f->net)->totals[outcome]);
	if (outcome == KTCP_OUTCOME_MALFORMED)
		f->error = -EINVAL;
	else if (outcome == KTCP_OUTCOME_UNKNOWN && !f->error)
		f->error = -ENOENT;
	cond_resched();
}

static void take(struct pairs_file *f, size_t size)
{
	const char *at = f->piece;
	struct ktcp_socket_pair pair;
	size_t used;

	for (; size; at += used, size -= used)
		if (ktcp_pair_parser_read(&f->parser, at, size, &used, &pair))
			carry_out(f, &pair);
}

static int take_error(struct pairs_file *f)
{
	int error = f->error;

	f->error = 0;
	return error;
}

static int begin_report(struct pairs_file *f)
{
	if (f->report)
		return 0;
	f->report = ktcp_report_create();
	if (!f->report)
		return -ENOMEM;
	ktcp_namespace_set_last(ktcp_namespace_of(f->net), f->report);
	return 0;
}

/* Of any size, in constant memory; ends early for a fatal signal only. */
static ssize_t pairs_write(struct file *file, const char __user *data, size_t size, loff_t *pos)
{
	struct pairs_file *f = self(file);
	size_t done = 0;
	ssize_t ret;

	if (!allowed(f->net))
		return -EPERM;
	if (mutex_lock_killable(&f->lock))
		return -EINTR;
	ret = begin_report(f);
	while (!ret && done < size) {
		size_t piece = min_t(size_t, size - done, sizeof(f->piece));

		if (copy_from_user(f->piece, data + done, piece)) {
			ret = -EFAULT;
		} else {
			take(f, piece);
			done += piece;
			if (fatal_signal_pending(current))
				ret = -EINTR;
		}
	}
	if (done)
		ret = done;
	if (done == size && size % BLOCK && ktcp_pair_parser_resting(&f->parser) && f->error)
		ret = take_error(f);
	mutex_unlock(&f->lock);
	return ret;
}

static void finish(struct pairs_file *f)
{
	struct ktcp_socket_pair pair;

	if (f->report && ktcp_pair_parser_finish(&f->parser, &pair))
		carry_out(f, &pair);
}

/* Every close() comes here, those of copies of the descriptor too: only the last one
 * says that no more will be written. */
static int pairs_flush(struct file *file, fl_owner_t id)
{
	struct pairs_file *f = self(file);
	int error;

	mutex_lock(&f->lock);
	if (file_count(file) == 1)
		finish(f);
	error = take_error(f);
	mutex_unlock(&f->lock);
	return error;
}

static int pairs_release(struct inode *inode, struct file *file)
{
	struct pairs_file *f = self(file);

	/* The last reference need not have gone by a close(). */
	finish(f);
	ktcp_report_put(f->report);
	put_net(f->net);
	mutex_destroy(&f->lock);
	kfree(f);
	return single_release(inode, file);
}

static int pairs_show(struct seq_file *seq, void *v)
{
	struct pairs_file *f = seq->private;
	struct ktcp_namespace *ns = ktcp_namespace_of(f->net);
	struct ktcp_report *report;

	mutex_lock(&f->lock);
	report = f->report ? ktcp_report_get(f->report) : ktcp_namespace_last(ns);
	mutex_unlock(&f->lock);
	ktcp_report_show(report, ns->totals, seq);
	ktcp_report_put(report);
	return 0;
}

static const struct file_operations pairs_file_operations = {
	.owner = THIS_MODULE,
	.read = seq_read,
	.write = pairs_write,
	.llseek = seq_lseek,
	.flush = pairs_flush,
	.release = pairs_release,
};

/*
 * procfs has no flush, by which close() could return an error, so open() puts the
 * file's own operations in the place of procfs's, as debugfs does it. They own the
 * module's reference, which goes with the file: while it is open, rmmod is refused.
 */
static int pairs_open(struct inode *inode, struct file *file)
{
	struct net *net = pde_data(inode);
	struct pairs_file *f;
	int ret;

	if (!allowed(net))
		return -EPERM;
	if (!try_module_get(THIS_MODULE))
		return -ENXIO; /* it is being unloaded */
	ret = -ENXIO;
	net = maybe_get_net(net);
	if (!net)
		goto put_module; /* it is being taken down */
	ret = -ENOMEM;
	f = kzalloc(sizeof(*f), GFP_KERNEL_ACCOUNT);
	if (!f)
		goto put_net;
	f->net = net;
	mutex_init(&f->lock);
	ktcp_pair_parser_open(&f->parser);
	ret = single_open(file, pairs_show, f);
	if (ret)
		goto free;
	replace_fops(file, &pairs_file_operations);
	return 0;

free:
	kfree(f);
put_net:
	put_net(net);
put_module:
	module_put(THIS_MODULE);
	return ret;
}

static const struct proc_ops pairs_proc_ops = {
	.proc_open = pairs_open,
	.proc_lseek = seq_lseek,
};

int ktcp_pairs_file_create(struct net *net)
{
	/* procfs makes it the property of the namespace's root. */
	if (!proc_create_data(FILE_NAME, 0600, net->proc_net, &pairs_proc_ops, net))
		return -ENOMEM;
	return 0;
}

void ktcp_pairs_file_remove(struct net *net)
{
	remove_proc_entry(FILE_NAME, net->proc_net);
}
