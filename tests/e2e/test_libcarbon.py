# SPDX-License-Identifier: Apache-2.0
"""What other languages load: libcarbon.so, with what a real cluster publishes."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from carbon_scores import Scores
from cluster import ORIGIN
from libcarbon import LIBRARY, Pod, Ranker, known

POD = Pod(cpu_millicores=4000, memory_bytes=16 * 10**9, run_milliseconds=2 * 3600 * 1000)
MOST_BYTES = 5 * 1024 * 1024
RUNTIME = {"libstdc++.so.6", "libm.so.6", "libgcc_s.so.1", "libc.so.6", "ld-linux-x86-64.so.2"}


def dynamic(flag: str) -> str:
    done = subprocess.run(
        ["readelf", "--wide", flag, str(LIBRARY)], check=True, capture_output=True, text=True
    )
    return done.stdout


def test_it_needs_nothing_but_the_runtime_and_is_small() -> None:
    needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic("--dynamic")))
    assert "libstdc++.so.6" in needed
    assert needed <= RUNTIME
    assert LIBRARY.stat().st_size < MOST_BYTES


def test_it_hands_out_the_functions_of_its_header_and_no_others() -> None:
    header = (LIBRARY.parents[3] / "src" / "capi" / "carbon_kube.h").read_text()
    declared = set(re.findall(r"^CARBON_API [^(]*?(carbon_\w+)\(", header, flags=re.MULTILINE))
    assert len(declared) == 10
    defined = set(
        re.findall(r"(?:FUNC|OBJECT)\s+GLOBAL\s+DEFAULT\s+\d+ (\S+)", dynamic("--dyn-syms"))
    )
    assert defined == declared


def test_its_header_is_plain_c() -> None:
    header = LIBRARY.parents[3] / "src" / "capi" / "carbon_kube.h"
    subprocess.run(
        [*("cc", "-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror"), "-fsyntax-only"]
        + ["-x", "c", str(header)],
        check=True,
    )


def test_it_ranks_the_clusters_nodes_by_what_the_cluster_publishes(scores: Scores) -> None:
    assert scores.poll().code == 0
    nodes = json.loads(scores.cluster.plane.kubectl("get", "nodes", "-o", "json"))["items"]
    ranker = Ranker(json.dumps({"regions": {"us-west-2": "US-NW-BPAT", "eu-north-1": "SE"}}))
    try:
        found = scores.found()
        assert found is not None
        ranker.load_zones(found["data"]["zones"])
        region_of = {}
        for node in nodes:
            labels = node["metadata"]["labels"]
            name = node["metadata"]["name"]
            region_of[name] = labels["topology.kubernetes.io/region"]
            ranker.upsert(
                name,
                region=region_of[name],
                instance_type=labels.get("node.kubernetes.io/instance-type", ""),
            )
        now = int(ORIGIN.timestamp() * 1000) + 30 * 60 * 1000
        names = list(region_of)
        scored = ranker.score(POD, now, names)
        assert scored.unknown == 0
        score_of = dict(zip(names, scored.scores, strict=True))
        best = {region_of[name] for name, score in score_of.items() if score == 100}
        assert best == {"eu-north-1"}
        explained = [ranker.explain(POD, now, name) for name in names]
        assert {each["zone"] for each in explained} == {zone["zone"] for zone in scores.zones()}
        assert [each["value"] for each in explained] == pytest.approx(known(scored.values))
        day_after = now + 24 * 3600 * 1000
        later = ranker.score(POD, day_after, names)
        assert later.unknown == len(names)
        assert set(later.scores) == {0}
    finally:
        ranker.close()


def test_what_is_wrong_is_said() -> None:
    with pytest.raises(ValueError, match="'speed' is no option"):
        Ranker('{"speed": 9}')
    ranker = Ranker()
    try:
        with pytest.raises(ValueError, match="not a JSON array"):
            ranker.load_zones("<html>")
        with pytest.raises(ValueError, match="1 to 253 bytes"):
            ranker.upsert("")
    finally:
        ranker.close()
