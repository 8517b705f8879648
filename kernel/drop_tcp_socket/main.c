// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// drop-tcp-socket.ko: ends chosen TCP connections, by what is written to
// /proc/net/drop_tcp_sock.
//
//   pairs_file     the file: who may, write, read, close
//   engine         the parser of what is written (engine/sockets/)
//   connection_id  text to addresses, ports and an interface
//   connection     finds a connection and ends it
//   report         what became of a writer's pairs
//   namespace      what each network namespace keeps

#include <linux/module.h>

#include "drop_tcp_socket/namespace.h"

static int __init drop_tcp_socket_init(void)
{
	return ktcp_namespaces_register();
}

static void __exit drop_tcp_socket_exit(void)
{
	ktcp_namespaces_unregister();
}

module_init(drop_tcp_socket_init);
module_exit(drop_tcp_socket_exit);

MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Ends chosen TCP connections through /proc/net/drop_tcp_sock");
