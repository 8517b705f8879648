/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef KTCP_CORE_FILE_READ_H
#define KTCP_CORE_FILE_READ_H

#include <linux/fs.h>
#include <linux/uio.h>

#include "compat.h"

/*
 * Reads into memory of the kernel: as many bytes as were read, 0 at the end, or a negative
 * errno. Less than kernel_read() does: the file was found fit for it when it was opened
 * (files.c), with the permissions that count. May sleep.
 */
static inline ssize_t ktcp_file_read(struct file *file, void *place, size_t size, loff_t offset)
{
	struct kvec piece = { place, size };
	struct iov_iter iter;
	struct kiocb kiocb;

	init_sync_kiocb(&kiocb, file);
	kiocb.ki_pos = offset;
	iov_iter_kvec(&iter, ITER_DEST, &piece, 1, size);
	return file->f_op->read_iter(&kiocb, &iter);
}

#endif
