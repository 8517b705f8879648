// SPDX-License-Identifier: GPL-2.0-only OR MIT

#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string_helpers.h>

#include <ktcp/socket_pairs.h>

#include "drop_tcp_socket/report.h"

/* Room that any one line fits into: numbers, words, and text with each byte as \xhh. */
#define LINE_MAX 1024

static const char *const names[] = {
#define KTCP_OUTCOME_NAME(name, text) [KTCP_OUTCOME_##name] = text,
	KTCP_OUTCOMES(KTCP_OUTCOME_NAME)
#undef KTCP_OUTCOME_NAME
};

struct ktcp_report *ktcp_report_create(void)
{
	struct ktcp_report *report = kzalloc(sizeof(*report), GFP_KERNEL_ACCOUNT);

	BUILD_BUG_ON(sizeof(*report) > 8192);
	if (report) {
		kref_init(&report->references);
		mutex_init(&report->lock);
	}
	return report;
}

struct ktcp_report *ktcp_report_get(struct ktcp_report *report)
{
	kref_get(&report->references);
	return report;
}

static void release(struct kref *references)
{
	struct ktcp_report *report = container_of(references, struct ktcp_report, references);

	mutex_destroy(&report->lock);
	kfree(report);
}

void ktcp_report_put(struct ktcp_report *report)
{
	if (report)
		kref_put(&report->references, release);
}

/* The text is whatever somebody wrote: it reaches a terminal as printable ASCII only. */
static void add_line(struct ktcp_report *report, const struct ktcp_socket_pair *pair,
		     const char *fault)
{
	char *at = report->text + report->size;
	char *end = report->text + sizeof(report->text);

	/* Once one is left out all the following are: no line is missing in the middle. */
	if (report->left_out || end - at < LINE_MAX) {
		report->left_out++;
		return;
	}
	at += scnprintf(at, end - at, "pair %llu, line %llu: %s: \"", pair->number, pair->line,
			fault);
	at += string_escape_mem(pair->text, pair->text_size, at, end - at,
				ESCAPE_HEX | ESCAPE_NAP | ESCAPE_APPEND, "\"\\");
	at += scnprintf(at, end - at, "%s\"\n", pair->cut ? "..." : "");
	report->size = at - report->text;
}

void ktcp_report_add(struct ktcp_report *report, const struct ktcp_socket_pair *pair,
		     enum ktcp_outcome outcome, const char *fault)
{
	mutex_lock(&report->lock);
	report->counts[outcome]++;
	if (fault)
		add_line(report, pair, fault);
	mutex_unlock(&report->lock);
}

void ktcp_report_show(struct ktcp_report *report, const atomic64_t *totals, struct seq_file *seq)
{
	unsigned int i;

	mutex_lock(&report->lock);
	seq_printf(seq, "%-12s %12s %12s\n", "pairs", "last_writer", "in_all");
	for (i = 0; i < KTCP_OUTCOME_COUNT; i++)
		seq_printf(seq, "%-12s %12llu %12lld\n", names[i], report->counts[i],
			   (long long)atomic64_read(&totals[i]));
	seq_write(seq, report->text, report->size);
	if (report->left_out)
		seq_printf(seq, "and %llu more that are not listed\n", report->left_out);
	mutex_unlock(&report->lock);
}
