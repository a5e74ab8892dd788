# SPDX-License-Identifier: Apache-2.0
"""How a controller ends, how several get on, and what holds when there is no signal."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import pytest

from cluster import PATIENT, Cluster
from harness import (
    CARBON_KUBE,
    free_port,
    is_held,
    must,
    pod_object,
    replay_grid,
    wait_for,
    write_private,
)


class TestEndings:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_a_signal_ends_the_controller_within_5_s_and_leaves_the_pods_to_the_next(
        self, cluster: Cluster, grid: str, jobs: str, number: signal.Signals
    ) -> None:
        name = f"survives-{number.name.lower()}"
        cluster.plane.create(pod_object(jobs, name, PATIENT))
        first = cluster.start_controller(grid)
        try:
            event = cluster.await_event(jobs, name, "CleanerWindow")
            assert first.signal(number, patience=5) == 0, first.text()
            assert " stopped: " in first.text().splitlines()[-1]
        finally:
            first.end()
        assert is_held(cluster.pod(jobs, name))
        with cluster.controller(grid):
            cluster.plane.create(pod_object(jobs, f"after-{name}", PATIENT))
            cluster.await_plan(jobs, f"after-{name}")
            assert is_held(cluster.pod(jobs, name))
            told = [each["metadata"]["name"] for each in cluster.events(jobs, name)]
            assert told == [event["metadata"]["name"]], "the next controller repeats nothing"

    def test_a_signal_ends_the_controller_within_5_s_also_where_the_api_server_hangs(
        self, cluster: Cluster, grid: str
    ) -> None:
        server = int((cluster.plane.folder / "run" / "kube-apiserver.pid").read_text())
        child = cluster.start_controller(grid)
        try:
            wait_for("it leads", lambda: "this controller acts" in child.text(), timeout=60)
            os.kill(server, signal.SIGSTOP)
            try:
                assert child.signal(signal.SIGTERM, patience=5) == 0, child.text()
            finally:
                os.kill(server, signal.SIGCONT)
        finally:
            child.end()


class TestSeveral:
    """More controllers than one, and fewer."""

    def release_if_gone(self, cluster: Cluster, patience: str) -> str:
        return must(
            *(CARBON_KUBE, "release", "--all", "--if-controller-gone", patience),
            *("--kubeconfig", cluster.kubeconfig),
        )

    def test_one_controller_acts_and_the_other_takes_over_when_it_is_killed(
        self, cluster: Cluster, grid: str, jobs: str
    ) -> None:
        first = cluster.start_controller(grid, instance="first")
        try:
            wait_for("it leads", lambda: "first leads: this" in first.text(), timeout=60)
            second = cluster.start_controller(grid, instance="second")
            try:
                wait_for(
                    "it stands by", lambda: "first leads; standing by" in second.text(), timeout=60
                )
                cluster.plane.create(pod_object(jobs, "one-of-two", PATIENT))
                event = cluster.await_event(jobs, "one-of-two", "CleanerWindow")
                assert event["reportingInstance"] == "first"
                first.process.kill()
                cluster.plane.create(pod_object(jobs, "orphan", PATIENT))
                cluster.await_plan(jobs, "orphan", timeout=60)
                event = cluster.await_event(jobs, "orphan", "CleanerWindow")
                assert event["reportingInstance"] == "second"
                assert len(cluster.events(jobs, "one-of-two")) == 1
                assert second.signal(signal.SIGTERM, patience=5) == 0, second.text()
            finally:
                second.end()
        finally:
            first.end()

    def test_a_dead_mans_switch_lets_go_only_when_no_controller_is_alive(
        self, cluster: Cluster, grid: str, jobs: str
    ) -> None:
        child = cluster.start_controller(grid)
        try:
            cluster.plane.create(pod_object(jobs, "dead-man", PATIENT))
            cluster.await_plan(jobs, "dead-man")
            said = self.release_if_gone(cluster, "10m")
            assert said.startswith("a controller was there ")
            assert said.endswith(" ago: nothing to do\n")
            assert is_held(cluster.pod(jobs, "dead-man"))
        finally:
            child.process.kill()
            child.process.wait()
        assert "nothing to do" in self.release_if_gone(cluster, "10m")
        wait_for(
            "the pod is let go",
            lambda: f"pod/dead-man -n {jobs} released" in self.release_if_gone(cluster, "3s"),
            timeout=30,
        )
        assert cluster.plane.held() == []


class TestNoSignal:
    """Each with a controller of its own, whose provider fails in another way."""

    @pytest.fixture(autouse=True)
    def nothing_known(self, cluster: Cluster) -> None:
        cluster.forget_the_grid()

    def assert_released(self, cluster: Cluster, jobs: str, name: str, timeout: float) -> str:
        plan = cluster.await_start(jobs, name, timeout)
        assert plan["cause"] == "NoSignal"
        event = cluster.await_event(jobs, name, "NoSignal")
        assert event["type"] == "Warning"
        assert event["note"].startswith("starting now: the carbon intensity is unknown (")
        assert cluster.why(jobs, name).startswith(f"pod {jobs}/{name}: {event['note']}\n")
        return event["note"]

    def test_a_provider_that_refuses_connections_holds_nothing(
        self, cluster: Cluster, jobs: str
    ) -> None:
        cluster.plane.create(pod_object(jobs, "refused"))
        with cluster.controller(f"http://127.0.0.1:{free_port()}/v3"):
            self.assert_released(cluster, jobs, "refused", timeout=45)

    def test_a_provider_that_never_answers_holds_nothing_for_longer_than_30_s(
        self, cluster: Cluster, jobs: str
    ) -> None:
        cluster.plane.create(pod_object(jobs, "hanging"))
        with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:
            port = silent.getsockname()[1]
            with cluster.controller(f"http://127.0.0.1:{port}/v3"):
                self.assert_released(cluster, jobs, "hanging", timeout=60)

    def test_a_provider_that_denies_the_token_holds_nothing(
        self, cluster: Cluster, jobs: str, tmp_path: Path
    ) -> None:
        right = write_private(tmp_path / "right", "right-token\n")
        wrong = write_private(tmp_path / "wrong", "wrong-token\n")
        cluster.plane.create(pod_object(jobs, "denied"))
        with (
            replay_grid(tmp_path, cluster.clock, "--token-file", str(right)) as url,
            cluster.controller(url, "--token-file", str(wrong)) as controller,
        ):
            note = self.assert_released(cluster, jobs, "denied", timeout=45)
            assert "wrong-token" not in controller.text() + note

    def test_an_unknown_zone_is_named_and_lets_go_only_what_may_run_nowhere_else(
        self, cluster: Cluster, grid: str, jobs: str
    ) -> None:
        cluster.plane.create(
            pod_object(jobs, "unknown-zone", PATIENT, region="us-east-1"),
            pod_object(jobs, "known-zone", PATIENT),
        )
        with cluster.controller(grid, zones={"us-east-1": "NO-SUCH"}):
            note = self.assert_released(cluster, jobs, "unknown-zone", timeout=45)
            assert "NO-SUCH" in note
            cluster.await_plan(jobs, "known-zone")
            assert is_held(cluster.pod(jobs, "known-zone"))

    def test_what_was_published_before_is_a_signal_although_the_provider_is_gone(
        self, cluster: Cluster, grid: str, jobs: str
    ) -> None:
        scores = ("get", "configmap", "carbon-scores", "-n", "carbon-kube")
        with cluster.controller(grid):
            wait_for(
                "the ConfigMap is there",
                lambda: cluster.plane.try_kubectl(*scores).code == 0,
                timeout=60,
            )
        cluster.plane.create(pod_object(jobs, "remembered", PATIENT))
        with cluster.controller(f"http://127.0.0.1:{free_port()}/v3"):
            plan = cluster.await_plan(jobs, "remembered")
            assert plan["cause"] == "CleanerWindow"
            assert is_held(cluster.pod(jobs, "remembered"))
