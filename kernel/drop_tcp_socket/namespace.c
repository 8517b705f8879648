// SPDX-License-Identifier: GPL-2.0-only OR MIT

#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "drop_tcp_socket/namespace.h"
#include "drop_tcp_socket/pairs_file.h"
#include "drop_tcp_socket/report.h"

static unsigned int namespace_id __read_mostly;

struct ktcp_namespace *ktcp_namespace_of(struct net *net)
{
	return net_generic(net, namespace_id);
}

struct ktcp_report *ktcp_namespace_last(struct ktcp_namespace *ns)
{
	struct ktcp_report *report;

	spin_lock(&ns->lock);
	report = ktcp_report_get(ns->last);
	spin_unlock(&ns->lock);
	return report;
}

void ktcp_namespace_set_last(struct ktcp_namespace *ns, struct ktcp_report *report)
{
	struct ktcp_report *before;

	ktcp_report_get(report);
	spin_lock(&ns->lock);
	before = ns->last;
	ns->last = report;
	spin_unlock(&ns->lock);
	ktcp_report_put(before);
}

static int __net_init namespace_init(struct net *net)
{
	struct ktcp_namespace *ns = ktcp_namespace_of(net);
	int ret;

	spin_lock_init(&ns->lock);
	ns->last = ktcp_report_create();
	if (!ns->last)
		return -ENOMEM;
	ret = ktcp_pairs_file_create(net);
	if (ret)
		ktcp_report_put(ns->last);
	return ret;
}

/* No file is open any more: each holds the namespace, and the module. */
static void __net_exit namespace_exit(struct net *net)
{
	ktcp_pairs_file_remove(net);
	ktcp_report_put(ktcp_namespace_of(net)->last);
}

static struct pernet_operations operations = {
	.init = namespace_init,
	.exit = namespace_exit,
	.id = &namespace_id,
	.size = sizeof(struct ktcp_namespace),
};

int ktcp_namespaces_register(void)
{
	return register_pernet_subsys(&operations);
}

void ktcp_namespaces_unregister(void)
{
	unregister_pernet_subsys(&operations);
}
