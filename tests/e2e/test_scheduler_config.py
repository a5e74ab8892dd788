# SPDX-License-Identifier: Apache-2.0
"""What `carbon-kube scheduler-config` prints, loaded by the schedulers that it is for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from asking import Asking
from carbon_scores import Scores, publish_as_of_now
from certificates import Authority
from cluster import Cluster
from harness import REPOSITORY, Ended, Plane, carbon_kube, free_port, run
from second_scheduler import (
    CARBON_SCHEDULER,
    CARBON_SCHEDULER_1_24,
    CLEANEST,
    objects_of,
    plain_scheduler,
)

URL = "https://carbon.example:9443"
PODS = 30


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("pki"), "ca")


@pytest.fixture(scope="module")
def certificates(authority: Authority) -> list[str]:
    """Flags for an https URL; kube-scheduler reads the files when it starts."""
    client = authority.sign("scheduler", "clientAuth")
    return [
        f"--ca-file={client.authority}",
        f"--cert-file={client.certificate}",
        f"--key-file={client.key}",
    ]


def printed(*flags: str) -> str:
    done = carbon_kube("scheduler-config", *flags)
    assert done.code == 0, str(done)
    return done.out


def load(plane: Plane, program: Sequence[str | Path], text: str, folder: Path) -> tuple[Ended, str]:
    """Lets a scheduler load `text`; returns how that ended, and the configuration as it took it."""
    config, taken = folder / "config.yaml", folder / "taken.yaml"
    config.write_text(text)
    done = run(
        *(*program, "--config", config, "--write-config-to", taken, "--bind-address=127.0.0.1"),
        f"--secure-port={free_port()}",
        f"--authentication-kubeconfig={plane.kubeconfig}",
        f"--authorization-kubeconfig={plane.kubeconfig}",
    )
    return done, taken.read_text() if taken.is_file() else ""


def with_connection(text: str, plane: Plane) -> str:
    """With what a scheduler has of its own, in the form, YAML or JSON, that `text` has."""
    connection = {"clientConnection": {"kubeconfig": str(plane.kubeconfig)}}
    if text.startswith("{"):
        return json.dumps(json.loads(text) | connection)
    return f"{text}clientConnection: {json.dumps(connection['clientConnection'])}\n"


def is_within(part: Any, whole: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
    """Whether all that `part` says is said by `whole`, which may say more."""
    if isinstance(part, dict):
        return all(is_within(field, (whole or {}).get(name)) for name, field in part.items())
    if isinstance(part, list):
        return all(any(is_within(item, other) for other in whole or []) for item in part)
    return part == whole or (part is False and whole is None)


def assert_taken(taken: str, flags: Sequence[str]) -> None:
    wanted = json.loads(printed(*flags, "--output=json"))
    assert is_within(wanted, yaml.safe_load(taken)), f"{wanted}\n{taken}"


@pytest.mark.parametrize("output", ["yaml", "json"])
@pytest.mark.parametrize(
    "flags",
    [
        ("--form=extender",),
        ("--form=extender", "--scheduler-name=asking", "--timeout=1500ms", "--weight=6"),
        ("--form=extender", "--filter"),
        ("--form=extender", f"--url={URL}"),
        ("--form=extender", f"--url={URL}", "--server-name=carbon.example", "--filter"),
    ],
    ids=["usual", "named", "filter", "https", "https-filter"],
)
def test_a_plain_scheduler_takes_the_extender(
    plane: Plane, certificates: list[str], tmp_path: Path, flags: tuple[str, ...], output: str
) -> None:
    if any(URL in flag for flag in flags):
        flags = (*flags, *certificates)
    text = with_connection(printed(*flags, f"--output={output}"), plane)
    done, taken = load(plane, plain_scheduler(plane), text, tmp_path)
    assert done.code == 0, str(done)
    assert_taken(taken, flags)


@pytest.mark.parametrize("output", ["yaml", "json"])
@pytest.mark.parametrize(
    "flags",
    [
        ("--form=plugin",),
        (
            *("--form=plugin", "--scheduler-name=green", "--scores-configmap=grid/now"),
            *("--weight=3", "--region=dc-1=NO", "--region=us-west-2=US-NW-BPAT"),
            *("--formula=intensity-times-cores", "--stale-after=90m"),
        ),
        ("--form=plugin", "--provider=watttime"),
    ],
    ids=["usual", "all", "watttime"],
)
def test_carbon_scheduler_takes_the_plugin(
    plane: Plane, tmp_path: Path, flags: tuple[str, ...], output: str
) -> None:
    text = with_connection(printed(*flags, f"--output={output}"), plane)
    done, taken = load(plane, (CARBON_SCHEDULER,), text, tmp_path)
    assert done.code == 0, str(done)
    assert_taken(taken, flags)


@pytest.mark.parametrize("way", ["extender", "plugin"])
def test_a_scheduler_1_24_takes_either_way_of_katalyst(
    plane: Plane, tmp_path: Path, way: str
) -> None:
    flags = ("--form=katalyst", f"--via={way}")
    done, taken = load(
        plane, (CARBON_SCHEDULER_1_24,), with_connection(printed(*flags), plane), tmp_path
    )
    assert done.code == 0, str(done)
    assert_taken(taken, flags)


@pytest.mark.parametrize("way", ["extender", "plugin"])
def test_the_manifests_for_katalyst_hold_what_is_printed(plane: Plane, way: str) -> None:
    (config,) = objects_of(plane, REPOSITORY / "deploy" / "katalyst" / f"{way}.yaml")
    wanted = yaml.safe_load(printed("--form=katalyst", f"--via={way}"))
    held = yaml.safe_load(config["data"]["config.yaml"])
    assert held == wanted | {"leaderElection": held["leaderElection"]}


@pytest.mark.parametrize(
    ("program", "flags", "good", "bad"),
    [
        ("plain", ("--form=extender",), "prioritizeVerb:", "prioritiseVerb:"),
        ("plain", ("--form=extender",), "weight: 12", "weight: 0"),
        ("carbon", ("--form=plugin",), "ranking: {}", "ranking: {provider: nobody}"),
        ("plain", ("--form=plugin",), "", ""),
    ],
    ids=["field", "value", "ranking", "without-the-plugin"],
)
def test_a_scheduler_that_loads_it_would_refuse_another(
    plane: Plane, tmp_path: Path, program: str, flags: tuple[str, ...], good: str, bad: str
) -> None:
    """What the tests above rest on: loading is strict."""
    text = with_connection(printed(*flags), plane)
    assert good in text
    programs = {"plain": plain_scheduler(plane), "carbon": (CARBON_SCHEDULER,)}
    done, taken = load(
        plane, programs[program], text.replace(good, bad) if good else text, tmp_path
    )
    assert done.code != 0, str(done)
    assert taken == ""


def test_pods_are_placed_by_an_extender_that_is_asked_over_https(
    cluster: Cluster,
    scores: Scores,
    authority: Authority,
    certificates: list[str],
    tmp_path: Path,
) -> None:
    publish_as_of_now(scores)
    server = authority.sign("extender", "serverAuth")
    asking = Asking(cluster, tmp_path)
    tls = ("--tls-cert-file", server.certificate, "--tls-private-key-file", server.key)
    with asking.extender(*tls, "--client-ca-file", server.authority) as extender:
        url = f"--url=https://127.0.0.1:{extender.port}"
        (entry,) = yaml.safe_load(printed("--form=extender", url, *certificates))["extenders"]
        with asking.scheduler("printed", extender.port, None, **entry):
            regions = asking.run("printed", PODS)
    asking.remove()
    assert regions[CLEANEST] >= PODS - 1, str(regions)


def test_wrong_flags_are_one_clear_error() -> None:
    done = carbon_kube("scheduler-config", "--form", "extender", "--url", "http://10.0.0.5:9410")
    assert done.code == 2, str(done)
    assert done.err == (
        "carbon-kube scheduler-config: --url: http://10.0.0.5:9410 is not on this machine, so "
        "others could answer in plain HTTP; give an https URL with --ca-file, --cert-file and "
        "--key-file\n"
    )
    assert done.out == ""
