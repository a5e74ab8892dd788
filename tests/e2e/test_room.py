# SPDX-License-Identifier: Apache-2.0
"""What the planner may be told: the room of regions, and wrong wishes."""

from __future__ import annotations

from collections import Counter

import pytest

from cluster import PATIENT, Cluster
from harness import carbon_kube, is_held, pod_object, wait_for


class TestRoom:
    def test_pods_do_not_all_wait_for_the_same_hour_where_their_region_has_little_room(
        self, cluster: Cluster, grid: str, jobs: str
    ) -> None:
        names = [f"crowd-{i}" for i in range(12)]
        with cluster.controller(grid, "--room", "us-west-1=40"):
            for name in names:
                pod = pod_object(jobs, name, PATIENT)
                pod["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "8"}}
                cluster.plane.create(pod)
            plans = [cluster.await_plan(jobs, name) for name in names]

            def spread() -> bool:
                plans[:] = [cluster.await_plan(jobs, name) for name in names]
                starts = Counter(plan["chosen"]["start"] for plan in plans)
                return max(starts.values()) <= 5

            wait_for("no more than 40 CPUs wait for any hour", spread, timeout=60)
        starts = Counter(plan["chosen"]["start"] for plan in plans)
        assert len(starts) >= 3
        assert all(is_held(cluster.pod(jobs, name)) for name in names)
        assert {plan["cause"] for plan in plans} <= {"CleanerWindow", "Crowded"}
        cluster.plane.kubectl("delete", "pods", "--all", "-n", jobs, "--timeout=30s")

    @pytest.mark.parametrize(
        ("flag", "value", "fragment"),
        [
            ("--room", "us-west-1", "--room: 'us-west-1' is not REGION=CPUS"),
            ("--room", "us-west-1=-1", "--room: 'us-west-1=-1' is not REGION=CPUS"),
            ("--room", "=4", "--room: '=4' is not REGION=CPUS"),
            ("--room", "us-wst-2=4", "--room: region us-wst-2 has no zone"),
            ("--patience", "-1", "--patience: must be 0 or more grams per hour"),
            ("--threshold", "nan", "--threshold: must be 0 or more grams per kWh"),
        ],
    )
    def test_a_wrong_wish_for_the_planner_is_refused(
        self, flag: str, value: str, fragment: str
    ) -> None:
        done = carbon_kube("controller", f"{flag}={value}")
        assert done.code == 2, str(done)
        assert fragment in done.err
