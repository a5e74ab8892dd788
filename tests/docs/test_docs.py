# SPDX-License-Identifier: Apache-2.0
"""Holds the documentation against the code: what the code has, a page must name."""

from __future__ import annotations

import os
import re
import subprocess
import textwrap
from functools import cache
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
DOCS = REPOSITORY / "docs"
REFERENCE = DOCS / "reference"
DECISIONS = DOCS / "adr"
LONGEST_DECISION = 60
LONGEST_CONTRIBUTING = 120

PAGES = sorted(
    path
    for path in (*REPOSITORY.glob("*.md"), *DOCS.rglob("*.md"))
    if path.is_file() and not path.is_symlink()
)
# What a user of the project cannot follow: other machines' paths and places.
FOREIGN = re.compile(r"(?<![\w.])/(?:work|tmp|root|home)/")


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def without_code(text: str) -> str:
    """The text without its fenced and inline code, in which nothing is a link or a heading."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`\n]*`", "", text)


def anchors_of(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```", "", text_of(page), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ +(.*)$", text, flags=re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings
    }


def relative(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


def section(text: str, heading: str) -> str:
    """What stands under the second-level heading, or nothing."""
    found = re.search(
        rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, flags=re.MULTILINE | re.DOTALL
    )
    return found.group(1) if found else ""


# ---- All pages


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(text_of(page))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{relative(page)}: there is no {target}"
        if anchor:
            assert anchor in anchors_of(file), f"{relative(page)}: no heading for {target}"


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_names_no_path_of_the_writers_machine(page: Path) -> None:
    found = FOREIGN.search(text_of(page))
    assert found is None, f"{relative(page)}: {found.group(0) if found else ''}"


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_paths_in_code_exist(page: Path) -> None:
    """`src/…`, `lab/…` and such in backticks are files or folders of the repository."""
    prefixes = r"(?:src|tests|lab|scripts|cmake|data|deploy|docs|benchmarks)/"
    for name in re.findall(rf"`({prefixes}[\w./-]+)`", text_of(page)):
        if re.search(r"NNNN|ROOM|[A-Z]+_KIND|(?:^|[/_])my_|/x(?:[_/.]|$)", name):
            continue  # a place for something that the reader writes
        assert (REPOSITORY / name).exists(), f"{relative(page)}: there is no {name}"


def test_every_page_is_in_the_index() -> None:
    index = text_of(DOCS / "README.md")
    for page in DOCS.rglob("*.md"):
        if page.parent == DECISIONS or page == DOCS / "README.md":
            continue
        assert f"({page.relative_to(DOCS)})" in index, f"{page.name} is not in docs/README.md"


def test_contributing_is_short() -> None:
    lines = text_of(REPOSITORY / "CONTRIBUTING.md").count("\n")
    assert lines <= LONGEST_CONTRIBUTING, f"{lines} lines"


# ---- Annotations, labels, events


def pod_constants() -> list[str]:
    text = text_of(REPOSITORY / "src/workloads/pod.h") + text_of(
        REPOSITORY / "src/workloads/node.h"
    )
    return re.findall(r'constexpr std::string_view k\w+\s*=\s*"([^"]+/[^"]+)"', text)


def test_the_code_has_annotations() -> None:
    assert len(pod_constants()) >= 6


@pytest.mark.parametrize("name", pod_constants())
def test_every_label_and_annotation_is_described(name: str) -> None:
    assert f"`{name}`" in text_of(REFERENCE / "annotations-and-labels.md")


def causes() -> list[str]:
    return re.findall(r'\{Cause::\w+, "(\w+)"\}', text_of(REPOSITORY / "src/plan/reason.cpp"))


def test_the_code_has_causes() -> None:
    assert len(causes()) >= 7


@pytest.mark.parametrize("cause", causes())
def test_every_event_is_described(cause: str) -> None:
    page = text_of(REFERENCE / "events.md")
    assert f"`{cause}`" in page, "it has no row in the table"
    assert section(page, cause).strip(), "it has no section"


# ---- Providers


def providers() -> list[str]:
    return re.findall(r'Provider\{"([a-z-]+)",', text_of(REPOSITORY / "src/feeds/feeds.cpp"))


def test_the_code_has_providers() -> None:
    assert len(providers()) >= 6


@pytest.mark.parametrize("name", providers())
def test_every_provider_is_described(name: str) -> None:
    page = text_of(REFERENCE / "providers.md")
    assert f"\n| `{name}` |" in page, "it has no row in the table"
    assert section(page, name).strip(), "it has no section"


# ---- The Carbon Aware SDK's API


def endpoints() -> list[tuple[str, str]]:
    source = text_of(REPOSITORY / "src/serve/carbon_aware_sdk_api.cpp")
    return re.findall(r'\{"(GET|POST)", "(/[a-z/-]+)", \w+\}', source)


def test_every_endpoint_is_described_and_no_other() -> None:
    page = text_of(REFERENCE / "carbon-aware-sdk-api.md")
    described = re.findall(r"^\| `(GET|POST) (/[a-z/-]+)` \|", page, flags=re.MULTILINE)
    assert len(described) >= 9
    assert described == endpoints()


# ---- Commands


@cache
def printed(*arguments: str) -> str:
    binary = REPOSITORY / os.environ.get("CARBON_KUBE_BINARY", "build/release/src/carbon-kube")
    if not binary.is_file():
        pytest.skip(f"there is no {binary}: make build, or set CARBON_KUBE_BINARY")
    done = subprocess.run(
        [binary, *arguments],
        cwd=REPOSITORY,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        check=True,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    return done.stdout


def help_of(*command: str) -> str:
    return printed(*command, "--help")


def subcommands() -> list[str]:
    listed = help_of().partition("Subcommands:")[2]
    return re.findall(r"^  ([a-z][a-z-]*) ", listed, flags=re.MULTILINE)


def flags_of(command: str) -> set[str]:
    options = help_of(command).partition("Options:")[2]
    flags: set[str] = set()
    for line in re.findall(r"^  (-\S+)", options, flags=re.MULTILINE):
        flags.update(re.findall(r"-{1,2}[a-z][a-z-]*", line))
    return flags - {"-h", "--help"}


def test_every_command_has_a_section() -> None:
    page = text_of(REFERENCE / "cli.md")
    assert subcommands(), "--help lists no commands"
    for command in subcommands():
        assert section(page, command).strip(), f"cli.md has no section '{command}'"


def test_every_flag_is_described_and_no_other() -> None:
    page = text_of(REFERENCE / "cli.md")
    for command in subcommands():
        rows = "\n".join(
            line for line in section(page, command).splitlines() if line.startswith("| `")
        )
        cells = " ".join(row.split("|")[1] for row in rows.splitlines())
        described = set(re.findall(r"(?<![\w-])-{1,2}[a-z][a-z-]*", cells))
        assert described == flags_of(command), f"the flags of {command}"


# ---- Figures


def figures() -> list[Path]:
    return sorted((DOCS / "figures").glob("*.svg"))


def test_every_figure_is_shown_with_words_for_who_cannot_see_it() -> None:
    shown = {
        (page.parent / target).resolve(): words
        for page in PAGES
        for words, target in re.findall(r"!\[([^\]]*)\]\(([^)\s]+\.svg)\)", text_of(page))
    }
    assert set(shown) == {path.resolve() for path in figures()}
    assert all(len(words) > 40 for words in shown.values())


@pytest.mark.parametrize("figure", figures(), ids=relative)
def test_a_figure_holds_no_date_and_its_command_is_told(figure: Path) -> None:
    text = text_of(figure)
    assert "<dc:date>" not in text
    assert FOREIGN.search(text) is None
    (script,) = (
        path
        for path in (REPOSITORY / "benchmarks").glob("*.py")
        if f'"{figure.stem}")' in text_of(path)
    )
    command = f'"$(scripts/bootstrap --print-venv)/bin/python" {relative(script)}'
    assert any(command in text_of(page) for page in PAGES), f"no page says: {command}"


def test_the_figure_of_policies_names_all_of_the_table_and_all_zones() -> None:
    table = section(text_of(DOCS / "policies.md"), "Measured").partition("| of oracle |")[0]
    policies = re.findall(r"`([a-z-]+)`", "".join(re.findall(r"^\| `.*?\|", table, re.MULTILINE)))
    assert len(policies) >= 9
    zones = re.findall(r"\| saved \|(.*)\|", table)[0].replace("|", " ").split()
    texts = re.findall(r"<text[^>]*>([^<]+)</text>", text_of(DOCS / "figures" / "policies.svg"))
    assert set(policies) <= set(texts)
    assert set(zones) <= set(texts)


# ---- Scheduler


def test_every_metric_of_the_scheduler_is_described_and_no_other() -> None:
    code = text_of(REPOSITORY / "scheduler/emission/metrics.go")
    (prefix,) = re.findall(r'^const subsystem = "(\w+)"$', code, flags=re.MULTILINE)
    names = {f"{prefix}_{name}" for name in re.findall(r'Name: +"(\w+)"', code)}
    assert names
    page = section(text_of(REFERENCE / "scheduler.md"), "Metrics")
    assert set(re.findall(r"^\| `(\w+)", page, flags=re.MULTILINE)) == names


def test_every_metric_of_the_extender_is_described_and_no_other() -> None:
    code = text_of(REPOSITORY / "src/serve/extender_metrics.cpp")
    names = set(re.findall(r'"(carbonkube_extender_\w+)"', code))
    assert names
    page = section(text_of(REFERENCE / "scheduler.md"), "Metrics of the extender")
    assert set(re.findall(r"^\| `(\w+)", page, flags=re.MULTILINE)) == names


def test_every_arg_of_the_scheduler_is_described_and_no_other() -> None:
    code = text_of(REPOSITORY / "scheduler/emission/args.go")
    args = set(re.findall(r'`json:"(\w+),omitempty"`', code)) - {"apiVersion", "kind"}
    header = text_of(REPOSITORY / "src/capi/carbon_kube.h")
    ranking = {f"ranking.{name}" for name in re.findall(r'^ \*   "(\w+)":', header, re.MULTILINE)}
    assert ranking
    page = section(text_of(REFERENCE / "scheduler.md"), "Args")
    assert set(re.findall(r"^\| `([\w.]+)`", page, flags=re.MULTILINE)) == args | ranking


def config_in(manifest: str) -> str:
    """The text under config.yaml, with whose comments it is printed."""
    block = re.search(
        r"^  config\.yaml: \|\n((?:    .*\n|\n)+)", text_of(REPOSITORY / manifest), re.MULTILINE
    )
    assert block, f"{manifest} holds no config.yaml"
    return textwrap.dedent(block.group(1))


@pytest.mark.parametrize(
    ("form", "manifest"),
    [
        ("extender", "deploy/scheduler/extender.yaml"),
        ("plugin", "deploy/scheduler/carbon-scheduler.yaml"),
    ],
)
def test_a_manifest_holds_what_the_command_prints(form: str, manifest: str) -> None:
    assert config_in(manifest) == printed("scheduler-config", "--form", form)


def shown_in(text: str) -> list[tuple[list[str], str]]:
    """The commands of carbon-kube that stand alone in a block, each with its output."""
    shown = re.findall(
        r"^```console\n\$ carbon-kube ((?:[^\n]*\\\n)*[^\n]*)\n(.*?)^```$",
        text,
        re.MULTILINE | re.DOTALL,
    )
    return [(command.replace("\\\n", " ").split(), output) for command, output in shown]


def test_configurations_that_are_shown_are_what_the_command_prints() -> None:
    shown = shown_in(section(text_of(REFERENCE / "cli.md"), "scheduler-config"))
    assert len(shown) >= 3, "one of each form"
    for command, output in shown:
        assert output == printed(*command), command


def test_plans_that_are_shown_are_what_the_command_prints() -> None:
    pages = (REFERENCE / "cli.md", REPOSITORY / "README.md")
    shown = [each for page in pages for each in shown_in(text_of(page)) if each[0][0] == "plan"]
    assert len(shown) >= 2, "one a page"
    for command, output in shown:
        assert output == printed(*command), command


def test_scenarios_that_are_shown_are_what_the_command_prints() -> None:
    shown = shown_in(section(text_of(REFERENCE / "cli.md"), "simulate"))
    replayed = [each for each in shown if "--scenario" in each[0]]
    assert replayed, "one at least"
    for command, output in replayed:
        assert output == printed(*command), command


# ---- Rooms


def test_the_table_of_rooms_is_the_layer_rule() -> None:
    rule = text_of(REPOSITORY / "cmake/check_layers.cmake")
    lists = dict(re.findall(r"^set\((rooms|pure) ([a-z ]+)\)$", rule, flags=re.MULTILINE))
    table = section(text_of(DOCS / "architecture.md"), "Rooms")
    rows = re.findall(r"^\| `([a-z]+)` \|.*\| (yes|no) \|$", table, flags=re.MULTILINE)
    assert [room for room, _ in rows] == lists["rooms"].split()
    assert [room for room, pure in rows if pure == "yes"] == lists["pure"].split()


def test_rooms_without_code_are_called_reserved() -> None:
    table = section(text_of(DOCS / "architecture.md"), "Rooms")
    for room, what in re.findall(r"^\| `([a-z]+)` \| (.*?) \|", table, flags=re.MULTILINE):
        is_there = (REPOSITORY / "src" / room).is_dir()
        assert is_there != what.startswith("reserved"), room


def test_tests_named_in_the_table_of_failures_exist() -> None:
    table = section(text_of(DOCS / "architecture.md"), "What fails, and what happens then")
    tests = "\n".join(text_of(path) for path in REPOSITORY.glob("tests/*/*_test.cpp"))
    for cell in re.findall(r"\| ([^|]*_test`[^|]*) \|$", table, flags=re.MULTILINE):
        for name in re.findall(r"\b[A-Z]\w{10,}", cell):
            assert re.search(rf"TEST\w*\(\w+, {name}\)", tests), f"there is no test {name}"


# ---- Decisions


def decisions() -> list[Path]:
    return sorted(path for path in DECISIONS.glob("*.md") if path.name != "README.md")


@pytest.mark.parametrize("decision", decisions(), ids=lambda path: path.name)
def test_a_decision_has_its_form(decision: Path) -> None:
    name = re.fullmatch(r"(\d{4})-[a-z0-9-]+\.md", decision.name)
    assert name, "it is not called NNNN-title.md"
    text = text_of(decision)
    assert text.startswith(f"# {name.group(1)} "), "its heading does not begin with its number"
    assert text.count("\n") <= LONGEST_DECISION
    for part in ("Status", "Context", "Decision", "Consequences", "Rejected"):
        assert section(text, part).strip(), f"it has no section '{part}'"
    assert f"({decision.name})" in text_of(DECISIONS / "README.md"), "the index does not list it"


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(path.name[:4]) for path in decisions()]
    assert numbers == list(range(1, len(numbers) + 1))
