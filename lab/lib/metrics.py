# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""What is measured: names as they stand in a record's figures, units, and what may be concluded."""

import dataclasses

LESS, MORE = "less", "more"


@dataclasses.dataclass(frozen=True)
class Metric:
    """One figure. `exact`: counted, and the same in the next run within `tolerance`; else it comes
    from a clock, and noise is what has to be kept out of conclusions."""

    name: str
    title: str
    unit: str = ""
    better: str = LESS
    exact: bool = False
    ways: tuple = ("exact", "time", "native")
    digits: int = 0
    titles: dict = dataclasses.field(default_factory=dict, compare=False)  # by way, where they differ
    each: bool = False  # per request, or what the scenario calls its unit
    tolerance: float = 0.0  # relative; a smaller difference is none

    def __post_init__(self):
        if self.better not in (LESS, MORE):
            raise ValueError(f"better is 'less' or 'more', not '{self.better}'")
        # From a TOML file it comes as a list.
        object.__setattr__(self, "ways", tuple(self.ways))
        if not self.tolerance:
            object.__setattr__(self, "tolerance", 0.03 if self.exact else 0.05)


    def title_in(self, way):
        return self.titles.get(way, self.title)


def _exact(name, title, unit="instructions", **more):
    return Metric(name, title, unit, exact=True, ways=("exact",), each=True, **more)


CATALOG = {metric.name: metric for metric in (
    _exact("server_instructions", "the server's guest instructions"),
    _exact("total_instructions", "guest instructions, client and server"),
    _exact("client_instructions", "the client's guest instructions"),
    _exact("server_user_instructions", "the server's, in user space"),
    _exact("server_kernel_instructions", "the server's, in the kernel's own code"),
    _exact("server_module_instructions", "the server's, in the module"),
    _exact("task_switches", "switches from task to task", "switches", digits=2, tolerance=0.05),
    Metric("per_second", "throughput", "/s", MORE, ways=("time", "native")),
    Metric("p50_us", "p50 of the latency", "µs", ways=("time", "native")),
    Metric("p90_us", "p90 of the latency", "µs", ways=("time", "native")),
    Metric("p99_us", "p99 of the latency", "µs", ways=("time", "native"), tolerance=0.1),
    Metric("p999_us", "p99.9 of the latency", "µs", ways=("time", "native"), tolerance=0.2),
    Metric("context_switches", "context switches of the machine", "switches", digits=2,
           ways=("time",), each=True),
    Metric("cpu_us", "processor time", "µs", ways=("time", "native"), digits=1, each=True,
           titles={"time": "processor time of the whole guest, client and warm-up included",
                   "native": "the server's processor time"}),
    Metric("wire_bytes", "bytes on the wire", "bytes", exact=True, ways=("exact", "time", "native"), each=True),
)}
