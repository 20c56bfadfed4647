"""Every context stands on a floor, and the floors hold."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.architecture.conftest import PACKAGE, ROOT

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
FLOORS = next(contract for contract in CONTRACTS if contract["type"] == "layers")["layers"]


def placed() -> list[set[str]]:
    return [{name.strip().strip("()") for name in floor.split("|")} for floor in FLOORS]


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    env = os.environ | {"PYTHONPATH": str(root / "src")}
    return subprocess.run([*command, "--no-cache"], cwd=root, env=env, capture_output=True, text=True, timeout=120)


def house(place: Path, **contexts: str) -> Path:
    """A small house with our contracts: context name -> its one line of code."""
    for name in ("config", "api", "kernel", *contexts):
        folder = place / "src" / "binzhi" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "__init__.py").write_text(contexts.get(name, "") + "\n")
    (place / "src" / "binzhi" / "__init__.py").touch()
    shutil.copy(ROOT / "pyproject.toml", place)
    return place


def test_every_package_stands_on_a_floor() -> None:
    packages = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert packages - set().union(*placed()) == set()


def test_the_floors_are_those_of_the_architecture() -> None:
    assert placed() == [
        {"config"},
        {"demo", "replay"},
        {"portal", "api"},
        {"insights", "assurance"},
        {"engagement", "channels"},
        {"frontdesk"},
        {"dining", "vip", "cases"},
        {"housekeeping", "engineering"},
        {"reservations"},
        {"promises"},
        {"billing", "loyalty"},
        {"guests"},
        {"people"},
        {"property"},
        {"kernel"},
    ]


def test_a_call_down_is_kept(tmp_path: Path) -> None:
    done = lint(house(tmp_path, guests="", reservations="import binzhi.guests"))
    assert done.returncode == 0, done.stdout


def test_a_call_up_is_refused(tmp_path: Path) -> None:
    done = lint(house(tmp_path, guests="import binzhi.reservations", reservations=""))
    assert done.returncode == 1
    assert "binzhi.guests is not allowed to import binzhi.reservations" in done.stdout


def test_a_call_sideways_is_refused(tmp_path: Path) -> None:
    done = lint(house(tmp_path, billing="import binzhi.loyalty", loyalty=""))
    assert done.returncode == 1
    assert "binzhi.billing is not allowed to import binzhi.loyalty" in done.stdout


def test_a_context_on_no_floor_is_refused(tmp_path: Path) -> None:
    done = lint(house(tmp_path, casino=""))
    assert done.returncode == 1
    assert "binzhi.casino" in done.stdout
