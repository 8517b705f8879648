# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""The tree that mutants are put into: HEAD, with build folders of its own, one for all."""

import os
import pathlib
import shutil
import signal
import subprocess


class Failed(Exception):
    """Something did not work; what it printed."""


def output_of(command: list[str], where: pathlib.Path) -> str:
    done = subprocess.run(command, cwd=where, stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace",
                          check=False)
    if done.returncode:
        raise Failed(f"{' '.join(command)}:\n{done.stdout}")
    return done.stdout


class WorkTree:
    def __init__(self, root: pathlib.Path, jobs: int):
        self.root = root
        self.path = root / "build/mutants/tree"
        self.jobs = jobs
        self.trees: dict[str, str] = {}  # of kernels, to build modules against

    def refresh(self) -> str:
        """Makes it HEAD; only files that differ are written, so that little is built anew."""
        head = output_of(["git", "rev-parse", "HEAD"], self.root).strip()
        output_of(["git", "worktree", "prune"], self.root)
        if (self.path / ".git").exists():
            output_of(["git", "checkout", "--quiet", "--force", "--detach", head], self.path)
        else:
            shutil.rmtree(self.path, ignore_errors=True)
            self.path.parent.mkdir(parents=True, exist_ok=True)
            output_of(["git", "worktree", "add", "--detach", str(self.path), head], self.root)
        (self.path / "build").mkdir(exist_ok=True)
        return head

    def apply(self, patch: pathlib.Path) -> None:
        """Whole or not at all; context that has changed is an error."""
        output_of(["git", "apply", "--whitespace=nowarn", str(patch)], self.path)

    def undo(self) -> None:
        output_of(["git", "checkout", "--quiet", "--force", "HEAD", "--", "."], self.path)

    def build(self, builds: tuple[tuple[str, ...], ...]) -> None:
        for what, *names in builds:
            if what == "modules":
                for kernel in names:
                    self._modules(kernel)
            else:
                self._programs(what, names)

    def _programs(self, preset: str, targets: list[str]) -> None:
        if not (self.path / "build" / preset / "build.ninja").exists():
            launcher = [f"-DCMAKE_{language}_COMPILER_LAUNCHER=ccache" for language in ("C", "CXX")]
            output_of(["cmake", "--preset", preset, *(launcher if shutil.which("ccache") else [])],
                      self.path)
        output_of(["cmake", "--build", "--preset", preset, "--target", *targets, "--",
                   f"-j{self.jobs}"], self.path)

    def _modules(self, kernel: str) -> None:
        if kernel not in self.trees:
            self.trees[kernel] = output_of(["vm/kernel", kernel, "build"], self.path).split()[-1]
        output_of(["make", f"-j{self.jobs}", "modules", f"KDIR={self.trees[kernel]}"], self.path)

    def run(self, command: str, limit: float) -> tuple[int, str]:
        """The exit status, and what was printed; what takes too long says so in its last line."""
        with subprocess.Popen(["bash", "-c", command], cwd=self.path, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              errors="replace", start_new_session=True) as process:
            try:
                printed, _ = process.communicate(timeout=limit)
                return process.returncode, printed
            except subprocess.TimeoutExpired:
                printed = self._end(process)
                return 124, printed + f"\ntimed out after {limit:.0f} s\n"
            except BaseException:
                self._end(process)
                raise

    @staticmethod
    def _end(process: subprocess.Popen) -> str:
        """With all that it has started; politely first, as a test has things to clear away."""
        for order, patience in ((signal.SIGTERM, 10), (signal.SIGKILL, None)):
            try:
                os.killpg(process.pid, order)
            except ProcessLookupError:
                pass
            try:
                return process.communicate(timeout=patience)[0]
            except subprocess.TimeoutExpired:
                continue
        return ""
