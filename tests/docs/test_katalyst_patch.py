# SPDX-License-Identifier: Apache-2.0
"""Holds the patch for Katalyst against this tree: what it adds must name what is here.

Katalyst's own module cannot be fetched in CI, so the patch is applied to files of its own context.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PATCH = REPOSITORY / "deploy" / "katalyst" / "carbon-score.patch"
# Katalyst's go.mod says 1.18; a module that asks for more cannot be required by it.
GO_OF_KATALYST = (1, 18)


def added() -> list[str]:
    lines = PATCH.read_text().splitlines()
    return [line[1:].strip() for line in lines if line.startswith("+") and line[1:2] != "+"]


def modules() -> dict[str, Path]:
    """The modules that the patch replaces, and their folders here."""
    found = [re.fullmatch(r"(\S+) => \.\./carbon-kube/(\S+)", line) for line in added()]
    return {each.group(1): REPOSITORY / each.group(2) for each in found if each}


def package() -> Path:
    """The folder of the package that the patch imports."""
    (path,) = [match.group(1) for match in (re.fullmatch(r'"(.+)"', x) for x in added()) if match]
    module = max((m for m in modules() if path.startswith(f"{m}/")), key=len)
    return modules()[module] / path.removeprefix(f"{module}/")


def go_mod(folder: Path) -> str:
    return (folder / "go.mod").read_text()


def test_every_module_is_required_and_replaced() -> None:
    required = [re.match(r"(\S+) v0\.0\.0(?: // indirect)?$", line) for line in added()]
    assert {each.group(1) for each in required if each} == set(modules())
    # A replacement in a module that is required does not count: the main module has to repeat it.
    for folder in modules().values():
        needed = re.findall(r"^replace (carbon-kube\.io/\S+) =>", go_mod(folder), re.MULTILINE)
        assert set(needed) <= set(modules()), folder


@pytest.mark.parametrize("module", modules())
def test_a_module_is_what_its_go_mod_says(module: str) -> None:
    text = go_mod(modules()[module])
    assert f"\nmodule {module}\n" in text
    language = re.search(r"^go (\d+)\.(\d+)", text, re.MULTILINE)
    assert language
    assert (int(language.group(1)), int(language.group(2))) <= GO_OF_KATALYST


def test_what_is_registered_is_registered_in_our_own_program_too() -> None:
    (line,) = [line for line in added() if "WithPlugin" in line]
    assert line in [x.strip() for x in (package().parent / "main.go").read_text().splitlines()]
    source = "\n".join(file.read_text() for file in package().glob("*.go"))
    assert f"package {package().name}\n" in source
    for symbol in re.findall(rf"{package().name}\.(\w+)", line):
        assert re.search(rf"^(?:const|func) {symbol}\b", source, re.MULTILINE), symbol


def test_it_applies_where_its_context_is(tmp_path: Path) -> None:
    for part in re.split(r"^diff .*\n", PATCH.read_text(), flags=re.MULTILINE)[1:]:
        name = re.search(r"^--- a/(.+)$", part, re.MULTILINE)
        assert name
        before: list[str] = []
        for start, hunk in re.findall(r"^@@ -(\d+),.*?@@.*\n((?:[ +-].*\n)+)", part, re.MULTILINE):
            before += ["// elsewhere"] * (int(start) - 1 - len(before))
            before += [line[1:] for line in hunk.splitlines() if line[0] in " -"]
        file = tmp_path / name.group(1)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join([*before, "// elsewhere", ""]))
    subprocess.run(["git", "apply", "--check", PATCH], cwd=tmp_path, check=True)
