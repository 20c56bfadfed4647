"""A file is read in one sitting, a function on one screen."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.conftest import ROOT, own_files

LONGEST_FILE = 400
LONGEST_FUNCTION = 50
LONGEST_TEMPLATE = 150


def ours(*suffixes: str) -> Iterator[Path]:
    for path in own_files(*suffixes):
        if "migrations" not in path.parts:
            yield path


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_no_file_is_longer_than_one_sitting() -> None:
    lengths = {name(path): len(path.read_text().splitlines()) for path in ours(".py", ".ts", ".mjs")}
    assert {file: length for file, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_template_is_longer_than_a_page() -> None:
    lengths = {name(path): len(path.read_text().splitlines()) for path in ours(".html") if "src" in path.parts}
    assert {file: length for file, length in lengths.items() if length > LONGEST_TEMPLATE} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    too_long = {}
    for path in ours(".py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    too_long[f"{name(path)}:{node.name}"] = length
    assert too_long == {}


def test_every_schema_of_the_api_has_a_name_of_its_own() -> None:
    """In the OpenAPI document the later of two of one name would describe both."""
    names = [
        node.name
        for path in sorted((ROOT / "src/binzhi/api/schemas").glob("*.py"))
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef)
    ]
    assert [one for one, times in Counter(names).items() if times > 1] == []
