// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// Text that the engine has split, to what the kernel's tables are searched for. The
// addresses are read by the kernel's own functions.

#include <linux/inet.h>
#include <linux/kstrtox.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <net/ipv6.h>

#include <ktcp/socket_pairs.h>

#include "drop_tcp_socket/connection_id.h"

/* in4_pton() and in6_pton() stop at what they do not like: was that the end? */
static const char *read_address(const struct ktcp_socket_text *text, struct in6_addr *address)
{
	const char *end = NULL;
	__be32 ipv4;

	if (text->ipv6) {
		if (in6_pton(text->address, text->address_size, address->s6_addr, -1, &end) &&
		    end == text->address + text->address_size)
			return NULL;
		return "this is no IPv6 address";
	}
	if (!in4_pton(text->address, text->address_size, (u8 *)&ipv4, -1, &end) ||
	    end != text->address + text->address_size)
		return "this is no IPv4 address";
	ipv6_addr_set_v4mapped(ipv4, address);
	return NULL;
}

/* By name, or by number as ss prints it of an interface in another namespace. */
static int read_interface(struct net *net, const struct ktcp_socket_text *text)
{
	char name[KTCP_SCOPE_TEXT_MAX + 1];
	struct net_device *device;
	int index = -1;

	BUILD_BUG_ON(sizeof(name) != IFNAMSIZ);
	if (!text->scope_size)
		return 0;
	memcpy(name, text->scope, text->scope_size);
	name[text->scope_size] = '\0';

	rcu_read_lock();
	device = dev_get_by_name_rcu(net, name);
	if (device)
		index = device->ifindex;
	rcu_read_unlock();
	if (!device && (kstrtoint(name, 10, &index) || index <= 0))
		index = -1;
	return index;
}

const char *ktcp_connection_id_read(struct net *net, const struct ktcp_socket_pair *pair,
				    struct ktcp_connection_id *id)
{
	const char *fault;
	int other;

	fault = read_address(&pair->local, &id->local);
	if (!fault)
		fault = read_address(&pair->remote, &id->remote);
	if (fault)
		return fault;
	if (ipv6_addr_v4mapped(&id->local) != ipv6_addr_v4mapped(&id->remote))
		return "one address is IPv4's, the other IPv6's";

	id->local_port = pair->local.port;
	id->remote_port = pair->remote.port;
	id->interface = read_interface(net, &pair->local);
	other = read_interface(net, &pair->remote);
	if (id->interface && other && id->interface != other)
		return "the two interfaces differ";
	if (!id->interface)
		id->interface = other;
	return NULL;
}
