# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""What must be flat, and what is still called flat."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Metric:
    name: str  # in the samples
    title: str
    unit: str
    panel: str  # of the plot
    slack: float  # of growth over the whole time, in units, that is no growth
    share: float = 0.0  # and of the median
    per_request: float = 0.0  # and, in bytes for each request (a unit is a KiB)
    falls: bool = False  # less of it is worse
    relative: bool = False  # to the machine's own speed at that time


# A page for each request would be a leak that anybody sees. What must be seen is some bytes: an
# object that is forgotten takes eight at least.
BYTES = 2.0
MEMORY = "KiB"

METRICS = (
    # What programs of the guest have and files on tmpfs are is in it, too: it is for what nothing else shows.
    Metric("available_kib", "available", MEMORY, "available", 16384, per_request=BYTES, falls=True),
    Metric("unreclaimable_kib", "slabs that cannot be given back", MEMORY, "memory", 768, per_request=BYTES),
    Metric("vmalloc_kib", "vmalloc", MEMORY, "memory", 256),
    Metric("kmalloc_kib", "kmalloc", MEMORY, "caches", 512, per_request=BYTES),
    # What is forgotten is small, mostly, and nothing else here breathes less.
    Metric("small_kib", "kmalloc, up to 128 bytes", MEMORY, "caches", 96, per_request=BYTES),
    Metric("khttpd_kib", "slab caches of khttpd", MEMORY, "caches", 256, per_request=BYTES),
    Metric("kecho_kib", "slab caches of kecho", MEMORY, "caches", 256, per_request=BYTES),
    Metric("tcp_kib", "TCP's buffers", MEMORY, "caches", 1024, share=0.5),
    Metric("sockets", "sockets", "", "counts", 20, share=0.25),
    Metric("kernel_threads", "kernel threads", "", "counts", 6),
    Metric("khttpd_open", "connections of khttpd", "", "counts", 10, share=0.25),
    Metric("kecho_open", "connections of kecho", "", "counts", 10, share=0.25),
    Metric("cache_kib", "kept answers", MEMORY, "caches", 1024),
    Metric("rss_kib", "user-http-server, resident", MEMORY, "memory", 512, per_request=BYTES),
    Metric("descriptors", "descriptors", "", "counts", 10, share=0.25),
    Metric("threads", "threads", "", "counts", 0.5),
    Metric("http_p50_us", "HTTP, median", "us", "latency", 0, share=1.0, relative=True),
    Metric("http_p99_us", "HTTP, p99", "us", "latency", 0, share=2.0, relative=True),
    Metric("echo_p50_us", "echo, median", "us", "latency", 0, share=1.0, relative=True),
    Metric("echo_p99_us", "echo, p99", "us", "latency", 0, share=2.0, relative=True),
)
PANELS = {"available": "available (KiB)", "memory": "memory of all (KiB)", "caches": "of the servers and TCP (KiB)",
          "counts": "counts", "latency": "latency of a polite client (us)"}
