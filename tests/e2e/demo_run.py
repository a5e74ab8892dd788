# SPDX-License-Identifier: Apache-2.0
"""carbon-demo on a plane of its own, in the background, with faults."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

from harness import CARBON_DEMO, CARBON_KUBE, Child, Plane, is_held, wait_for


class DemoRun:
    """One demonstration. What became of it may be read after join()."""

    def __init__(
        self,
        name: str,
        folder: Path,
        hours: float,
        speed: float,
        flags: list[str],
        fault: Callable[[DemoRun], None] | None = None,
    ) -> None:
        self.plane = Plane(f"e2e-{name}-{os.getpid()}", nodes_per_region=10)
        self.out = folder / "out"
        self.code: int | None = None
        self.killed: list[int] = []
        self.held_at_fault: list[int] = []
        self.outage_seconds = 0.0
        self.left_held: list[str] = []
        self.left_namespaces: list[str] = []
        self._folder = folder
        self._replay_seconds = hours * 3600 / speed
        self._flags = ["--hours", str(hours), "--speed", str(speed), *flags]
        self._fault = fault
        self._notes: list[str] = []
        self._failure: BaseException | None = None
        self._child: Child | None = None
        self._began = 0.0
        self._thread = threading.Thread(target=self._run, name=name)

    def start(self) -> None:
        self._thread.start()

    def join(self) -> None:
        """Waits for the end; fails where the run itself, not the demonstration, went wrong."""
        self._thread.join()
        if self._failure is not None:
            raise AssertionError(f"{self._failure}\n{self.story()}") from self._failure

    def abandon(self) -> None:
        """For clean-up."""
        if self._child is not None:
            self._child.end()
        self._thread.join()

    def notes(self) -> str:
        """What was done to it, and when in the replay."""
        return "\n".join(self._notes)

    def story(self) -> str:
        """All that helps to find out what went wrong."""
        log = self._child.text()[-3000:] if self._child else ""
        controller = self.out / "controller.log"
        tail = controller.read_text(errors="replace")[-3000:] if controller.exists() else ""
        return f"{self.notes()}\n--- output\n{log}\n--- controller.log\n{tail}"

    def note(self, text: str) -> None:
        self._notes.append(f"{time.monotonic() - self._began:7.1f} s  {text}")

    def controller_pid(self) -> int | None:
        """The running controller's process id."""
        try:
            pid = int((self.out / "controller.pid").read_text())
            line = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return None
        return pid if b"\0controller\0" in line else None

    def await_held(self, share: float) -> int:
        """Waits until `share` of the replay has passed and jobs are held; returns how many."""

        def held() -> int:
            assert self._child is not None
            assert self._child.alive(), "the demonstration ended before the fault"
            if time.monotonic() - self._began < share * self._replay_seconds:
                return 0
            pods = self.plane.get("pods", "-n", "carbon-demo")["items"]
            return sum(is_held(pod) for pod in pods)

        count = wait_for("jobs are held", held, self._replay_seconds + 60, pause=0.5)
        self.held_at_fault.append(count)
        return count

    def _run(self) -> None:
        self._began = time.monotonic()
        try:
            self.plane.up()
            try:
                self._play()
            finally:
                self.plane.down()
        except BaseException as failure:  # shown by join(), in the test's own thread
            self._failure = failure

    def _play(self) -> None:
        self._child = Child(
            *(CARBON_DEMO, "--kubeconfig", self.plane.kubeconfig, "--binary", CARBON_KUBE),
            *("--out", self.out, *self._flags),
            log=self._folder / "log",
        )
        child = self._child
        try:
            wait_for(
                "the controller is started",
                lambda: self.controller_pid() or not child.alive(),
                timeout=120,
            )
            self._began = time.monotonic()
            if self._fault is not None:
                self._fault(self)
            self.code = child.wait(self._replay_seconds + 180)
            self.note(f"ended with exit code {self.code}")
        finally:
            child.end()
        self.left_held = self.plane.held()
        self.left_namespaces = [
            item["metadata"]["name"] for item in self.plane.get("namespaces")["items"]
        ]


def kill_controller_twice(demo: DemoRun) -> None:
    """The second time in the second half, when nothing comes any more but long jobs wait."""
    for share in (0.3, 0.55):
        count = demo.await_held(share)
        pid = wait_for("the controller runs", demo.controller_pid, timeout=30)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        demo.killed.append(pid)
        demo.note(f"killed controller {pid} while {count} jobs were held")
        new = wait_for(
            "another controller runs",
            lambda pid=pid: demo.controller_pid() not in (None, pid) and demo.controller_pid(),
            timeout=30,
        )
        demo.note(f"controller {new} runs")


def take_api_server_away(demo: DemoRun) -> None:
    count = demo.await_held(0.35)
    demo.plane.command("stop-apiserver")
    away = time.monotonic()
    demo.note(f"stopped the API server while {count} jobs were held")
    time.sleep(20)  # this long is the fault
    demo.plane.command("start-apiserver")
    demo.outage_seconds = time.monotonic() - away
    demo.note(f"the API server is back after {demo.outage_seconds:.1f} s")


def small_demo_runs(folder: Path) -> dict[str, DemoRun]:
    """The demonstrations with faults, and one without to compare with."""
    runs = {}
    same = ["--jobs", "80", "--start-margin", "60m"]
    for name, hours, speed, flags, fault in (
        ("killed", 24, 480, same, kill_controller_twice),
        ("plain", 24, 480, same, None),
        ("outage", 10, 240, ["--jobs", "60", "--start-margin", "130m"], take_api_server_away),
    ):
        own = folder / name
        own.mkdir()
        runs[name] = DemoRun(name, own, hours, speed, flags, fault)
    return runs
