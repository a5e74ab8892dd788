# SPDX-License-Identifier: Apache-2.0
"""The Carbon Aware SDK's web API, of `serve` and of the controller, on a recorded grid."""

from __future__ import annotations

import contextlib
import csv
import gzip
import itertools
import json
import math
import signal
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cluster import Cluster
from harness import CARBON_KUBE, DATA, Child, carbon_kube, free_port, replay_grid, wait_for

START = datetime(2021, 8, 2, 6, 20, tzinfo=UTC)
HOUR = datetime(2021, 8, 2, 6, tzinfo=UTC)


def ask(url: str, target: str, body: Any = None, **query: Any) -> tuple[int, Any]:  # noqa: ANN401
    """Status and body of an answer; a list in the query is a repeated parameter."""
    text = urllib.parse.urlencode(query, doseq=True)
    request = urllib.request.Request(
        url + target + ("?" + text if text else ""),
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            content = answer.read().decode()
            return answer.status, json.loads(content) if content else None
    except urllib.error.HTTPError as refused:
        return refused.code, json.loads(refused.read().decode())


def exact(name: str) -> dict[datetime, float]:
    """Some days of a recording."""
    with gzip.open(DATA / "carbon" / f"{name}_lifecycle.csv.gz", "rt") as file:
        return {
            datetime.fromisoformat(row["time"]): float(row["g_per_kwh"])
            for row in csv.DictReader(file)
            if row["time"].startswith("2021-08-0") and row["g_per_kwh"]
        }


def recorded(name: str) -> dict[datetime, int]:
    """The same as Electricity Maps hands it out: whole grams."""
    return {hour: math.floor(value + 0.5) for hour, value in exact(name).items()}


def started(points: list[dict[str, Any]], name: str) -> list[datetime]:
    return [datetime.fromisoformat(point[name]) for point in points]


@pytest.fixture(scope="module")
def clock() -> str:
    now = datetime.now(UTC)
    return f"{START:%Y-%m-%dT%H:%M:%SZ}@{now:%Y-%m-%dT%H:%M:%SZ}x1"


@contextlib.contextmanager
def serve(folder: Path, *flags: str | Path) -> Iterator[tuple[str, Child]]:
    """URL and process of a `serve`, which a Ctrl-C ends."""
    port_file = folder / "port"
    child = Child(
        *(CARBON_KUBE, "serve", "--port", "0", "--port-file", port_file, *flags),
        log=folder / "serve.log",
    )
    try:
        port = wait_for(
            "serve has opened its port",
            lambda: port_file.exists() and port_file.read_text().strip(),
            timeout=30,
        )
        yield f"http://127.0.0.1:{port}", child
        assert child.signal(signal.SIGINT, patience=5) == 0, child.text()
    finally:
        child.end()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, clock: str) -> Iterator[str]:
    """URL of a `serve` of four zones that the provider has and one that it has not."""
    folder = tmp_path_factory.mktemp("serve")
    with (
        replay_grid(folder, clock) as provider,
        serve(
            *(folder, "--provider-url", provider, "--clock", clock),
            *("--zone", "DE", "--zone", "FR", "--location", "us-west-1", "--location", "us-east-1"),
            *("--location", "eu-north-1", "--region", "eu-north-1=SE"),
        ) as (url, child),
    ):
        lines = child.text().splitlines()
        assert any(line.startswith("warning: zone FR: ") for line in lines), child.text()
        assert f"serving 5 zones on {url}" in lines
        assert any(line.startswith("zone SE eu-north-1 ") for line in lines), child.text()
        assert any(" us-east-1 us-east-2" in line for line in lines), child.text()
        yield url


@pytest.fixture(scope="module")
def from_files(tmp_path_factory: pytest.TempPathFactory, clock: str) -> Iterator[str]:
    """URL of a `serve` on recordings as files: a provider that tells its past."""
    folder = tmp_path_factory.mktemp("files")
    for zone in ("DE", "SE"):
        recording = DATA / "carbon" / f"{zone}_lifecycle.csv.gz"
        (folder / f"{zone}.csv.gz").write_bytes(recording.read_bytes())
    with serve(
        *(folder, "--provider", "file", "--provider-url", folder, "--clock", clock),
        *("--zone", "DE", "--zone", "SE"),
    ) as (url, _):
        yield url


def test_the_present_is_what_the_provider_observed(served: str) -> None:
    status, points = ask(served, "/emissions/bylocation", location="us-west-1", details="true")
    assert status == 200
    assert points == [
        {
            "location": "us-west-1",
            "time": "2021-08-02T06:00:00+00:00",
            "rating": recorded("CISO")[HOUR],
            "duration": "01:00:00",
            "zone": "US-CAL-CISO",
            "kind": "average-lifecycle",
            "rung": "fresh",
            "estimated": False,
            "source": "electricity-maps",
        }
    ]


def test_the_past_is_the_recording(from_files: str) -> None:
    status, points = ask(
        *(from_files, "/emissions/bylocation"),
        location="eu-central-1",
        time="2021-08-01T20:30:00Z",
        toTime="2021-08-03",
    )
    assert status == 200
    known = exact("DE")
    hours = [HOUR - timedelta(hours=back) for back in range(10, -1, -1)]
    assert started(points, "time") == hours, "from the hour that holds the start to now"
    assert [point["rating"] for point in points] == [known[hour] for hour in hours]


def test_the_best_location_is_the_cleanest_of_those_observed(served: str) -> None:
    locations = ["eu-north-1", "us-east-2", "DE", "FR"]
    status, points = ask(served, "/emissions/bylocations", location=locations)
    assert status == 200
    ratings = {point["location"]: point["rating"] for point in points}
    assert ratings == {
        "eu-north-1": recorded("SE")[HOUR],
        "us-east-2": recorded("PJM")[HOUR],
        "DE": recorded("DE")[HOUR],
    }, "FR is unknown"
    status, best = ask(served, "/emissions/bylocations/best", location=locations)
    assert status == 200
    assert [point["location"] for point in best] == ["eu-north-1"]
    assert best[0]["rating"] == min(ratings.values())


def test_a_forecast_is_the_boards_and_its_windows_are_means(served: str) -> None:
    begin, end = HOUR + timedelta(hours=1), HOUR + timedelta(hours=30)
    scope = {"dataStartAt": begin.isoformat(), "dataEndAt": end.isoformat()}
    status, forecasts = ask(served, "/emissions/forecasts/current", location="DE", **scope)
    assert status == 200
    points = forecasts[0]["forecastData"]
    assert started(points, "timestamp") == [begin + timedelta(hours=i) for i in range(29)]
    assert {point["duration"] for point in points} == {60}
    assert forecasts[0]["windowSize"] == 60
    # What the provider had forecast for the next day goes into it: the two are not far apart.
    with gzip.open(DATA / "carbon" / "DE_forecast_lifecycle.csv.gz", "rt") as file:
        issued = {
            datetime.fromisoformat(row["time"]): float(row["g_per_kwh"])
            for row in csv.DictReader(file)
            if row["issued_at"] == "2021-08-02T00:00Z"
        }
    for point in points:
        value = issued[datetime.fromisoformat(point["timestamp"])]
        assert point["value"] == pytest.approx(value, rel=0.35), point
    status, smooth = ask(
        served, "/emissions/forecasts/current", location=["DE"], windowSize=120, **scope
    )
    assert status == 200
    windows = smooth[0]["forecastData"]
    means = [(a["value"] + b["value"]) / 2 for a, b in itertools.pairwise(points)]
    assert [window["value"] for window in windows] == pytest.approx(means)
    assert started(windows, "timestamp") == started(points, "timestamp")[:-1]
    lowest = min(windows, key=lambda window: window["value"])
    assert smooth[0]["optimalDataPoints"] == [lowest]
    assert lowest["duration"] == 120


def test_the_mean_of_a_time_is_that_of_the_recording(from_files: str) -> None:
    known = exact("SE")
    status, mean = ask(
        *(from_files, "/emissions/average-carbon-intensity"),
        location="SE",
        startTime="2021-08-02T02:00:00Z",
        endTime="2021-08-02T04:30:00Z",
    )
    assert status == 200
    hours = [known[HOUR - timedelta(hours=back)] for back in (4, 3, 2)]
    expected = (hours[0] + hours[1] + hours[2] / 2) / 2.5
    assert mean["carbonIntensity"] == pytest.approx(expected)
    assert mean["startTime"] == "2021-08-02T02:00:00+00:00"
    entries = [
        {"location": zone, "startTime": "2021-08-02T03:00:00", "endTime": "2021-08-02T04:00:00"}
        for zone in ("DE", "SE")
    ]
    status, means = ask(from_files, "/emissions/average-carbon-intensity/batch", entries)
    assert status == 200
    hour = HOUR - timedelta(hours=3)
    assert [mean["carbonIntensity"] for mean in means] == [exact("DE")[hour], known[hour]]


def test_what_is_unknown_is_no_content_and_what_is_wrong_says_why(served: str) -> None:
    assert ask(served, "/emissions/bylocation", location="FR") == (204, None)
    assert ask(served, "/emissions/forecasts/current", location="FR") == (204, None)
    future = {"time": "2021-08-02T08:00Z", "toTime": "2021-08-02T12:00Z"}
    assert ask(served, "/emissions/bylocation", location="DE", **future) == (204, None)
    status, problem = ask(served, "/emissions/bylocation", location="mars")
    assert status == 400
    assert "'mars' not found" in problem["errors"]["location"][0]
    status, problem = ask(served, "/emissions/forecasts/current", location="DE", windowSize="soon")
    assert status == 400
    assert "'soon' is not a whole number" in problem["errors"]["windowSize"][0]
    past = [{"location": "DE", "requestedAt": "2021-08-01T00:00:00Z"}]
    status, problem = ask(served, "/emissions/forecasts/batch", past)
    assert status == 501
    assert problem["title"] == "NotImplementedException"


def test_the_locations_are_the_zones_and_the_regions_in_them(served: str) -> None:
    status, locations = ask(served, "/locations")
    assert status == 200
    zones = {"DE", "FR", "SE", "US-CAL-CISO", "US-MIDA-PJM"}
    regions = {"eu-central-1", "eu-north-1", "eu-west-3", "us-east-1", "us-east-2", "us-west-1"}
    assert zones | regions <= set(locations)
    assert "us-west-2" not in locations, "its zone is not watched"
    status, detailed = ask(served, "/locations", details="true")
    assert status == 200
    assert {place["Zone"] for place in detailed.values()} == zones
    assert locations["us-east-2"]["Name"] == "us-east-2"
    with urllib.request.urlopen(f"{served}/health", timeout=30) as answer:
        assert answer.read() == b"Healthy"


def test_our_own_client_of_the_sdk_understands_it(served: str, clock: str) -> None:
    done = carbon_kube(
        *("zones", "--zone", "us-west-1", "--zone", "FR", "--output", "json", "--clock", clock),
        *("--provider", "carbon-aware-sdk", "--provider-url", served),
    )
    assert done.code == 0, str(done)
    known, unknown = json.loads(done.out)["zones"]
    assert known["g_per_kwh"] == recorded("CISO")[HOUR]
    assert known["source"] == "carbon-aware-sdk"
    assert known["low_24h"]["g_per_kwh"] < known["g_per_kwh"]
    assert unknown["g_per_kwh"] is None


def test_a_port_that_is_taken_is_one_clear_error(served: str, clock: str) -> None:
    port = served.rpartition(":")[2]
    done = carbon_kube(
        *("serve", "--zone", "DE", "--provider-url", "http://127.0.0.1:1/v3"),
        *("--clock", clock, "--port", port),
    )
    assert done.code == 1, str(done)
    assert done.out == ""
    last = done.err.splitlines()[-1]
    assert last == f"carbon-kube serve: cannot listen on 127.0.0.1:{port}: Address already in use"


def test_the_controller_serves_what_it_plans_with(cluster: Cluster, grid: str) -> None:
    ports = [free_port(), free_port()]
    children = [
        cluster.start_controller(
            grid, "--sdk-address", f"127.0.0.1:{port}", instance=f"serves-{port}"
        )
        for port in ports
    ]
    try:
        for port, child in zip(ports, children, strict=True):
            wait_for(
                "it serves",
                lambda child=child, port=port: (
                    f"is served on http://127.0.0.1:{port}" in child.text()
                ),
                timeout=60,
            )

        def observed(port: int, **query: str) -> Any:  # noqa: ANN401
            status, points = ask(f"http://127.0.0.1:{port}", "/emissions/bylocation", **query)
            return points if status == 200 else None

        # One of the two leads; both tell.
        for port in ports:
            points = wait_for(
                "the first answers are there",
                lambda port=port: observed(port, location="us-west-1"),
                timeout=60,
            )
            hour = datetime.fromisoformat(points[0]["time"])
            assert points[0]["rating"] == recorded("CISO")[hour]
            assert set(points[0]) == {"location", "time", "rating", "duration"}
    finally:
        for child in children:
            child.end()


def test_a_controller_that_cannot_serve_says_so(cluster: Cluster, grid: str, served: str) -> None:
    port = served.rpartition(":")[2]
    child = cluster.start_controller(
        grid, "--sdk-address", f"127.0.0.1:{port}", instance="serves-nothing"
    )
    try:
        assert child.wait(60) == 1
        assert child.text().splitlines()[-1] == (
            "carbon-kube controller: --sdk-address: cannot listen on "
            f"127.0.0.1:{port}: Address already in use"
        )
    finally:
        child.end()
