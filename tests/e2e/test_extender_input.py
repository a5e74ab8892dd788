# SPDX-License-Identifier: Apache-2.0
"""Bad input to a running extender: each gets an answer or is hung up on, and others are served."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from asking import Asking
from cluster import Cluster
from extender import Extender

NODES = [f"{region}-{i:04}" for region in ("eu-north-1", "us-west-1") for i in range(1, 5)]


@pytest.fixture(scope="module")
def extender(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Extender]:
    asking = Asking(cluster, tmp_path_factory.mktemp("extender-input"))
    with asking.extender() as running:
        yield running
    asking.remove()


def post(port: int, body: bytes, **headers: str) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", "/prioritize", body, headers)
        answer = connection.getresponse()
        text = answer.read()
        assert answer.getheader("Content-Length") == str(len(text))
        return answer.status, json.loads(text)
    finally:
        connection.close()


def question(names: list[str], pod: dict[str, Any] | None = None) -> bytes:
    return json.dumps({"Pod": pod or {}, "Nodes": None, "NodeNames": names}).encode()


def pod_with(containers: list[dict[str, Any]], **spec: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "metadata": {"name": "p", "namespace": "n"},
        "spec": {"containers": containers, **spec},
    }


def asking_for(cpu: str) -> dict[str, Any]:
    return {"name": "c", "resources": {"requests": {"cpu": cpu}}}


@pytest.mark.parametrize(
    "body",
    [
        question(NODES, pod_with([{"name": "c"}])),
        question(NODES, pod_with([asking_for("1m")] * 10_000)),
        question(
            NODES,
            pod_with(
                [asking_for("1")],
                initContainers=[{**asking_for("2"), "restartPolicy": "Always"}, asking_for("9")],
                overhead={"cpu": "100m"},
            ),
        ),
        question([f"node-{i}" for i in range(50_000)]),
        question(["a"] * 1000),
        question([]),
    ],
    ids=["asks-for-nothing", "10000-containers", "sidecars", "50000-names", "duplicates", "none"],
)
def test_strange_but_right_questions_are_answered(extender: Extender, body: bytes) -> None:
    status, answer = post(extender.port, body)
    assert status == 200
    assert isinstance(answer, list)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "not a JSON object"),
        (question(NODES)[:-20], "not a JSON object"),
        (b'{"NodeNames":["\xff\xfe"]}', "not a JSON object"),
        (b'{"NodeNames":[7]}', "NodeNames is not an array of texts"),
        (b"{}", "neither NodeNames nor Nodes.items is an array"),
        (b"[" * 100_000, "not a JSON object"),
    ],
    ids=["empty", "truncated", "no-utf-8", "numbers", "no-nodes", "deep"],
)
def test_wrong_questions_are_refused_with_a_reason(
    extender: Extender, body: bytes, words: str
) -> None:
    status, answer = post(extender.port, body)
    assert status == 400
    assert words in answer["error"]


def test_a_chunked_question_is_read(extender: Extender) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", extender.port, timeout=10)
    body = question(NODES)
    pieces = iter([body[:7], body[7:100], body[100:]])
    connection.request("POST", "/prioritize", pieces, encode_chunked=True)
    assert connection.getresponse().status == 200


def raw(port: int, text: bytes) -> tuple[socket.socket, bytes]:
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.sendall(text)
    return connection, connection.recv(200)


def test_100_mb_are_refused_before_they_are_read(extender: Extender) -> None:
    head = b"POST /prioritize HTTP/1.1\r\nHost: h\r\nContent-Length: 104857600\r\n\r\n"
    connection, heard = raw(extender.port, head)
    connection.close()
    assert heard.startswith(b"HTTP/1.1 413 ")
    # The same where the size is not told: it ends when there is too much.
    connection = socket.create_connection(("127.0.0.1", extender.port), timeout=30)
    connection.sendall(
        b"POST /prioritize HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    sent = 0
    with pytest.raises(OSError, match=r"reset|[Bb]roken pipe"):  # noqa: PT012
        while sent < 100:
            connection.sendall(chunk)
            sent += 1
    connection.close()
    assert 32 <= sent < 60, "it takes 32 MiB, and what the kernel holds"


def test_who_trickles_is_hung_up_on_and_hinders_nobody(extender: Extender) -> None:
    begun = time.monotonic()
    slow = [socket.create_connection(("127.0.0.1", extender.port)) for _ in range(150)]
    for connection in slow:
        connection.sendall(b"POST /prioritize HTTP/1.1\r\n")
    worst = 0.0
    while time.monotonic() - begun < 12:
        for connection in slow:
            try:
                connection.sendall(b"X")
            except OSError:
                continue
        asked = time.monotonic()
        assert post(extender.port, question(NODES))[0] == 200
        worst = max(worst, time.monotonic() - asked)
        time.sleep(0.5)
    for connection in slow:
        connection.settimeout(1)
        with contextlib.suppress(ConnectionResetError):
            assert connection.recv(1) == b""
        connection.close()
    assert worst < 1, "the scheduler has to be served meanwhile"


def test_a_connection_that_breaks_off_is_forgotten(extender: Extender) -> None:
    for _ in range(300):
        connection = socket.create_connection(("127.0.0.1", extender.port))
        connection.sendall(b"POST /prioritize HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n{")
        connection.close()
    assert post(extender.port, question(NODES))[0] == 200
