#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""The report of a run with known figures: its numbers, its conclusions, its page.

usage: report_test.py FOLDER-OF-THE-LAB
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

LAB = sys.argv.pop()
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(LAB, "lib"))
import icicle  # noqa: E402
import make_run  # noqa: E402
import records  # noqa: E402

XHTML = "{http://www.w3.org/1999/xhtml}"
SVG = "{http://www.w3.org/2000/svg}"


def report(*words):
    return subprocess.run([os.path.join(LAB, "run"), *words], capture_output=True, text=True,
                          timeout=100, check=False)


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.kept = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.kept.cleanup)
        cls.folder = os.path.join(cls.kept.name, "run")
        make_run.make(cls.folder)
        # What a scenario's script would have left; another scenario's is none of this one's.
        os.makedirs(f"{cls.folder}/exact/kept", exist_ok=True)
        for name in ("slow-or-fast", "other"):
            with open(f"{cls.folder}/exact/kept/{name}.request.svg", "w", encoding="utf-8") as file:
                file.write(icicle.draw({(f"drawn for {name}",): 1.0}, name))
        cls.result = report("--report", cls.folder)

    def read(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8") as file:
            return file.read()

    def test_it_is_written(self):
        self.assertEqual(self.result.returncode, 0, self.result.stderr)
        self.assertIn("fast against slow", self.result.stdout)

    def test_records_join_the_plugins_windows(self):
        lines = [json.loads(line) for line in self.read("runs.jsonl").splitlines()]
        self.assertEqual(len(lines), 3 * 4 * 3 + 5 * 4 * 3)
        first = lines[0]
        self.assertEqual(first["case"], {"load": 1, "kind": "a"})
        # 1001: a half in user space, a quarter in the module, the rest on the packets' way.
        self.assertAlmostEqual(first["figures"]["server_instructions"], 1001)
        self.assertAlmostEqual(first["figures"]["client_instructions"], 500)
        self.assertAlmostEqual(first["figures"]["total_instructions"], 1501)
        self.assertAlmostEqual(first["figures"]["server_user_instructions"], 500.5)
        self.assertAlmostEqual(first["figures"]["server_module_instructions"], 250.25)
        self.assertAlmostEqual(first["figures"]["server_kernel_instructions"], 250.25)
        self.assertEqual(first["figures"]["task_switches"], 2)

    def test_tables(self):
        text = self.read("tables.md")
        self.assertIn('| load 1, kind a | **1,002 (1,001–1,003)** | 2,002 (2,001–2,003) | '
                      '**1,012 (1,011–1,013)** |', text)
        self.assertIn("| load 100, kind a | **101 (99–110)** | 51 (49–55) | – |", text)
        self.assertIn("- other, load 100, kind a (way time, 5 times): timed <out>", text)

    def test_conclusions(self):
        text = self.read("tables.md")
        for sentence in (
                "Least: fast and other (no difference seen among them) in every case.",
                'fast against slow "and" steady: 50 % less, in all 4 cases.',
                "other against fast: no difference seen, in all 4 cases.",
                "other: kind b against kind a: no difference seen with (load 1, kind b); "
                "not to be compared with (load 100, kind b).",
                "fast: kind b against kind a: 100 % more, in both cases.",
                'fast against slow "and" steady: 98 % more, in all 4 cases.'):
            self.assertIn(f"- {sentence}\n", text)
        found = json.loads(self.read("conclusions.json"))
        self.assertEqual([(c["metric"], c["exact"]) for c in found],
                         [("server_instructions", True), ("kib", True), ("per_second", False)])
        # A clock that shows nothing names no winner.
        other = next(p for p in found[2]["pairs"] if p["pair"] == ["other", "fast"])
        self.assertEqual({v["verdict"] for v in other["verdicts"]}, {"no difference seen"})

    def test_page(self):
        text = self.read("report.html")
        page = ElementTree.fromstring(text.partition("\n")[2])  # well-formed, or it raises
        self.assertEqual(page.tag, XHTML + "html")
        self.assertEqual([h.text for h in page.iter(XHTML + "h2")],
                         ["Slow or <fast>", "How it was measured"])
        self.assertEqual(len(list(page.iter(XHTML + "table"))), 3)
        drawn = ["".join(svg.itertext()) for svg in page.iter(SVG + "svg")]
        self.assertEqual(len(drawn), 3)
        self.assertEqual(sum("drawn for slow-or-fast" in text for text in drawn), 1)
        every = [e.get("id") for e in page.iter() if e.get("id")]
        self.assertEqual(len(every), len(set(every)), "an id stands twice")
        # What is referred to inside of the page is there.
        wanted = re.findall(r"""(?:href=["']#|url\(#)([^"')]+)""", text)
        self.assertLessEqual(set(wanted), set(every))
        words = " ".join(page.itertext())
        for word in ("0123456", "6.1.0-0-amd64", "What emulation distorts", "A note.",
                     "timed <out>", "First paragraph, on two lines."):
            self.assertIn(word, " ".join(words.split()))

    def test_page_can_be_read_offline(self):
        text = self.read("report.html")
        self.assertNotIn("<script", text)
        self.assertNotRegex(text, r"""(src|href)=["'](?!#)""")
        self.assertNotRegex(text, r"@import|url\((?!#)")

    def test_plots_are_drawn(self):
        names = sorted(os.listdir(os.path.join(self.folder, "plots")))
        self.assertEqual(names, [f"slow-or-fast-{n}.{kind}" for n in ("1-exact", "2-time")
                                 for kind in ("gnuplot", "png", "svg")])
        svg = ElementTree.parse(os.path.join(self.folder, "plots/slow-or-fast-1-exact.svg"))
        text = "".join(svg.getroot().itertext())
        for word in ("Instructions & load", "slow 'and' steady", "instructions per turn"):
            self.assertIn(word, text)

    def test_a_plot_can_be_drawn_again(self):
        where = os.path.join(self.folder, "plots")
        path = os.path.join(where, "slow-or-fast-2-time.svg")
        os.remove(path)
        subprocess.run(["gnuplot", "slow-or-fast-2-time.gnuplot"], cwd=where, check=True, timeout=60)
        self.assertGreater(os.path.getsize(path), 1000)

    def test_csv(self):
        lines = self.read("runs.csv").splitlines()
        self.assertTrue(lines[0].startswith("scenario,way,round,variant,load,kind,count,kib,server"))
        self.assertEqual(len(lines), 1 + 96)

    def test_two_runs_agree_or_not(self):
        same = report("--agree", self.folder, self.folder)
        self.assertEqual(same.returncode, 0, same.stderr)
        self.assertIn("28 of 28", same.stdout)
        folder = os.path.join(self.kept.name, "other")
        before = make_run.INSTRUCTIONS["other"]
        self.addCleanup(make_run.INSTRUCTIONS.__setitem__, "other", before)
        make_run.INSTRUCTIONS["other"] = 900
        make_run.make(folder)
        self.assertEqual(report("--report", folder).returncode, 0)
        differing = report("--agree", self.folder, folder)
        self.assertEqual(differing.returncode, 1)
        self.assertIn("other, fast, load 1, kind a: no difference seen (ratio 1.01) / less (ratio 0.9", differing.stdout)

    def test_nothing_measured(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(f"{folder}/environment.txt", "w", encoding="utf-8") as file:
                file.write("date: never\n")
            result = report("--report", folder)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("nothing was measured", result.stderr)


class Records(unittest.TestCase):
    COMMON = {"scenario": "s", "way": "time", "round": 1, "variant": "v", "case": {}, "fault": ""}
    RESULT = {"requests": 1000, "bad": 0, "socket_errors": 0, "requests_per_second": 5.0,
              "received_bytes": 241000, "seconds": 200.0,
              "latency_us": {"p50": 1, "p90": 2, "p99": 3, "p99.9": 4, "max": 5}}

    def test_what_htstress_says(self):
        line = {**self.COMMON, "http": {
            "result": self.RESULT, "window": 0, "warmup": 1000,
            "machine": {"busy_us": 4000, "switches": 8000}}}
        figures = records.record_of(line, {})["figures"]
        self.assertEqual(figures, {"count": 1000, "per_second": 5.0, "p50_us": 1, "p90_us": 2,
                                   "p99_us": 3, "p999_us": 4, "wire_bytes": 241.0, "cpu_us": 2.0,
                                   "context_switches": 4.0})

    def test_many_failures_are_no_measurement(self):
        for bad, kept in ((1, True), (2, False)):
            line = {**self.COMMON, "http": {"result": {**self.RESULT, "bad": bad}, "window": 0}}
            record = records.record_of(line, {})
            self.assertEqual("per_second" in record["figures"], kept)
            self.assertEqual(record["fault"], f"{bad} of 1000 requests failed")

    def test_a_spoilt_line_costs_no_other(self):
        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(f"{folder}/time")
            with open(f"{folder}/time/runs.jsonl", "w", encoding="utf-8") as file:
                file.write('{"scenario": "s", "way": "time", "variant": "v", "case": , "fault": ""}\n' +
                           json.dumps({**self.COMMON, "http": {"result": self.RESULT, "window": 0}}) + "\n")
            spoilt, good = records.load_way(folder, "time")
        self.assertEqual((spoilt["scenario"], spoilt["variant"], spoilt["figures"]), ("s", "v", {}))
        self.assertIn("unreadable line", spoilt["fault"])
        self.assertEqual(good["figures"]["count"], 1000)

    def test_without_a_result(self):
        record = records.record_of({**self.COMMON, "fault": "does not start", "result": None,
                                    "window": 3}, {3: {"tasks": []}})
        self.assertEqual((record["figures"], record["fault"]), ({}, "does not start"))


if __name__ == "__main__":
    unittest.main()
