# SPDX-License-Identifier: Apache-2.0
"""The ConfigMap that tells a cluster what is known of the grid: by a controller, by poll."""

from __future__ import annotations

import json
import signal

import pytest

from carbon_scores import NAME, NAMESPACE, Scores
from cluster import ORIGIN, Cluster, stamp
from harness import CARBON_KUBE, Child, carbon_kube, kubeconfig_text, wait_for, write_private

NOBODY = "http://127.0.0.1:9/v3"  # the port of discard, where nothing listens
ZONES = ["DE", "SE", "US-CAL-CISO", "US-MIDA-PJM", "US-NW-BPAT"]


def test_one_round_writes_every_zone_of_the_nodes_in_the_seeds_form(scores: Scores) -> None:
    done = scores.poll()
    assert done.code == 0, str(done)
    assert done.out == f"wrote ConfigMap {NAMESPACE}/{NAME}: 5 zones, 0 unknown\n"
    zones = scores.zones()
    assert [zone["zone"] for zone in zones] == ZONES
    for zone in zones:
        assert list(zone)[:4] == ["zone", "intensity", "timestamp", "forecast"]
        assert zone["intensity"] > 0
        # The clock of the tests runs as fast as theirs: still the first hours.
        assert 0 <= zone["timestamp"] - ORIGIN.timestamp() < 3 * 3600
        assert zone["timestamp"] % 3600 == 0
        assert len(zone["forecast"]) == 24
        assert zone["forecast"][0] == zone["intensity"]
        assert all(hour > 0 for hour in zone["forecast"])
        assert zone["kind"] == "average-lifecycle"
        assert zone["rung"] == "fresh"
        assert zone["source"] == "electricity-maps"
    by_name = {zone["zone"]: zone for zone in zones}
    assert by_name["SE"]["intensity"] < 60 < 200 < by_name["US-MIDA-PJM"]["intensity"]


def test_it_is_ours_by_server_side_apply_and_the_fields_of_others_stay(scores: Scores) -> None:
    assert scores.poll().code == 0
    scores.cluster.plane.kubectl(
        *("annotate", "configmap", NAME, "-n", NAMESPACE, "example.org/note=ours")
    )
    scores.cluster.plane.kubectl(
        *("patch", "configmap", NAME, "-n", NAMESPACE, "--type=merge"),
        *("-p", json.dumps({"data": {"zones": "[]", "theirs": "1"}})),
    )
    done = scores.poll()
    assert done.code == 0, str(done)
    found = scores.found()
    assert found is not None
    assert len(json.loads(found["data"]["zones"])) == 5
    assert found["data"]["theirs"] == "1"
    assert found["metadata"]["annotations"]["example.org/note"] == "ours"
    managers = {entry["manager"]: entry for entry in found["metadata"]["managedFields"]}
    assert managers["carbon-kube"]["operation"] == "Apply"


def test_a_second_round_that_knows_nothing_new_writes_nothing(scores: Scores) -> None:
    assert scores.poll().code == 0
    before = scores.found()
    done = scores.poll()
    assert done.code == 0, str(done)
    assert done.out.startswith("unchanged: ConfigMap carbon-kube/carbon-scores: 5 zones")
    assert scores.found() == before


def test_a_round_without_a_provider_keeps_what_was_known_and_says_how_old(
    scores: Scores,
) -> None:
    assert scores.poll().code == 0
    before = {zone["zone"]: zone for zone in scores.zones()}
    done = scores.poll(provider=NOBODY)
    assert done.code == 0, str(done)
    assert "warning: " in done.err
    after = {zone["zone"]: zone for zone in scores.zones()}
    assert after.keys() == before.keys()
    for name, zone in after.items():
        assert zone["heard_at"] == before[name]["heard_at"]
        assert zone["intensity"] == pytest.approx(before[name]["intensity"], abs=0.01)
        assert zone["estimated"] is True


def test_a_round_that_learns_nothing_and_knew_nothing_fails_and_writes_nothing(
    scores: Scores,
) -> None:
    done = scores.poll("--zone", "NO-SUCH", provider=NOBODY)
    assert done.code == 1, str(done)
    assert "nothing is known of any zone" in done.err
    assert scores.found() is None


def test_what_is_only_a_yearly_mean_is_called_so(scores: Scores) -> None:
    done = scores.poll("--zone", "DE", "--zone", "NO-SUCH", provider=NOBODY)
    assert done.code == 0, str(done)
    assert "warning: zone DE: " in done.err
    (zone,) = scores.zones()
    assert zone["zone"] == "DE"
    assert zone["rung"] == "static-factor"
    assert zone["estimated"] is True
    assert set(zone["forecast"]) == {zone["intensity"]}


def test_a_dry_run_shows_the_config_map_and_needs_no_cluster(grid: str, cluster: Cluster) -> None:
    done = carbon_kube(
        *("poll", "--once", "--dry-run", "--zone", "DE", "--zone", "FR", "--output", "json"),
        *("--provider-url", grid, "--clock", cluster.clock),
        env={"KUBECONFIG": "/nonexistent"},
    )
    assert done.code == 0, str(done)
    shown = json.loads(done.out)
    assert shown["kind"] == "ConfigMap"
    assert shown["metadata"]["name"] == NAME
    assert [zone["zone"] for zone in json.loads(shown["data"]["zones"])] == ["DE"]
    assert json.loads(shown["data"]["unknown"]) == ["FR"]


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--dry-run",), "--dry-run needs --once"),
        (("--once", "--scores-configmap", "scores"), "--scores-configmap: 'scores' is not"),
        (("--once", "--scores-configmap", ""), "--scores-configmap: poll writes one"),
        (("--once", "--clock", "soon"), "--clock"),
        (("--once", "--region", "here"), "--region: 'here' is not REGION=ZONE"),
        (("--once", "--provider", "nobody"), "there is no provider 'nobody'"),
    ],
)
def test_a_wrong_flag_is_named_and_nothing_is_done(flags: tuple[str, ...], message: str) -> None:
    done = carbon_kube("poll", *flags, env={"KUBECONFIG": "/nonexistent"})
    assert done.code == 2, str(done)
    assert message in done.err
    assert done.err.count("\n") == 1


def test_without_the_right_to_write_it_says_so(scores: Scores) -> None:
    plane = scores.cluster.plane
    token = plane.kubectl("create", "token", "-n", "kube-system", "default").strip()
    stranger = write_private(
        scores.cluster.folder / "stranger.kubeconfig",
        kubeconfig_text(plane.server, token, plane.folder / "pki" / "ca.crt"),
    )
    done = scores.poll("--zone", "DE", kubeconfig=stranger)
    assert done.code == 1, str(done)
    assert "the ConfigMap is not written" in done.err
    assert "cannot patch resource" in done.err
    assert token not in done.err


def test_without_once_it_polls_until_it_is_stopped(
    scores: Scores,
) -> None:
    log = scores.cluster.folder / "poll.log"
    poll = Child(CARBON_KUBE, "poll", *scores.flags(), log=log)
    try:
        wait_for("the ConfigMap is there", scores.found, timeout=30)
        assert [zone["zone"] for zone in scores.zones()] == ZONES
        assert poll.signal(signal.SIGTERM, patience=5) == 0, poll.text()
        assert scores.cluster.token not in poll.text()
    finally:
        poll.end()


def test_a_controller_publishes_the_same(scores: Scores) -> None:
    with scores.cluster.controller(scores.grid):
        wait_for("the ConfigMap is there", scores.found, timeout=60)
    by_controller = {zone["zone"]: zone for zone in scores.zones()}
    assert sorted(by_controller) == ZONES
    found = scores.found()
    assert found is not None
    assert found["data"]["written_at"] >= stamp(ORIGIN)
    scores.cluster.forget_the_grid()
    assert scores.poll().code == 0
    for zone in scores.zones():
        assert zone["zone"] in by_controller
        assert len(zone["forecast"]) == len(by_controller[zone["zone"]]["forecast"])


def test_a_controller_told_to_publishes_nothing(scores: Scores) -> None:
    with scores.cluster.controller(scores.grid, "--scores-configmap", "") as controller:
        wait_for("it leads", lambda: "this controller acts" in controller.text(), timeout=60)
        wait_for("it polls", lambda: "polling 5 zones" in controller.text(), timeout=60)
    assert scores.found() is None
