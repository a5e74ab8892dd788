# SPDX-License-Identifier: Apache-2.0
"""Wrong input, an unfriendly world, and help, of every command."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from harness import (
    CARBON_KUBE,
    DATA,
    PLANE,
    REPOSITORY,
    STEP,
    Child,
    Ended,
    Plane,
    carbon_kube,
    error_line,
    free_port,
    kubeconfig_text,
    run,
    survivors,
    wait_for,
    write_private,
)

SUBCOMMANDS = (
    "controller",
    "why",
    "release",
    "zones",
    "forecast",
    "plan",
    "serve",
    "simulate",
    "replay-grid",
)
SCRIPTS = sorted(
    str(path.relative_to(REPOSITORY))
    for path in (*(REPOSITORY / "scripts").iterdir(), PLANE, REPOSITORY / "lab" / "guest")
    if os.access(path, os.X_OK) and path.is_file()
)
SECRET = "secret-5f3c9a"
CONTRACT_TEST = REPOSITORY / "build" / "dev" / "tests" / "kube" / "real_plane_test"

FILES = {
    "jobs.csv": "arrival_time,length,cpus\n0,100,1\n",
    "short.csv": "arrival_time,length,cpus\n0,100\n",
    "negative.csv": "arrival_time,length,cpus\n0,100,1\n5,-5,1\n",
    "endless.csv": "arrival_time,length,cpus\n0,inf,1\n",
    "nojobs.csv": "arrival_time,length,cpus\n",
    "columns.csv": "arrival,length,cpus\n0,100,1\n",
    "zone.csv": "time,g_per_kwh\n2021-01-01T00:00Z,10\n2021-01-01T01:00Z,20\n",
    "letters.csv": "time,g_per_kwh\n2021-01-01T00:00Z,10\n2021-01-01T01:00Z,abc\n",
    "below.csv": "time,g_per_kwh\n2021-01-01T00:00Z,-10\n",
    "nan.csv": "time,g_per_kwh\n2021-01-01T00:00Z,nan\n",
    "unordered.csv": "time,g_per_kwh\n2021-01-01T01:00Z,1\n2021-01-01T00:00Z,1\n",
    "broken.csv.gz": "\x1f\x8bnot really",
    "empty": "",
    "broken.yaml": f"users:\n- user: {{token: {SECRET}\n",
    "text.yaml": f"token {SECRET}\n",
    "plain.json": kubeconfig_text("10.0.0.1", SECRET),
    "no-ca.json": kubeconfig_text("https://127.0.0.1:1", SECRET, Path("/nonexistent/ca.crt")),
    "down.json": kubeconfig_text("https://127.0.0.1:1", SECRET),
}
SIMULATE = "simulate --jobs jobs.csv --signal X=zone.csv"
BACKTEST = f"forecast --backtest --data {DATA}"
REPLAY = f"replay-grid --data {DATA} --start 2021-08-02T00:00Z"
CONTROLLER = "controller --kubeconfig down.json"

# (command, exit code, what its one line of stderr says)
WRONG = [
    ("", 2, "A subcommand is required"),
    ("nonsense", 2, "nonsense"),
    ("--nonsense", 2, "--nonsense"),
    # simulate
    ("simulate", 2, "--jobs is required"),
    (f"{SIMULATE} --nonsense", 2, "--nonsense"),
    ("simulate --jobs missing.csv --signal X=zone.csv", 2, "cannot read missing.csv: No such file"),
    ("simulate --jobs short.csv --signal X=zone.csv", 2, "short.csv:2: expected 3 fields"),
    ("simulate --jobs negative.csv --signal X=zone.csv", 2, "negative.csv:3: length '-5' is not"),
    ("simulate --jobs endless.csv --signal X=zone.csv", 2, "endless.csv:2: length 'inf' is not"),
    ("simulate --jobs nojobs.csv --signal X=zone.csv", 2, "nojobs.csv: no jobs below the header"),
    ("simulate --jobs columns.csv --signal X=zone.csv", 2, "columns.csv:1: the header has no colu"),
    ("simulate --jobs . --signal X=zone.csv", 2, "cannot read .: it is a folder"),
    ("simulate --jobs jobs.csv --signal zone.csv", 2, "'zone.csv' is not of the form ZONE=FILE"),
    ("simulate --jobs jobs.csv --signal X=missing.csv", 2, "zone X: cannot read missing.csv: No s"),
    ("simulate --jobs jobs.csv --signal X=letters.csv", 2, "letters.csv:3: g_per_kwh 'abc' is not"),
    ("simulate --jobs jobs.csv --signal X=below.csv", 2, "below.csv:2: g_per_kwh '-10' is not"),
    ("simulate --jobs jobs.csv --signal X=nan.csv", 2, "nan.csv:2: g_per_kwh 'nan' is not"),
    ("simulate --jobs jobs.csv --signal X=unordered.csv", 2, "unordered.csv:3: "),
    ("simulate --jobs jobs.csv --signal X=broken.csv.gz", 2, "cannot read broken.csv.gz: gzip"),
    (f"{SIMULATE} --signal X=zone.csv", 2, "zone X is given twice"),
    (f"{SIMULATE} --policy nonsense", 2, "there is no policy 'nonsense'"),
    (f"{SIMULATE} --rules nonsense", 2, "there are no rules 'nonsense'"),
    (f"{SIMULATE} --hours -1", 2, "--hours must be more than 0"),
    (f"{SIMULATE} --hours nan", 2, "--hours must be more than 0"),
    (f"{SIMULATE} --hours soon", 2, "--hours"),
    (f"{SIMULATE} --watts-per-cpu inf", 2, "--watts-per-cpu must be"),
    (f"{SIMULATE} --start yesterday", 2, "--start: 'yesterday' is not an RFC 3339 time"),
    (f"{SIMULATE} --start 2030-01-01T00:00Z", 2, "2030-01-01T00:00:00Z is not in the signal"),
    (f"{SIMULATE} --max-wait -1h", 2, "--max-wait: '-1h' is not a duration"),
    (f"{SIMULATE} --job-unit days", 2, "'days' is neither seconds nor hours"),
    (f"{SIMULATE} --output xml", 2, "'xml' is not table, json or csv"),
    # replay-grid
    ("replay-grid", 2, "nothing to replay"),
    (f"replay-grid --data {DATA}", 2, "when does the replay start?"),
    ("replay-grid --data missing --start 2021-08-02T00:00Z", 2, "cannot read missing/carbon/zone"),
    (f"replay-grid --data {DATA} --start soon", 2, "--start: 'soon' is not an RFC 3339 time"),
    (f"replay-grid --data {DATA} --clock soon", 2, "--clock: clock 'soon' is neither 'real' nor"),
    (f"{REPLAY} --clock real", 2, "--clock"),
    (f"{REPLAY} --speed -1", 2, "--speed: '-1' is not a number above 0"),
    (f"{REPLAY} --speed nan", 2, "--speed: 'nan' is not a number above 0"),
    (f"{REPLAY} --recording nonsense", 2, "'nonsense' is not ZONE=ACTUAL.csv.gz"),
    (f"{REPLAY} --recording X=missing.csv", 2, "cannot read missing.csv: No such file"),
    (f"{REPLAY} --recording X=letters.csv", 2, "letters.csv:3: g_per_kwh 'abc' is not"),
    (f"{REPLAY} --address nonsense", 2, "'nonsense' is not an IP address"),
    (f"{REPLAY} --address 192.0.2.1", 1, "cannot listen on 192.0.2.1:0: "),
    (f"{REPLAY} --port 99999", 2, "--port"),
    (f"{REPLAY} --port-file missing/port", 2, "--port-file: cannot write missing/port"),
    (f"{REPLAY} --token-file missing", 2, "--token-file: cannot read missing: No such file"),
    (f"{REPLAY} --token-file empty", 2, "--token-file: empty starts with an empty line"),
    (f"{REPLAY} --kind nonsense", 2, "--kind"),
    # controller
    ("controller --kubeconfig missing", 2, "cannot read missing: No such file"),
    ("controller --kubeconfig broken.yaml", 2, "broken.yaml: malformed YAML in line"),
    ("controller --kubeconfig text.yaml", 2, "text.yaml: not a kubeconfig"),
    ("controller --kubeconfig plain.json", 2, "server '10.0.0.1' is not a URL"),
    ("controller --kubeconfig no-ca.json", 2, "cannot read /nonexistent/ca.crt: No such file"),
    (f"{CONTROLLER} --context nonsense", 2, "down.json: no context 'nonsense'"),
    (f"{CONTROLLER} --clock nonsense", 2, "--clock: clock 'nonsense' is neither"),
    (f"{CONTROLLER} --default-max-delay soon", 2, "--default-max-delay: 'soon' is not a duration"),
    (f"{CONTROLLER} --start-margin -5m", 2, "--start-margin: '-5m' is not a duration"),
    (f"{CONTROLLER} --default-duration 0s", 2, "--default-duration: must be longer than 0s"),
    (f"{CONTROLLER} --min-saving nan", 2, "--min-saving"),
    (f"{CONTROLLER} --min-saving 2", 2, "--min-saving"),
    (f"{CONTROLLER} --region nonsense", 2, "--region: 'nonsense' is not REGION=ZONE"),
    (f"{CONTROLLER} --regions jobs.csv", 2, "jobs.csv:1: the header has no column 'cloud'"),
    (f"{CONTROLLER} --token-file missing", 2, "--token-file: cannot read missing: No such file"),
    (f"{CONTROLLER} --provider nonsense", 2, "there is no provider 'nonsense'; known: "),
    (f"{CONTROLLER} --provider-url ftp://x", 2, "'ftp://x' does not start with https:// or http"),
    (f"{CONTROLLER} --signal nonsense", 2, "--signal"),
    (f"{CONTROLLER} --log-level loud", 2, "--log-level"),
    (f"{CONTROLLER} --signal marginal", 2, "electricity-maps has no marginal signal"),
    (f"{CONTROLLER} --stand-in nonsense", 2, "--stand-in: there is no provider 'nonsense'"),
    (f"{CONTROLLER} --stand-in-url http://x/v3", 2, "need --stand-in NAME"),
    (f"{CONTROLLER} --archive missing/grid.db", 1, "--archive: missing/grid.db: cannot be opened"),
    (f"{CONTROLLER} --archive letters.csv", 1, "--archive: letters.csv: is not a database"),
    (f"{CONTROLLER} --weather-point X=1", 2, "--weather-point: 'X=1' is not ZONE=LATITUDE"),
    (f"{CONTROLLER} --weather-url http://x", 2, "--weather-url needs --weather-point"),
    (f"{CONTROLLER} --sdk-address 8080", 2, "--sdk-address: '8080' is not an IP address and a p"),
    # serve
    ("serve", 2, "what shall be served? Give --zone ZONE or --location REGION"),
    ("serve --location mars", 2, "--location: no grid zone is known for region 'mars'"),
    ("serve --zone X --region x", 2, "--region: 'x' is not REGION=ZONE"),
    ("serve --zone X --address nonsense", 2, "'nonsense' is not an IP address"),
    ("serve --zone X --port 99999", 2, "--port"),
    ("serve --zone X --clock soon", 2, "--clock: clock 'soon' is neither"),
    ("serve --zone X --provider nonsense", 2, "there is no provider 'nonsense'; known: "),
    ("serve --zone X --archive missing/grid.db", 1, "--archive: missing/grid.db: cannot be op"),
    # zones
    ("zones", 2, "no cluster found: pass --kubeconfig"),
    ("zones --zone X --clock soon", 2, "--clock: clock 'soon' is neither"),
    ("zones --zone X --provider nonsense", 2, "there is no provider 'nonsense'; known: "),
    ("zones --zone X --output yaml", 2, "--output"),
    ("zones --zone X --check-map", 2, "--zone excludes --check-map"),
    ("zones --regions missing", 2, "--regions: cannot read missing: No such file"),
    ("zones --regions zone.csv", 2, "zone.csv:1: the header has no column 'cloud'"),
    ("zones --zone X --stand-in-zone DE=DE", 2, "need --stand-in NAME"),
    (
        "zones --zone X --signal direct --stand-in gb-carbon-intensity --stand-in-zone DE",
        2,
        "--stand-in-zone: 'DE' is not ZONE=NAME",
    ),
    ("zones --kubeconfig missing", 2, "cannot read missing: No such file"),
    # forecast
    ("forecast", 2, "of which zone? Give --zone ZONE, or --backtest"),
    ("forecast --zone X --provider nonsense", 2, "there is no provider 'nonsense'; known: "),
    ("forecast --zone X --clock soon", 2, "--clock: clock 'soon' is neither"),
    ("forecast --backtest", 2, "nothing to replay"),
    (f"{BACKTEST} --zone XX", 2, "--zone: there is no recording of zone 'XX'"),
    (f"{BACKTEST} --from soon", 2, "--from: 'soon' is not an RFC 3339 time"),
    (f"{BACKTEST} --from 2031-01-01T00:00Z", 2, "nothing is recorded from 2031-01-01T00:00:00Z"),
    (f"{BACKTEST} --horizon 5d", 2, "--horizon: from 5m to 96h, not 120h"),
    ("forecast --backtest --recording X=letters.csv", 2, "letters.csv:3: g_per_kwh 'abc' is not"),
    # why and release
    ("why", 2, "pod is required"),
    ("why a/b/c --kubeconfig down.json", 2, "'a/b/c' is not a pod such as pod/NAME"),
    ("why pod/x --kubeconfig down.json --output yaml", 2, "--output"),
    ("why pod/x --kubeconfig missing", 2, "cannot read missing: No such file"),
    ("why pod/x --kubeconfig broken.yaml", 2, "broken.yaml: malformed YAML in line"),
    ("why pod/x", 2, "no cluster found: pass --kubeconfig"),
    ("release --kubeconfig down.json", 2, "name one pod, or give --all"),
    ("release pod/x --all --kubeconfig down.json", 2, "name one pod, or give --all"),
    ("release --all --kubeconfig text.yaml", 2, "text.yaml: not a kubeconfig"),
    ("release --all --if-controller-gone soon --kubeconfig down.json", 2, "'soon' is not a durat"),
]


def one_line(done: Ended) -> str:
    line = error_line(done)
    assert SECRET not in line
    return line


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with FILES."""
    folder = tmp_path_factory.mktemp("desk")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="latin-1")
    return folder


@pytest.mark.parametrize(("command", "code", "fragment"), WRONG, ids=lambda value: str(value)[:70])
def test_wrong_input_is_one_clear_error(desk: Path, command: str, code: int, fragment: str) -> None:
    # Without a HOME there is no ~/.kube/config of the user's.
    done = run(CARBON_KUBE, *command.split(), cwd=desk, env={"HOME": str(desk)}, timeout=100)
    line = one_line(done)
    assert done.code == code, str(done)
    assert fragment in line
    subcommand = command.split(" ")[0]
    prefix = f"carbon-kube {subcommand}: " if subcommand in SUBCOMMANDS else "carbon-kube: "
    assert line.startswith(prefix), str(done)


@pytest.mark.parametrize("subcommand", SUBCOMMANDS)
def test_help_of_a_subcommand_ends_well_and_has_an_example(subcommand: str) -> None:
    done = carbon_kube(subcommand, "--help")
    assert done.code == 0, str(done)
    assert done.err == ""
    assert "Example" in done.out
    assert f"carbon-kube {subcommand} " in done.out.partition("Example")[2]


def test_help_names_every_subcommand() -> None:
    done = carbon_kube("--help")
    assert done.code == 0, str(done)
    assert all(re.search(rf"^  {name} ", done.out, re.MULTILINE) for name in SUBCOMMANDS)


@pytest.mark.parametrize("script", SCRIPTS)
def test_help_of_a_script_ends_well_and_has_an_example(script: str) -> None:
    done = run(REPOSITORY / script, "--help")
    assert done.code == 0, str(done)
    assert "usage:" in done.out
    assert "example" in done.out
    assert done.err == ""


@pytest.mark.parametrize(
    ("command", "fragment"),
    [
        ("lab/plane nonsense", "there is no command 'nonsense'"),
        ("lab/plane up --nonsense", "there is no option '--nonsense'"),
        ("lab/plane up --name UPPER", "a plane's name is"),
        ("lab/plane up --nodes-per-region -1", "--nodes-per-region needs a number"),
        ("lab/plane up --watch-pid nan", "--watch-pid needs a process id"),
        ("scripts/test nonsense", "unknown stage 'nonsense'"),
        ("scripts/bootstrap --nonsense", "there is no option '--nonsense'"),
    ],
)
def test_wrong_usage_of_a_script_is_one_clear_error(command: str, fragment: str) -> None:
    script, *flags = command.split()
    done = run(REPOSITORY / script, *flags)
    assert done.code == 2, str(done)
    assert fragment in one_line(done)


@pytest.mark.parametrize("command", ["kubeconfig", "kubectl get pods", "stop-apiserver"])
def test_a_plane_that_does_not_run_is_one_clear_error(command: str) -> None:
    word, *rest = command.split()
    done = run(PLANE, word, "--name", "no-such", *rest)
    assert done.code == 1, str(done)
    assert "there is no plane 'no-such'" in one_line(done)


@pytest.fixture
def nobody() -> list[str]:
    """The beginning of a command that runs as somebody without rights."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("only root with setpriv can try another user's rights")
    prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    if run(*prefix, "test", "-x", str(PLANE)).code != 0:
        pytest.skip(f"another user may not read {REPOSITORY}")
    return prefix


@pytest.mark.parametrize("script", ["lab/plane build", "scripts/bootstrap --print-venv"])
def test_an_unwritable_cache_is_one_clear_error_and_leaves_nothing(
    nobody: list[str], tmp_path: Path, script: str
) -> None:
    cache = tmp_path / "cache"
    cache.mkdir(mode=0o755)
    program, flag = script.split()
    done = run(
        *(*nobody, REPOSITORY / program, flag),
        env={"CARBON_KUBE_CACHE": str(cache), STEP: "unwritable", "HOME": str(tmp_path)},
    )
    assert done.code == 1, str(done)
    line = one_line(done)
    assert str(cache) in line
    assert "CARBON_KUBE_CACHE" in line
    assert list(cache.iterdir()) == []
    assert survivors("unwritable", STEP) == []


def test_a_full_disk_while_building_is_one_clear_error_and_leaves_nothing(tmp_path: Path) -> None:
    """The compiler is played: it says what Go's says then."""
    (tmp_path / "bin").mkdir()
    compiler = tmp_path / "bin" / "go"
    compiler.write_text(
        "#!/bin/sh\necho 'link: /x/kube: write: no space left on device' >&2\nexit 1\n"
    )
    compiler.chmod(0o755)
    cache = tmp_path / "cache"
    done = run(
        *(PLANE, "build"),
        env={
            "CARBON_KUBE_CACHE": str(cache),
            "PATH": f"{compiler.parent}:{os.environ['PATH']}",
            STEP: "full",
        },
    )
    assert done.code == 1, str(done)
    assert "the disk is full" in done.err.splitlines()[-1]
    left = [path for path in cache.rglob("*") if path.is_file() and path.name != "lock"]
    assert left == []
    assert survivors("full", STEP) == []


def test_a_result_that_cannot_be_written_is_one_clear_error(desk: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [CARBON_KUBE, *SIMULATE.split()],
            cwd=desk,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == "carbon-kube simulate: cannot write the result\n"


@pytest.fixture(scope="module")
def unfriendly(
    plane: Plane, tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, str], Ended]:
    """What each command says to each of these worlds. All wait at the same time."""
    folder = tmp_path_factory.mktemp("unfriendly")
    right_ca = plane.folder / "pki" / "ca.crt"
    own_ca = folder / "ca.crt"
    made = run(
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=other"),
        *("-days", "1", "-keyout", folder / "key", "-out", own_ca),
    )
    assert made.code == 0, str(made)
    worlds = {
        "down": kubeconfig_text(f"https://127.0.0.1:{free_port()}", SECRET, right_ca),
        "wrong-token": kubeconfig_text(plane.server, SECRET, right_ca),
        "wrong-ca": kubeconfig_text(plane.server, SECRET, own_ca),
    }
    children = {}
    for world, text in worlds.items():
        kubeconfig = write_private(folder / f"{world}.json", text)
        for command in ("controller", "why pod/x", "release --all"):
            children[world, command] = Child(
                *(CARBON_KUBE, *command.split(), "--kubeconfig", kubeconfig),
                log=folder / f"{world}-{command.split()[0]}.log",
            )
    try:
        return {
            key: Ended(child.process.args, child.wait(120), "", child.text(), 0)
            for key, child in children.items()
        }
    finally:
        for child in children.values():
            child.end()


@pytest.mark.parametrize("command", ["controller", "why pod/x", "release --all"])
@pytest.mark.parametrize(
    ("world", "fragment"),
    [
        ("down", "Failed to connect to 127.0.0.1"),
        ("wrong-token", "Unauthorized (HTTP 401)"),
        ("wrong-ca", "SSL certificate problem"),
    ],
)
def test_an_unfriendly_api_server_is_one_clear_error(
    unfriendly: dict[tuple[str, str], Ended], world: str, command: str, fragment: str
) -> None:
    done = unfriendly[world, command]
    assert done.code == 1, str(done)
    line = one_line(done)
    assert fragment in line
    assert line.startswith(f"carbon-kube {command.split()[0]}: ")


def test_a_signal_ends_a_controller_that_still_waits_for_its_api_server(
    desk: Path, tmp_path: Path
) -> None:
    child = Child(
        *(CARBON_KUBE, "controller", "--kubeconfig", desk / "down.json"), log=tmp_path / "log"
    )
    try:
        # It holds the signal back from its first moments on, so it cannot come too early.
        wait_for("the signal is blocked", lambda: blocks_sigterm(child.process.pid), timeout=30)
        assert child.signal(signal.SIGTERM, patience=5) == 0, child.text()
    finally:
        child.end()


def blocks_sigterm(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status").read_text()
    blocked = re.search(r"^SigBlk:\s*([0-9a-f]+)$", status, re.MULTILINE)
    assert blocked is not None
    return bool(int(blocked[1], 16) & 1 << (signal.SIGTERM - 1))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda n: n.name)
def test_a_signal_ends_replay_grid_and_its_port_is_free_again(
    tmp_path: Path, number: signal.Signals
) -> None:
    port = free_port()
    for attempt in range(2):
        port_file = tmp_path / f"port-{attempt}"
        child = Child(
            *(CARBON_KUBE, *REPLAY.split(), "--port", str(port), "--port-file", port_file),
            log=tmp_path / f"log-{attempt}",
        )
        try:
            wait_for("the port is open", lambda file=port_file: file.exists(), timeout=60)
            assert port_file.read_text() == f"{port}\n"
            assert child.signal(number, patience=5) == 0, child.text()
            assert f"serving 5 zones on http://127.0.0.1:{port}\n" in child.text()
        finally:
            child.end()


def test_a_port_that_is_taken_is_one_clear_error(tmp_path: Path) -> None:
    port_file = tmp_path / "port"
    first = Child(*(CARBON_KUBE, *REPLAY.split(), "--port-file", port_file), log=tmp_path / "log")
    try:
        port = wait_for(
            "the port is open",
            lambda: port_file.exists() and port_file.read_text().strip(),
            timeout=60,
        )
        done = carbon_kube(*REPLAY.split(), "--port", port)
        assert done.code == 1, str(done)
        assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in one_line(done)
    finally:
        first.end()


def test_the_client_keeps_its_contract_with_a_real_api_server(plane: Plane) -> None:
    if not CONTRACT_TEST.is_file():
        pytest.skip(f"{CONTRACT_TEST} is not built: scripts/test e2e builds it")
    done = run(
        CONTRACT_TEST,
        env={"CARBON_KUBE_TEST_KUBECONFIG": str(plane.kubeconfig)},
        timeout=300,
    )
    assert done.code == 0, str(done)
    # A young plane still remembers every version, so the test of that one skips itself.
    passed = re.search(r"PASSED  \] (\d+) tests?\.", done.out)
    assert passed is not None, str(done)
    assert int(passed[1]) >= 8, str(done)
