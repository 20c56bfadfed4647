"""The repository says nothing about the machine it was written on, and is complete."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.architecture.conftest import PACKAGE, ROOT, own_files

# Put together here, so that this file does not match itself.
REGISTRIES = ("pypi", "pythonhosted", "npmjs", "npmmirror")
TEXT = (".py", ".md", ".toml", ".lock", ".json", ".ts", ".mjs", ".html", ".css", ".po", ".sh", ".yml", ".npmrc", "")


def text_files() -> list[Path]:
    return [path for path in own_files() if path.suffix in TEXT]


def test_no_file_names_a_package_registry() -> None:
    pattern = re.compile(rf"https?://[^\s\"']*(?:{'|'.join(REGISTRIES)})")
    assert [path for path in text_files() if pattern.search(path.read_text(errors="replace"))] == []


def test_no_file_names_a_directory_of_this_machine() -> None:
    places = [f"{ROOT}/", f"{ROOT.parent}/"] if ROOT.parent != Path("/") else [f"{ROOT}/"]
    places += [f"{Path.home()}/"]
    found = [path for path in text_files() if any(place in path.read_text(errors="replace") for place in places)]
    assert found == []


def test_lock_files_hold_a_hash_for_every_requirement() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock"):
        entries = re.split(r"\n(?=[a-z])", (ROOT / lock).read_text().split("\n", 2)[2])
        assert len(entries) > 20
        assert [entry.split(" ")[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_lock_of_the_tests_holds_the_versions_of_the_program() -> None:
    def versions(lock: str) -> set[str]:
        return set(re.findall(r"^[a-z0-9.\[\]_-]+==\S+", (ROOT / lock).read_text(), re.MULTILINE))

    assert versions("requirements.lock") - versions("requirements-dev.lock") == set()


def test_every_context_with_tables_is_installed() -> None:
    from django.conf import settings

    contexts = {f"binzhi.{path.parent.name}" for path in PACKAGE.glob("*/apps.py")}
    assert contexts - set(settings.INSTALLED_APPS) == set()


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration() -> None:
    said = StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=said)
    assert said.getvalue() == "No changes detected\n"
