# SPDX-License-Identifier: Apache-2.0
"""The gate, `release`, the controller, `why` and the controller's rights on a real plane."""

from __future__ import annotations

import contextlib
import json
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from cluster import PATIENT, Cluster, ahead, in_regions, rounded
from harness import (
    CARBON_KUBE,
    PLAN,
    Child,
    carbon_kube,
    is_held,
    make_namespace,
    must,
    pod_object,
    wait_for,
)

ACCOUNT = "system:serviceaccount:carbon-kube:carbon-kube"


class TestGate:
    """What holds without any controller."""

    def test_a_managed_pod_is_held_at_its_creation(self, cluster: Cluster, jobs: str) -> None:
        cluster.plane.create(pod_object(jobs, "gated"))
        assert is_held(cluster.pod(jobs, "gated"))

    def test_a_pod_without_the_label_starts_as_if_there_were_no_carbon_kube(
        self, cluster: Cluster, jobs: str
    ) -> None:
        cluster.plane.create(pod_object(jobs, "unmanaged", managed=False))
        assert not is_held(cluster.pod(jobs, "unmanaged"))
        wait_for(
            "the pod runs",
            lambda: cluster.pod(jobs, "unmanaged")["status"].get("phase") == "Running",
            timeout=60,
        )

    @pytest.mark.parametrize("namespace", ["kube-system", "carbon-kube"])
    def test_nothing_is_held_in_the_systems_own_namespaces(
        self, cluster: Cluster, namespace: str
    ) -> None:
        answer = cluster.plane.kubectl(
            *("create", "--dry-run=server", "-o", "json", "-f", "-"),
            stdin=json.dumps(pod_object(namespace, "own")),
        )
        assert not is_held(json.loads(answer))

    def test_a_gate_of_somebody_else_stays_beside_ours(self, cluster: Cluster, jobs: str) -> None:
        pod = pod_object(jobs, "two-gates")
        pod["spec"]["schedulingGates"] = [{"name": "example.com/quota"}]
        cluster.plane.create(pod)
        gates = cluster.pod(jobs, "two-gates")["spec"]["schedulingGates"]
        assert {gate["name"] for gate in gates} == {"example.com/quota", "carbon-kube.io/window"}

    def test_why_of_a_held_pod_without_a_plan_asks_for_the_controller(
        self, cluster: Cluster, jobs: str
    ) -> None:
        cluster.plane.create(pod_object(jobs, "unplanned"))
        done = carbon_kube(
            "why", "pod/unplanned", "-n", jobs, "--kubeconfig", cluster.plane.kubeconfig
        )
        assert done.code == 1, str(done)
        assert done.err == (
            f"carbon-kube why: pod {jobs}/unplanned is held and has no plan yet: "
            "is the controller running?\n"
        )

    def test_why_of_a_pod_that_was_never_held_says_so(self, cluster: Cluster, jobs: str) -> None:
        cluster.plane.create(pod_object(jobs, "free", managed=False))
        done = carbon_kube("why", "free", "-n", jobs, "--kubeconfig", cluster.plane.kubeconfig)
        assert done.code == 1, str(done)
        assert "does not carry the label carbon-kube.io/managed=true" in done.err


class TestRelease:
    """By hand, with no controller."""

    def release(self, cluster: Cluster, *args: str) -> str:
        return must(CARBON_KUBE, "release", *args, "--kubeconfig", cluster.plane.kubeconfig)

    def test_one_pod_is_let_go_and_says_that_a_hand_did_it(
        self, cluster: Cluster, jobs: str
    ) -> None:
        cluster.plane.create(pod_object(jobs, "by-hand"), pod_object(jobs, "by-hand-not"))
        assert self.release(cluster, "pod/by-hand", "-n", jobs) == (
            f"pod/by-hand -n {jobs} released\n"
        )
        plan = cluster.await_start(jobs, "by-hand")
        assert plan["cause"] == "ByHand"
        why = cluster.why(jobs, "by-hand")
        assert why.startswith(f"pod {jobs}/by-hand: starting now: released by hand\n")
        assert is_held(cluster.pod(jobs, "by-hand-not"))

    def test_a_pod_that_is_not_held_is_left_as_it_is(self, cluster: Cluster, jobs: str) -> None:
        cluster.plane.create(pod_object(jobs, "not-held", managed=False))
        assert self.release(cluster, "not-held", "-n", jobs) == "nothing is held\n"
        assert cluster.plan(jobs, "not-held") is None

    def test_other_gates_stay(self, cluster: Cluster, jobs: str) -> None:
        pod = pod_object(jobs, "other-gate")
        pod["spec"]["schedulingGates"] = [{"name": "example.com/quota"}]
        cluster.plane.create(pod)
        self.release(cluster, "other-gate", "-n", jobs)
        gates = cluster.pod(jobs, "other-gate")["spec"]["schedulingGates"]
        assert [gate["name"] for gate in gates] == ["example.com/quota"]

    def test_all_lets_go_whatever_is_held_in_any_namespace(
        self, cluster: Cluster, jobs: str
    ) -> None:
        other = make_namespace(cluster.plane, "others")
        cluster.plane.create(
            *(pod_object(jobs, f"all-{i}") for i in range(20)), pod_object(other, "all")
        )
        said = self.release(cluster, "--all")
        assert f"pod/all -n {other} released\n" in said
        assert all(f"pod/all-{i} -n {jobs} released\n" in said for i in range(20))
        assert cluster.plane.held() == []
        assert self.release(cluster, "--all") == "nothing is held\n"


@pytest.fixture(scope="class")
def controlled(cluster: Cluster, grid: str) -> Iterator[Child]:
    with cluster.controller(grid) as child:
        yield child


@pytest.mark.usefixtures("controlled")
class TestController:
    def test_a_pod_with_room_is_held_for_a_cleaner_hour_and_told_so(
        self, cluster: Cluster, jobs: str
    ) -> None:
        cluster.plane.create(pod_object(jobs, "held", PATIENT))
        plan = cluster.await_plan(jobs, "held")
        assert is_held(cluster.pod(jobs, "held"))
        assert plan["cause"] == "CleanerWindow"
        assert plan["deadline"] == PATIENT["deadline"]
        assert plan["latestStart"] == ahead(hours=23)
        assert ahead() < plan["chosen"]["start"] <= ahead(hours=23)
        assert plan["chosen"]["region"] == "us-west-1"
        assert plan["chosen"]["zone"] == "US-CAL-CISO"
        assert 0 < plan["chosen"]["grams"] < plan["runNow"]["grams"]
        event = cluster.await_event(jobs, "held", "CleanerWindow")
        assert event["type"] == "Normal"
        assert event["action"] == "Hold"
        assert event["reportingInstance"] == "e2e"
        assert event["note"].startswith("waiting until ")
        assert event["regarding"]["uid"] == cluster.pod(jobs, "held")["metadata"]["uid"]

    def test_the_event_is_shown_by_kubectl_describe(self, cluster: Cluster, jobs: str) -> None:
        cluster.plane.create(pod_object(jobs, "described", PATIENT))
        note = cluster.await_event(jobs, "described", "CleanerWindow")["note"]
        assert note in cluster.plane.kubectl("describe", "pod", "described", "-n", jobs)

    def test_why_says_what_the_event_says_and_the_alternatives(
        self, cluster: Cluster, jobs: str
    ) -> None:
        # Where the sun shines somewhere, the way to start there now would be the best.
        pod = pod_object(jobs, "asked-why", PATIENT, region=None)
        pod["spec"]["affinity"] = in_regions("us-west-1", "us-east-1")
        cluster.plane.create(pod)
        note = cluster.await_event(jobs, "asked-why", "CleanerWindow")["note"]
        plan = cluster.plan(jobs, "asked-why")
        assert plan is not None
        assert len(plan["alternatives"]) == 3
        lines = cluster.why(jobs, "asked-why").splitlines()
        assert lines[0] == f"pod {jobs}/asked-why: {note}"
        assert lines[1].startswith(f"decided at {plan['decidedAt']} on the signal of ")
        assert lines[2] == f"latest start {ahead(hours=23)}, deadline {ahead(hours=24)}"
        assert lines[3] == "length 1h (declared)"
        assert lines[4].split() == ["start", "(UTC)", "region", "zone", "g/kWh", "grams"]
        rows = [line.split() for line in lines[5:]]
        assert rows[0][0] == "*"
        assert plan["chosen"]["region"] in rows[0]
        assert [row[-4] for row in rows[1:]] == [way["region"] for way in plan["alternatives"]]
        grams = [float(row[-1]) for row in rows]
        assert grams == sorted(grams), "the chosen way is first, and the best"

    def test_why_in_json_is_the_plan_on_the_pod(self, cluster: Cluster, jobs: str) -> None:
        cluster.plane.create(pod_object(jobs, "json", PATIENT))
        cluster.await_event(jobs, "json", "CleanerWindow")
        said = json.loads(cluster.why(jobs, "json", "--output", "json"))
        assert rounded(said) == rounded(cluster.plan(jobs, "json"))

    @pytest.mark.parametrize(
        ("name", "annotations", "cause", "kind", "fragment"),
        [
            (
                "past",
                {"deadline": ahead(hours=-1), "expected-duration": "10m"},
                *("BadRequest", "Warning", "was in the past when the pod was created"),
            ),
            (
                "no-duration",
                {"deadline": ahead(hours=24)},
                *("BadRequest", "Warning", "needs carbon-kube.io/expected-duration beside it"),
            ),
            (
                "no-length",
                {"deadline": ahead(hours=24), "expected-duration": "0s"},
                *("BadRequest", "Warning", "expected-duration: must be longer than 0s"),
            ),
            (
                "negative",
                {"deadline": ahead(hours=24), "expected-duration": "-1h"},
                *("BadRequest", "Warning", "'-1h' is not a duration"),
            ),
            (
                "not-finite",
                {"max-delay": "infh"},
                *("BadRequest", "Warning", "'infh' is not a duration"),
            ),
            (
                "unreadable",
                {"deadline": "tomorrow noon", "expected-duration": "1h"},
                *("BadRequest", "Warning", "'tomorrow noon' is not an RFC 3339 time"),
            ),
            (
                "no-room",
                {"deadline": ahead(hours=2), "expected-duration": "3h"},
                *("DeadlineForcesStart", "Normal", "waiting longer would make it late"),
            ),
            (
                "no-delay",
                {"max-delay": "0s", "expected-duration": "1h"},
                *("DeadlineForcesStart", "Normal", "waiting longer would make it late"),
            ),
        ],
    )
    def test_what_cannot_wait_is_let_go_at_once_and_told_why(
        self,
        cluster: Cluster,
        jobs: str,
        name: str,
        annotations: dict[str, str],
        cause: str,
        kind: str,
        fragment: str,
    ) -> None:
        cluster.plane.create(pod_object(jobs, name, annotations))
        plan = cluster.await_start(jobs, name)
        assert plan["cause"] == cause
        event = cluster.await_event(jobs, name, cause)
        assert event["type"] == kind
        assert event["action"] == "Release"
        assert fragment in event["note"]
        assert cluster.why(jobs, name).startswith(f"pod {jobs}/{name}: {event['note']}\n")

    def test_a_pod_that_matches_no_node_is_left_to_the_scheduler(
        self, cluster: Cluster, jobs: str
    ) -> None:
        cluster.plane.create(pod_object(jobs, "nowhere", region="ap-south-1"))
        event = cluster.await_event(jobs, "nowhere", "NoPlace")
        assert event["note"].startswith("starting now: no ")
        assert not is_held(cluster.pod(jobs, "nowhere"))

    def test_a_held_pod_that_is_deleted_is_gone_at_once(self, cluster: Cluster, jobs: str) -> None:
        cluster.plane.create(pod_object(jobs, "deleted", PATIENT))
        cluster.await_plan(jobs, "deleted")
        cluster.plane.kubectl("delete", "pod", "deleted", "-n", jobs, "--timeout=30s")
        assert cluster.plane.try_kubectl("get", "pod", "deleted", "-n", jobs).code == 1

    def test_a_pod_is_told_its_plan_once_not_at_every_look(
        self, cluster: Cluster, jobs: str
    ) -> None:
        cluster.plane.create(pod_object(jobs, "told", PATIENT))
        first = cluster.await_event(jobs, "told", "CleanerWindow")
        # Each of these makes the controller look at all pods again.
        for i in range(3):
            cluster.plane.create(pod_object(jobs, f"noise-{i}", PATIENT))
            cluster.await_plan(jobs, f"noise-{i}")
        names = [event["metadata"]["name"] for event in cluster.events(jobs, "told")]
        assert names == [first["metadata"]["name"]]

    def test_a_burst_of_pods_is_planned_within_seconds_none_forgotten(
        self, cluster: Cluster, jobs: str
    ) -> None:
        burst = {f"burst-{i:02}" for i in range(40)}
        cluster.plane.create(*(pod_object(jobs, name, PATIENT) for name in sorted(burst)))

        def planned() -> set[str]:
            pods = cluster.plane.get("pods", "-n", jobs)["items"]
            return {
                pod["metadata"]["name"]
                for pod in pods
                if PLAN in pod["metadata"].get("annotations", {})
            }

        # The next look that does not come from a change is up to five minutes away.
        with contextlib.suppress(AssertionError):
            wait_for("all have a plan", lambda: burst <= planned(), timeout=20)
        assert burst - planned() == set()


class TestRights:
    """The ServiceAccount may do what the controller does, and nothing else."""

    ALLOWED = (
        ("get", "nodes"),
        ("list", "nodes"),
        ("watch", "nodes"),
        ("get", "pods"),
        ("list", "pods"),
        ("watch", "pods"),
        ("patch", "pods"),
        ("create", "events.events.k8s.io"),
        ("get", "leases.coordination.k8s.io", "-n", "carbon-kube"),
        ("create", "leases.coordination.k8s.io", "-n", "carbon-kube"),
        ("update", "leases.coordination.k8s.io", "-n", "carbon-kube"),
        ("patch", "leases.coordination.k8s.io", "-n", "carbon-kube"),
        ("get", "configmaps/carbon-scores", "-n", "carbon-kube"),
        ("patch", "configmaps/carbon-scores", "-n", "carbon-kube"),
    )
    FORBIDDEN = (
        ("*", "*"),
        ("get", "secrets"),
        ("list", "secrets", "-n", "carbon-kube"),
        ("get", "configmaps"),
        ("list", "configmaps", "-n", "carbon-kube"),
        ("patch", "configmaps/other", "-n", "carbon-kube"),
        ("create", "configmaps", "-n", "carbon-kube"),
        ("delete", "configmaps/carbon-scores", "-n", "carbon-kube"),
        ("create", "pods"),
        ("delete", "pods"),
        ("update", "pods"),
        ("create", "pods", "--subresource=exec"),
        ("create", "pods", "--subresource=eviction"),
        ("create", "pods", "--subresource=binding"),
        ("patch", "pods", "--subresource=status"),
        ("patch", "nodes"),
        ("update", "nodes"),
        ("delete", "nodes"),
        ("get", "events.events.k8s.io"),
        ("delete", "events.events.k8s.io"),
        ("create", "serviceaccounts", "--subresource=token", "-n", "carbon-kube"),
        ("create", "namespaces"),
        ("patch", "deployments.apps"),
        ("patch", "jobs.batch"),
        ("patch", "clusterroles.rbac.authorization.k8s.io"),
        ("create", "clusterrolebindings.rbac.authorization.k8s.io"),
        ("patch", "mutatingadmissionpolicies.admissionregistration.k8s.io"),
        ("impersonate", "users"),
        ("get", "leases.coordination.k8s.io", "-n", "kube-system"),
        ("delete", "leases.coordination.k8s.io", "-n", "carbon-kube"),
    )

    def answers(self, cluster: Cluster, questions: tuple[tuple[str, ...], ...]) -> dict[str, str]:
        """What the API server says to each, asked a few at a time."""
        found: dict[str, str] = {}

        def ask(question: tuple[str, ...]) -> None:
            done = cluster.plane.try_kubectl("auth", "can-i", f"--as={ACCOUNT}", *question)
            found[" ".join(question)] = done.out.strip() or str(done)

        for start in range(0, len(questions), 4):
            threads = [
                threading.Thread(target=ask, args=(question,))
                for question in questions[start : start + 4]
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        return found

    def test_what_the_controller_does_is_allowed(self, cluster: Cluster) -> None:
        answers = self.answers(cluster, self.ALLOWED)
        assert answers == dict.fromkeys(answers, "yes")
        assert len(answers) == len(self.ALLOWED)

    def test_what_it_need_not_do_is_forbidden(self, cluster: Cluster) -> None:
        answers = self.answers(cluster, self.FORBIDDEN)
        assert answers == dict.fromkeys(answers, "no")
        assert len(answers) == len(self.FORBIDDEN)

    def test_its_token_cannot_read_a_secret(self, cluster: Cluster) -> None:
        request = urllib.request.Request(
            f"{cluster.plane.server}/api/v1/secrets",
            headers={"Authorization": f"Bearer {cluster.token}"},
        )
        trust = ssl.create_default_context(cafile=cluster.plane.folder / "pki" / "ca.crt")
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=30, context=trust)
        assert refused.value.code == 403


class TestZones:
    """What the controller would work with, without one."""

    def test_every_region_of_the_nodes_has_its_zone_and_what_it_is_worth(
        self, cluster: Cluster, grid: str
    ) -> None:
        done = carbon_kube(
            *("zones", "--kubeconfig", cluster.plane.kubeconfig, "--provider-url", grid),
            *("--clock", cluster.clock, "--region", "us-west-2=US-NW-BPAT"),
            *("--region", "eu-north-1=SE", "--output", "json"),
        )
        assert done.code == 0, done.err
        zones = {row["region"]: row for row in json.loads(done.out)["zones"]}
        assert {region: row["zone"] for region, row in zones.items()} == {
            "eu-central-1": "DE",
            "eu-north-1": "SE",
            "us-east-1": "US-MIDA-PJM",
            "us-west-1": "US-CAL-CISO",
            "us-west-2": "US-NW-BPAT",
        }
        for row in zones.values():
            assert row["nodes"] > 0
            assert row["kind"] == "average-lifecycle"
            assert row["rung"] == "fresh"
            assert row["source"] == "electricity-maps"
            assert row["g_per_kwh"] >= row["low_24h"]["g_per_kwh"] > 0
        assert zones["us-west-2"]["mapped_by"] == "--region"
        assert zones["us-west-2"]["alternatives"] == [
            {"zone": "US-NW-PACW", "source": "electricity-maps", "as_of": "2026-08-21"}
        ]
        assert zones["us-west-1"]["mapped_by"] == "electricity-maps"
        assert zones["us-west-1"]["mapped_as_of"] == "2026-08-21"

    def test_the_provider_is_asked_where_the_regions_lie(self, cluster: Cluster, grid: str) -> None:
        done = carbon_kube(
            *("zones", "--kubeconfig", cluster.plane.kubeconfig, "--provider-url", grid),
            *("--clock", cluster.clock, "--region", "us-west-2=US-NW-BPAT"),
            *("--check-map", "--output", "json"),
        )
        assert done.code == 0, done.err
        said = {row["region"]: row["provider_says"] for row in json.loads(done.out)["zones"]}
        assert said == {
            "eu-central-1": {"zone": "DE", "agrees": True},
            "eu-north-1": {"zone": "SE-SE3", "agrees": True},
            "us-east-1": {"zone": "US-MIDA-PJM", "agrees": True},
            "us-west-1": {"zone": "US-CAL-CISO", "agrees": True},
            "us-west-2": {"zone": "US-NW-PACW", "agrees": False},
        }

    def test_a_provider_without_names_for_the_regions_borrows_none(self, cluster: Cluster) -> None:
        done = carbon_kube(
            *("zones", "--kubeconfig", cluster.plane.kubeconfig, "--signal", "direct"),
            *("--provider", "gb-carbon-intensity", "--check-map", "--output", "json"),
        )
        assert done.code == 0, done.err
        for row in json.loads(done.out)["zones"]:
            assert row["zone"] == ""
            assert "calls its zone is not known: --region" in row["unknown"]
            assert "cannot be asked in which zone" in row["provider_says"]["error"]

    def test_a_zone_that_the_token_does_not_have_is_unknown_and_said(
        self, cluster: Cluster, grid: str
    ) -> None:
        done = carbon_kube(
            *("zones", "--zone", "FR", "--zone", "DE", "--provider-url", grid),
            *("--clock", cluster.clock),
        )
        assert done.code == 0, done.err
        assert "the token's plan does not include this zone" in done.err
        assert "zone FR: no provider has spoken of it yet" in done.out
        assert "fresh" in done.out

    def test_a_forecast_has_its_bounds_and_its_source(self, cluster: Cluster, grid: str) -> None:
        done = carbon_kube(
            *("forecast", "--zone", "DE", "--provider-url", grid, "--clock", cluster.clock),
            *("--horizon", "24h", "--output", "json"),
        )
        assert done.code == 0, done.err
        (zone,) = json.loads(done.out)["zones"]
        assert zone["rung"] == "fresh"
        assert zone["step_seconds"] == 3600
        assert len(zone["steps"]) == 24
        for step in zone["steps"]:
            assert 0 <= step["p10"] <= step["g_per_kwh"] <= step["p90"]
