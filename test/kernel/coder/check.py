#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Has the kernel code contents of all sizes and kinds, and decodes them with what is not ours.

usage: check.py DIRECTORY    (for files; the module coder_device is loaded)
"""
import os
import random
import subprocess
import sys
import zlib

DEVICE = "/dev/ktcp_coder"
GZIP, DEFLATE, ZSTD = 2, 3, 5  # enum ktcp_coding
NAMES = {GZIP: "gzip", DEFLATE: "deflate", ZSTD: "zstd"}
PIECE = 16 * 1024 - 4
ZSTD_MOST = 128 * 1024
SIZES = sorted(
    {1, 2, 5, 6, 7, 31, 100, 511, 512, 513, 4095, 4096, 4097, 65536, 131071, 131072, 131073}
    | {n * PIECE + d for n in (1, 2, 3) for d in (-1, 0, 1, 6)})
LARGE = [1 << 20, (1 << 20) + 1, 3000000]  # for gzip of text, and of what is mixed


def text(size, seed):
    """Words of a small vocabulary, of differing frequency: about as dense as prose."""
    rng = random.Random(seed)
    words = ["".join(rng.choices("etaoinshrdlucmfwypvbgkjqxz", k=rng.randint(1, 9)))
             for _ in range(3000)]
    weights = [1 / (i + 1) for i in range(len(words))]
    out = []
    n = 0
    while n < size:
        chunk = " ".join(rng.choices(words, weights, k=2000)) + "\n"
        out.append(chunk)
        n += len(chunk)
    return "".join(out).encode()[:size]


def mix(size, seed):
    """Random stretches between runs and text, so that stored and coded pieces alternate."""
    rng = random.Random(seed)
    out = bytearray()
    while len(out) < size:
        n = rng.randint(1, 40000)
        out += rng.choice([lambda: rng.randbytes(n), lambda: bytes([rng.randint(0, 255)]) * n,
                           lambda: TEXT[rng.randint(0, 1000):][:n]])()
    return bytes(out[:size])


TEXT = text(3 << 20, 1)
KINDS = {
    "text": lambda size: TEXT[:size],
    "zeros": bytes,
    "random": lambda size: random.Random(size).randbytes(size),
    "mixed": lambda size: mix(size, size),
    "skewed": lambda size: bytes(random.Random(size).choices(b"ab\0\xff", (90, 8, 1, 1), k=size)),
}


def code(coding, content):
    """How it went, its figures, and the result."""
    device = os.open(DEVICE, os.O_RDWR)
    try:
        rest = memoryview(bytes([coding]) + content)
        while rest:
            rest = rest[os.write(device, rest):]
        got = bytearray()
        at = 0
        while part := os.pread(device, 1 << 20, at):
            got += part
            at += len(part)
    finally:
        os.close(device)
    line, _, result = bytes(got).partition(b"\n")
    word, *figures = line.decode().split()
    return word, {k: int(v) for k, v in (f.split("=") for f in figures)}, result


def one_member(data):
    """Decodes gzip data that must be a single member with nothing behind it."""
    decoder = zlib.decompressobj(31)
    out = decoder.decompress(data) + decoder.flush()
    if not decoder.eof or decoder.unused_data:
        raise ValueError("not one whole member")
    return out


def decode(coding, data):
    if coding == GZIP:
        return one_member(data)
    if coding == DEFLATE:
        return zlib.decompress(data)
    run = subprocess.run(["zstd", "-dc"], input=data, capture_output=True, check=False)
    if run.returncode:
        raise ValueError(run.stderr.decode())
    return run.stdout


def judge(coding, kind, content, outcome):
    """None, or what is wrong."""
    word, figures, result = outcome
    limit = len(content) - len(content) // 8
    if word == "pointless":
        least = {"zeros": 100, "skewed": 100, "text": 511}.get(kind)
        return "was given up" if least and len(content) >= least else None
    if word != "done":
        return word
    if len(result) > limit:
        return f"is not an eighth smaller: {len(result)}"
    try:
        same = decode(coding, result) == content
    except Exception as error:  # what a decoder says, whatever it is
        return f"cannot be decoded: {error}"
    return None if same else "decodes to something else"


def tool_takes(directory, coding, result):
    suffix, program = {GZIP: (".gz", "gzip"), ZSTD: (".zst", "zstd")}[coding]
    path = os.path.join(directory, "sample" + suffix)
    with open(path, "wb") as f:
        f.write(result)
    run = subprocess.run([program, "-t", path], capture_output=True, check=False)
    return run.returncode == 0


def main():
    passed = failed = 0

    def report(wrong, what):
        nonlocal passed, failed
        passed += not wrong
        failed += bool(wrong)
        print(f"not ok - {what}: {wrong}" if wrong else f"ok - {what}", flush=True)

    for coding, name in NAMES.items():
        longest = 0
        for kind, make in KINDS.items():
            wrong = []
            done = pointless = 0
            large = LARGE if coding == GZIP and kind in ("text", "mixed") else []
            for size in SIZES + large:
                if coding == ZSTD and size > ZSTD_MOST:
                    continue
                content = make(size)
                outcome = code(coding, content)
                longest = max(longest, outcome[1]["longest_ns"])
                done += outcome[0] == "done"
                pointless += outcome[0] == "pointless"
                problem = judge(coding, kind, content, outcome)
                if problem:
                    wrong.append(f"{size} bytes: {problem}")
            report("; ".join(wrong[:5]),
                   f"{name} of {kind}: {done} coded and decoded, {pointless} not worth it")
        content = TEXT[:100000]
        word, figures, result = code(coding, content)
        if coding != DEFLATE:
            report(not tool_takes(sys.argv[1], coding, result) and "it does not", f"{name} -t takes it")
        print(f"figure: {name}: 100000 bytes of text become {len(result)}, by python's zlib "
              f"{len(zlib.compress(content, 6))}; longest step {longest} ns", flush=True)

    try:
        code(ZSTD, bytes(ZSTD_MOST + 1))
        report("was taken", "zstd of more than one frame is refused")
    except OSError:
        report("", "zstd of more than one frame is refused")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
