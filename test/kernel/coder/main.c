// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// /dev/ktcp_coder: what is written to it, after a first byte that says which coding (enum
// ktcp_coding), is coded at the first read; then a line can be read that tells how it
// went, and the result.

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "cache/budget.h"
#include "cache/coding.h"
#include "cache/content.h"
#include "core/buffers.h"

#define CODER_MOST (4u << 20)

/* All that is charged must have been given back when the module goes. */
static struct ktcp_budget budget;

/* Of one opened device, used by one task. */
struct coder_file {
	u8 *input;		/* the coding, then the content */
	size_t size;
	bool coded;
	struct ktcp_content *result;
	char line[120];
	size_t line_size;
};

static int coder_open(struct inode *inode, struct file *file)
{
	struct coder_file *own = kzalloc(sizeof(*own), GFP_KERNEL);

	if (own)
		own->input = kvmalloc(CODER_MOST, GFP_KERNEL);
	if (!own || !own->input) {
		kfree(own);
		return -ENOMEM;
	}
	file->private_data = own;
	return 0;
}

static int coder_release(struct inode *inode, struct file *file)
{
	struct coder_file *own = file->private_data;

	ktcp_content_put(own->result);
	kvfree(own->input);
	kfree(own);
	return 0;
}

static ssize_t coder_write(struct file *file, const char __user *data, size_t size, loff_t *at)
{
	struct coder_file *own = file->private_data;

	if (own->coded || size > CODER_MOST - own->size)
		return -EINVAL;
	if (copy_from_user(own->input + own->size, data, size))
		return -EFAULT;
	own->size += size;
	return size;
}

static struct ktcp_content *coder_content(const u8 *data, size_t size)
{
	struct ktcp_content *content = ktcp_content_create(&budget, size);
	size_t done = 0;

	while (content && done < size) {
		size_t part;
		void *place = ktcp_content_at(content, done, &part);

		memcpy(place, data + done, part);
		done += part;
	}
	return content;
}

static void coder_run(struct coder_file *own, struct ktcp_coder *coder)
{
	static const char *const words[] = { "more", "done", "pointless", "later", "failed" };
	enum ktcp_making making = KTCP_MAKING_FAILED;
	u64 longest = 0, whole = 0;
	unsigned int steps = 0;

	for (; coder; steps++) {
		u64 begin = ktime_get_ns(), took;

		making = ktcp_coder_step(coder);
		took = ktime_get_ns() - begin;
		whole += took;
		longest = max(longest, took);
		if (making != KTCP_MAKING_MORE)
			break;
		cond_resched();
	}
	if (making == KTCP_MAKING_DONE)
		own->result = ktcp_coder_take(coder);
	ktcp_coder_free(coder);
	own->line_size = scnprintf(own->line, sizeof(own->line),
				   "%s steps=%u longest_ns=%llu ns=%llu charged=%zu\n",
				   words[making], steps + 1, longest, whole,
				   own->result ? own->result->charged : 0);
}

static int coder_code(struct coder_file *own)
{
	struct ktcp_content *content;
	size_t size = own->size - 1;

	if (own->size < 2 || !ktcp_coding_makes(own->input[0], size))
		return -EOPNOTSUPP;
	content = coder_content(own->input + 1, size);
	if (!content)
		return -ENOMEM;
	coder_run(own, ktcp_coder_create(own->input[0], content, &budget));
	ktcp_content_put(content);
	own->coded = true;
	return 0;
}

static ssize_t coder_read(struct file *file, char __user *data, size_t size, loff_t *at)
{
	struct coder_file *own = file->private_data;
	const void *from;
	size_t part;

	if (!own->coded) {
		int ret = coder_code(own);

		if (ret)
			return ret;
	}
	if (*at < own->line_size) {
		from = own->line + *at;
		part = own->line_size - *at;
	} else if (own->result && *at - own->line_size < own->result->size) {
		from = ktcp_content_at(own->result, *at - own->line_size, &part);
	} else {
		return 0;
	}
	size = min(size, part);
	if (copy_to_user(data, from, size))
		return -EFAULT;
	*at += size;
	return size;
}

static const struct file_operations coder_operations = {
	.owner = THIS_MODULE,
	.open = coder_open,
	.release = coder_release,
	.write = coder_write,
	.read = coder_read,
};

static struct miscdevice coder_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "ktcp_coder",
	.fops = &coder_operations,
};

static int __init coder_init(void)
{
	int ret = ktcp_buffers_create();

	if (ret)
		return ret;
	ktcp_budget_start(&budget, 64u << 20, 1000);
	ktcp_codings_start();
	ret = misc_register(&coder_device);
	if (ret) {
		ktcp_codings_stop();
		ktcp_buffers_destroy();
	}
	return ret;
}

static void __exit coder_exit(void)
{
	misc_deregister(&coder_device);
	ktcp_codings_stop();
	ktcp_buffers_destroy();
	WARN_ON(ktcp_budget_used(&budget));
}

module_init(coder_init);
module_exit(coder_exit);

MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Test: content codings");
