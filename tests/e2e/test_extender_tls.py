# SPDX-License-Identifier: Apache-2.0
"""Schedulers on other machines: the extender answers who shows a certificate, and nobody else."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import ssl
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from asking import Asking
from carbon_scores import Scores, publish_as_of_now
from certificates import Authority, Pair
from cluster import Cluster
from extender import Extender
from harness import carbon_kube, wait_for
from second_scheduler import CLEANEST

PODS = 40
QUESTION = json.dumps({"Pod": {}, "Nodes": None, "NodeNames": ["eu-north-1-0001"]}).encode()


@dataclass
class Secured:
    """An extender's files, who may ask it, and who may not."""

    server: Pair
    scheduler: Pair
    stranger: Pair

    @property
    def flags(self) -> tuple[str | Path, ...]:
        return (
            *("--tls-cert-file", self.server.certificate),
            *("--tls-private-key-file", self.server.key),
            *("--client-ca-file", self.server.authority),
        )


@pytest.fixture(scope="module")
def asking(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    made = Asking(cluster, tmp_path_factory.mktemp("extender-tls"))
    yield made
    made.remove()


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Secured:
    folder = tmp_path_factory.mktemp("certificates")
    ours = Authority(folder, "ours")
    return Secured(
        ours.sign("extender", "serverAuth"),
        ours.sign("scheduler", "clientAuth"),
        Authority(folder, "foreign").sign("stranger", "clientAuth"),
    )


def ask(port: int, authority: Path, client: Pair | None) -> int:
    """The status of an answer over TLS; an OSError where there is none."""
    context = ssl.create_default_context(cafile=authority)
    if client is not None:
        context.load_cert_chain(client.certificate, client.key)
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=context)
    try:
        connection.request("POST", "/prioritize", QUESTION)
        return connection.getresponse().status
    finally:
        connection.close()


def test_a_scheduler_with_a_certificate_is_answered(
    asking: Asking, secured: Secured, scores: Scores
) -> None:
    publish_as_of_now(scores)
    flags = (*secured.flags, "--metrics-address", "127.0.0.1:0")
    with (
        asking.extender(*flags) as extender,
        asking.scheduler("secured", extender.port, secured.scheduler),
    ):
        regions = asking.run("secured", PODS)
        assert regions[CLEANEST] >= 0.99 * PODS, str(regions)
        assert "on https://127.0.0.1:" in extender.child.text()
        assert answered(extender) >= PODS


def answered(extender: Extender) -> float:
    """What it tells Prometheus, which shows no certificate."""
    with urllib.request.urlopen(extender.metrics_url, timeout=10) as page:
        lines = page.read().decode().splitlines()
    name = 'carbonkube_extender_requests_total{outcome="answered",verb="prioritize"} '
    (line,) = [line for line in lines if line.startswith(name)]
    return float(line.removeprefix(name))


def test_others_are_turned_away_and_hinder_nobody(asking: Asking, secured: Secured) -> None:
    authority = secured.server.authority
    with asking.extender(*secured.flags) as extender:
        assert ask(extender.port, authority, secured.scheduler) == 200
        for client in (None, secured.stranger):
            with pytest.raises(OSError, match=r"(?i)unknown ca|certificate required|reset"):
                ask(extender.port, authority, client)
        plain = http.client.HTTPConnection("127.0.0.1", extender.port, timeout=10)
        plain.request("POST", "/prioritize", QUESTION)
        answer = plain.getresponse()
        assert (answer.status, answer.read()) == (400, b"this port speaks TLS: ask by https\n")
        silent = [socket.create_connection(("127.0.0.1", extender.port)) for _ in range(100)]
        assert ask(extender.port, authority, secured.scheduler) == 200
        for connection in silent:
            connection.close()


def test_a_stranger_by_metrics_sees_no_more_than_metrics(asking: Asking, secured: Secured) -> None:
    with asking.extender(*secured.flags, "--metrics-address", "127.0.0.1:0") as extender:
        request = urllib.request.Request(
            extender.metrics_url.replace("/metrics", "/prioritize"), data=QUESTION
        )
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=10)
        assert refused.value.code == 404


def test_replaced_certificates_are_taken_in(
    asking: Asking, secured: Secured, scores: Scores, tmp_path: Path
) -> None:
    mounted = Pair(tmp_path / "tls.crt", tmp_path / "tls.key", secured.server.authority)
    shutil.copy(secured.server.certificate, mounted.certificate)
    shutil.copy(secured.server.key, mounted.key)
    later = Authority(tmp_path, "later").sign("extender", "serverAuth")
    with asking.extender(*Secured(mounted, secured.scheduler, secured.stranger).flags) as extender:
        shutil.copy(later.key, mounted.key)
        publish_as_of_now(scores)  # a change wakes it
        wait_for("it says what is wrong", lambda: "stay in use" in extender.child.text(), 75)
        assert "tls.key does not fit the certificate" in extender.child.text()
        assert ask(extender.port, secured.server.authority, secured.scheduler) == 200
        shutil.copy(later.certificate, mounted.certificate)
        scores.cluster.forget_the_grid()
        wait_for("the new pair", lambda: "replaced certificates" in extender.child.text(), 75)
        assert ask(extender.port, later.authority, secured.scheduler) == 200


def test_wrong_tls_flags_are_one_clear_error(secured: Secured, tmp_path: Path) -> None:
    empty = tmp_path / "empty.crt"
    empty.touch()
    good = [str(flag) for flag in secured.flags]
    foreign_key = [*good[:3], str(secured.scheduler.key), *good[4:]]
    for flags, words in (
        (good[:2], "--tls-cert-file, --tls-private-key-file and --client-ca-file go together"),
        (foreign_key, "TLS: "),
        (foreign_key, "does not fit the certificate"),
        ([*good[:5], str(empty)], "empty.crt is not a certificate in PEM"),
        ([*good[:5], str(tmp_path / "none")], "none: No such file"),
        (["--address", "0.0.0.0"], "let schedulers show certificates"),
        (["--metrics-address", "here"], "--metrics-address: 'here' is not an IP address"),
    ):
        done = carbon_kube("extender", *flags)
        assert done.code == 2, str(done)
        assert words in done.err, str(done)
        assert done.err.count("\n") == 1
