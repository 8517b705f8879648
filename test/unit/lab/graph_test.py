#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""What is read out of a trace by function_graph. traces/new_connection.txt was recorded: khttpd,
model=inline, one request on a connection of its own.

usage: graph_test.py FOLDER-OF-THE-LAB
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest

LAB = sys.argv.pop()
sys.path[:0] = [os.path.join(LAB, "trace"), os.path.join(LAB, "lib")]
import graph  # noqa: E402
import steps  # noqa: E402

RECORDED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "traces", "new_connection.txt")


def line(cpu, task, duration, depth, text):
    took = f"{duration:.3f} us" if duration is not None else ""
    return f"   1.000000 |   {cpu})  {task}  |   {took:12}|  {'  ' * depth}{text}\n"


def read(*rows):
    return graph.read_graph([row if isinstance(row, str) else line(*row) for row in rows])


def shape(call):
    return (call.name, call.duration, [shape(child) for child in call.children])


class Synthetic(unittest.TestCase):
    def test_nesting_and_own_time(self):
        got = read((0, "a-1", None, 0, "f [m]() {"), (0, "a-1", 2, 1, "g();"),
                   (0, "a-1", None, 1, "h() {"), (0, "a-1", 1, 2, "i [m]();"),
                   (0, "a-1", 3, 1, "} /* h */"), (0, "a-1", 10, 0, "} /* f [m] */"))
        self.assertEqual([shape(root) for root in got.roots],
                         [("f", 10000, [("g", 2000, []), ("h", 3000, [("i", 1000, [])])])])
        self.assertEqual((got.roots[0].own, got.cut, got.lost), (5000, 0, 0))
        self.assertEqual(got.roots[0].module, "m")
        self.assertEqual(graph.folded(got.roots), {
            ("f",): 5000, ("f", "g"): 2000, ("f", "h"): 2000, ("f", "h", "i"): 1000})

    def test_a_task_keeps_its_stack_while_others_run_and_where_it_goes(self):
        got = read((0, "a-1", None, 0, "f() {"), " 0)  a-1   =>  b-2 \n",
                   (0, "b-2", None, 0, "x() {"), (0, "b-2", 1, 0, "} /* x */"),
                   (1, "a-1", 7, 0, "} /* f */"))
        self.assertEqual([shape(root) for root in got.roots], [("x", 1000, []), ("f", 7000, [])])

    def test_idle_tasks_are_one_for_each_processor(self):
        got = read((0, "<idle>-0", None, 0, "f() {"), (1, "<idle>-0", None, 0, "g() {"),
                   (0, "<idle>-0", 1, 0, "} /* f */"), (1, "<idle>-0", 2, 0, "} /* g */"))
        self.assertEqual([root.name for root in got.roots], ["f", "g"])

    def test_what_began_before_the_trace_is_no_root(self):
        got = read((0, "a-1", 1, 1, "g();"), (0, "a-1", 3, 0, "} /* f */"), (0, "a-1", 2, 0, "h();"))
        self.assertEqual([root.name for root in got.roots], ["h"])
        self.assertEqual(got.cut, 2)

    def test_what_has_no_end_is_cut(self):
        got = read((0, "a-1", None, 0, "f() {"), (0, "a-1", 2, 1, "g();"))
        self.assertEqual((got.roots, got.cut), ([], 1))

    def test_a_missed_end_does_not_swallow_what_follows(self):
        got = read((0, "a-1", None, 0, "f() {"), (0, "a-1", 2, 0, "g();"))
        self.assertEqual(([root.name for root in got.roots], got.cut), (["g"], 1))

    def test_lost_events_are_counted_and_open_calls_dropped(self):
        got = read((0, "a-1", None, 0, "f() {"), "CPU:0 [LOST 37 EVENTS]\n",
                   (0, "a-1", 9, 0, "} /* f */"), (0, "a-1", 2, 0, "g();"))
        self.assertEqual((got.lost, [root.name for root in got.roots]), (37, ["g"]))

    def test_marks_for_long_calls_and_no_absolute_time(self):
        got = graph.read_graph([" 0)   a-1    | ! 123.456 us  |  f();\n",
                                " 1)   a b-12 | + 10.5 us     |  g [k]();\n"])
        self.assertEqual([(c.name, c.duration, c.start) for c in got.roots],
                         [("f", 123456, None), ("g", 10500, None)])

    def test_own_time_is_never_negative(self):
        got = read((0, "a-1", None, 0, "f() {"), (0, "a-1", 2, 1, "g();"), (0, "a-1", 1.9, 0, "} /* f */"))
        self.assertEqual(got.roots[0].own, 0)

    def test_the_modules_outermost_calls(self):
        got = read((0, "a-1", None, 0, "tcp() {"), (0, "a-1", None, 1, "f [m]() {"),
                   (0, "a-1", 1, 2, "g [m]();"), (0, "a-1", 2, 1, "} /* f [m] */"),
                   (0, "a-1", 1, 1, "h [m]();"), (0, "a-1", 9, 0, "} /* tcp */"))
        self.assertEqual([c.name for c in graph.outermost(got, "m")], ["f", "h"])

    def test_names(self):
        names = graph.demangled([
            "_ZN4ktcp13ProtocolTableINS_4http7SessionEE8receivedEPvmPK8ktcp_now", "ktcp_receive",
            "_ZN4ktcp4http7Session9read_headERK8ktcp_now.part.0.constprop.0", "foo.isra.0"])
        self.assertEqual(list(names.values()), ["ktcp::ProtocolTable::received", "ktcp_receive",
                                                "ktcp::http::Session::read_head", "foo"])


class Steps(unittest.TestCase):
    def test_the_longest_beginning_decides(self):
        self.assertEqual(steps.step_of("ktcp_connection_create"), "accept")
        self.assertEqual(steps.step_of("ktcp_connection_end"), "finish")
        self.assertEqual(steps.step_of("ktcp::http::Session::sent"), "finish")
        self.assertEqual(steps.step_of("ktcp::http::Session::send"), "make the answer")
        self.assertIsNone(steps.step_of("ktcp_os_count"))

    def test_whose_is_what_a_helper_takes(self):
        got = read((0, "a-1", None, 0, "ktcp_send() {"), (0, "a-1", 1, 1, "ktcp_os_count();"),
                   (0, "a-1", None, 1, "tcp_v4_rcv() {"), (0, "a-1", 2, 2, "tcp_sendmsg();"),
                   (0, "a-1", 3, 1, "} /* tcp_v4_rcv */"), (0, "a-1", 6, 0, "} /* ktcp_send */"))
        free = graph.Tracer([])
        self.assertEqual({word: (one.own, one.net, one.calls, one.entered)
                          for word, one in steps.by_step(got.roots, {}, free).items()},
                         {"send": (3000, 3000, 2, 1), "packet to the client": (3000, 3000, 2, 1)})


class WhatTheTracerTakes(unittest.TestCase):
    # Each call costs 5 inside and 4 in its caller; f does 20 itself, g 0, h 3.
    ROWS = ((0, "a-1", None, 0, "f [m]() {"), (0, "a-1", 5, 1, "g [m]();"), (0, "a-1", 8, 1, "h [m]();"),
            (0, "a-1", None, 1, "k [m]() {"), (0, "a-1", 5, 2, "g [m]();"), (0, "a-1", 14, 1, "} /* k */"),
            (0, "a-1", 64, 0, "} /* f */"))

    def setUp(self):
        self.root = read(*self.ROWS).roots[0]
        self.tracer = graph.Tracer([call for _, call in self.root.walk()])

    def test_by_the_cheapest_calls(self):
        self.assertEqual((self.tracer.inside, self.tracer.outside), (5000, 4000))

    def test_is_taken_off_each_call(self):
        got = {call.name: self.tracer.without(call) for _, call in self.root.walk()}
        self.assertEqual(got, {"f": 20000, "g": 0, "h": 3000, "k": 0})
        self.assertEqual(graph.folded([self.root], own=self.tracer.without),
                         {("f",): 20000, ("f", "g"): 0, ("f", "h"): 3000, ("f", "k"): 0, ("f", "k", "g"): 0})

    def test_never_makes_time_negative(self):
        quick = read((0, "a-1", None, 0, "f() {"), (0, "a-1", 2, 1, "g();"), (0, "a-1", 3, 0, "} /* f */"))
        self.assertEqual(self.tracer.without(quick.roots[0]), 0)


class Recorded(unittest.TestCase):
    def setUp(self):
        with open(RECORDED, encoding="utf-8") as lines:
            self.graph = graph.read_graph(lines)
        self.calls = list(graph.outermost(self.graph, "khttpd"))
        self.names = graph.demangled(c.name for root in self.calls for _, c in root.walk())

    def test_the_modules_ways_in(self):
        self.assertEqual([call.name for call in self.calls],
                         ["ktcp_listener_accept_work", "ktcp_inline_data_ready", "ktcp_worker_run"])
        self.assertEqual([call.task.split("-")[0] for call in self.calls],
                         ["kworker", "htstres", "kworker"])

    def test_nothing_is_lost_on_the_way(self):
        whole = sum(call.duration for call in self.calls)
        free = graph.Tracer([])
        self.assertEqual(sum(s.own for s in steps.by_step(self.calls, self.names, free).values()), whole)
        self.assertEqual(sum(graph.folded(self.calls, self.names).values()), whole)
        self.assertEqual(self.graph.cut, 2) # the file's first and last line

    def test_steps(self):
        got = steps.by_step(self.calls, self.names, graph.Tracer([]))
        self.assertNotIn(steps.OTHER, got)
        self.assertLessEqual({"accept", "receive", "parse", "look up", "make the answer", "send", "finish"},
                             got.keys())

    def test_report(self):
        with tempfile.TemporaryDirectory() as folder:
            files = {name: os.path.join(folder, name) for name in ("svg", "folded", "table")}
            done = subprocess.run(
                [sys.executable, os.path.join(LAB, "trace", "graph_report.py"), RECORDED, "--unit", "ns"]
                + [word for name, path in files.items() for word in (f"--{name}", path)],
                capture_output=True, text=True, check=True)
            figures = json.loads(done.stdout)["figures"]
            self.assertEqual(figures["requests"], 1)
            self.assertEqual(figures["all_ns"], sum(call.duration for call in self.calls))
            self.assertAlmostEqual(figures["net_ns"], figures["all_ns"] - figures["tracer_ns"], delta=1)
            times = {"all_ns", "tracer_ns", "net_ns", "least_call_ns"}
            self.assertAlmostEqual(figures["net_ns"], sum(
                value for name, value in figures.items() if name.endswith("_ns") and name not in times), delta=8)
            with open(files["table"], encoding="utf-8") as text:
                self.assertIn("| parse | ", text.read())
            with open(files["svg"], encoding="utf-8") as text:
                self.assertIn("ktcp::http::RequestParser::parse", text.read())
            with open(files["folded"], encoding="utf-8") as text:
                total = sum(float(row.rsplit(" ", 1)[1]) for row in text)
            self.assertAlmostEqual(total, figures["net_ns"], delta=1)

    def test_the_packets_way_to_the_client_is_in_no_sum(self):
        engine = "_ZN4ktcp4http7Session13begin_requestERK8ktcp_now"
        rows = [line(*row) for row in (
            (0, "a-1", None, 0, "ktcp_send [khttpd]() {"), (0, "a-1", 2, 1, f"{engine} [khttpd]();"),
            (0, "a-1", None, 1, "tcp_v4_rcv() {"), (0, "a-1", 3, 2, "sock_def_readable();"),
            (0, "a-1", 9, 1, "} /* tcp_v4_rcv */"), (0, "a-1", 40, 0, "} /* ktcp_send [khttpd] */"))]
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as trace:
            trace.writelines(rows)
            trace.flush()
            done = subprocess.run([sys.executable, os.path.join(LAB, "trace", "graph_report.py"), trace.name,
                                   "--unit", "instructions"], capture_output=True, text=True, check=True)
        figures = json.loads(done.stdout)["figures"]
        # Inside 2 a call, outside 4: the cheapest call, and what tcp_v4_rcv had beside its own call.
        self.assertEqual((figures["all_instructions"], figures["net_instructions"], figures["calls"]),
                         (31000, 19000, 2))
        self.assertEqual(figures["packet_to_the_client_instructions"], 1000)

    def test_a_trace_without_a_request_is_an_error(self):
        done = subprocess.run([sys.executable, os.path.join(LAB, "trace", "graph_report.py"), os.devnull],
                              capture_output=True, text=True)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("no whole request", done.stderr)


unittest.main()
