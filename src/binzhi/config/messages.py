"""Translations without gettext's programs: every context keeps its own catalogue, and none may have a gap.

`update` adds what is missing (never removes or reorders), `check` names every gap, `compile` writes the .mo files.
A context without texts needs no catalogue; one with texts and no catalogue is named by `check` and made by `update`.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LOCALE = "zh_Hans"
CATALOGUE = Path("locale") / LOCALE / "LC_MESSAGES" / "django.po"
TEMPLATE_SUFFIXES = frozenset({".html", ".txt", ".xml"})
SKIPPED_FOLDERS = frozenset({"migrations", "static", "locale", "__pycache__", "node_modules"})

# The place of each argument, as GNU xgettext is told by Django's makemessages.
KEYWORDS: dict[str, Any] = {
    name + lazy: places
    for name, places in {
        "gettext": None,
        "ngettext": (1, 2),
        "pgettext": ((1, "c"), 2),
        "npgettext": ((1, "c"), 2, 3),
    }.items()
    for lazy in ("", "_lazy")
} | {"_": None, "gettext_noop": None}

HEADER = """msgid ""
msgstr ""
"Project-Id-Version: binzhi\\n"
"Language: zh_Hans\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"""

_NAMED = re.compile(r"%\((\w+)\)[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]")
_POSITIONAL = re.compile(r"%[-#0 +]*\d*(?:\.\d+)?[sdrfi]")
_BRACED = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True, order=True)
class Text:
    """One text as the source names it; `plural` is empty when there is no plural form."""

    context: str
    singular: str
    plural: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.context, self.singular

    def __str__(self) -> str:
        return f"[{self.context}] {self.singular!r}" if self.context else repr(self.singular)


@dataclass
class ContextTexts:
    """What the source of one context asks for: each text with the files that use it, in the order found."""

    name: str
    folder: Path
    places: dict[Text, list[str]] = field(default_factory=dict)

    @property
    def catalogue(self) -> Path:
        return self.folder / CATALOGUE


def contexts(root: Path = ROOT) -> list[Path]:
    """Every package directly below `binzhi`."""
    return sorted(path.parent for path in root.glob("*/__init__.py"))


def texts_of(folder: Path) -> ContextTexts:
    """Read every Python file and template of a context."""
    found = ContextTexts(name=folder.name, folder=folder)
    for path in _sources(folder):
        place = path.relative_to(folder.parent).as_posix()
        for text in _texts_in(path):
            places = found.places.setdefault(text, [])
            if place not in places:
                places.append(place)
    return found


def _sources(folder: Path) -> Iterator[Path]:
    for directory, names, files in os.walk(folder):
        names[:] = sorted(name for name in names if name not in SKIPPED_FOLDERS)
        for file in sorted(files):
            if file.endswith(".py") or Path(file).suffix in TEMPLATE_SUFFIXES:
                yield Path(directory) / file


def _texts_in(path: Path) -> Iterator[Text]:
    source = path.read_text(encoding="utf-8")
    if path.suffix in TEMPLATE_SUFFIXES:
        # What is left of the markup is not Python: without its indentation the tokenizer reads over it.
        source = "\n".join(line.strip() for line in templatize(source, origin=str(path)).splitlines())
    elif "gettext" not in source:
        return
    for _line, ids, _comments, context in extract("python", io.BytesIO(source.encode()), KEYWORDS):
        singular, plural = (ids[0], ids[1]) if isinstance(ids, tuple) else (ids, "")
        if singular:
            yield Text(context=context or "", singular=singular, plural=plural)


def read_catalogue(path: Path) -> Catalog:
    """Parse a .po file; a malformed one raises ValueError with its name."""
    try:
        with path.open("rb") as file:
            return read_po(file, locale=LOCALE, abort_invalid=True)
    except (PoFileError, UnicodeDecodeError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from error


def _entries(catalogue: Catalog) -> dict[tuple[str, str], Message]:
    entries = {}
    for message in catalogue:
        singular = message.id[0] if isinstance(message.id, (tuple, list)) else message.id
        if singular:
            entries[(message.context or "", singular)] = message
    return entries


def _strings(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, (tuple, list)) else [message.string or ""]


# ---------------------------------------------------------------- check


def check(root: Path = ROOT) -> list[str]:
    """Every gap of every context, one sentence each; an empty list means that all is translated."""
    problems: list[str] = []
    meanings: dict[tuple[str, str], tuple[str, list[str]]] = {}
    for folder in contexts(root):
        texts = texts_of(folder)
        try:
            entries = _entries(read_catalogue(texts.catalogue)) if texts.catalogue.exists() else {}
        except ValueError as error:
            problems.append(f"{texts.name}: {error}")
            continue
        problems += [f"{texts.name}: {problem}" for problem in _gaps(texts, entries)]
        for key, message in entries.items():
            strings = _strings(message)
            other, known = meanings.setdefault(key, (texts.name, strings))
            # Django merges all catalogues into one, so one of the two would win without anybody choosing.
            if all(strings) and all(known) and known != strings:
                problems.append(
                    f"{texts.name}: {key[1]!r} is {strings[0]!r} here and {known[0]!r} in {other}; "
                    "agree on one, or give one of them a context (pgettext)"
                )
    return problems


def _gaps(texts: ContextTexts, entries: dict[tuple[str, str], Message]) -> Iterator[str]:
    for text, places in texts.places.items():
        message = entries.get(text.key)
        if message is None:
            yield f"missing: {text} ({', '.join(places)})"
        elif not all(_strings(message)):
            yield f"not translated: {text} ({', '.join(places)})"
        elif message.fuzzy:
            yield f"fuzzy: {text}"
        elif text.plural and not isinstance(message.id, (tuple, list)):
            yield f"has no plural form in the catalogue: {text}"
        else:
            yield from _placeholder_faults(text, _strings(message))
    used = {text.key for text in texts.places}
    for key in entries:
        if key not in used:
            yield f"obsolete: {Text(*key)}"


def _placeholder_faults(text: Text, strings: Iterable[str]) -> Iterator[str]:
    wanted = placeholders(text.plural or text.singular)
    for string in strings:
        if placeholders(string) != wanted:
            yield f"placeholders differ: {text} -> {string!r}"


def placeholders(text: str) -> tuple[frozenset[str], int, frozenset[str]]:
    """The values that a text expects: names in %(…)s, the number of bare %s, names in braces."""
    bare = text.replace("%%", "")
    return (
        frozenset(_NAMED.findall(bare)),
        len(_POSITIONAL.findall(_NAMED.sub("", bare))),
        frozenset(_BRACED.findall(bare)),
    )


# ---------------------------------------------------------------- update, compile


def update(root: Path = ROOT, *, only: str = "", prune: bool = False) -> dict[str, tuple[int, int]]:
    """Append missing entries with an empty translation; `prune` also drops obsolete ones. Returns (added, dropped)."""
    changed = {}
    for folder in contexts(root):
        if only and folder.name != only:
            continue
        texts = texts_of(folder)
        dropped = _prune(texts) if prune and texts.catalogue.exists() else 0
        if added := _append_missing(texts):
            changed[texts.name] = (added, dropped)
        elif dropped:
            changed[texts.name] = (0, dropped)
    return changed


def _append_missing(texts: ContextTexts) -> int:
    path = texts.catalogue
    known = _entries(read_catalogue(path)) if path.exists() else {}
    missing = {text.key: text for text in texts.places if text.key not in known}
    if not missing:
        return 0
    path.parent.mkdir(parents=True, exist_ok=True)
    current = path.read_text(encoding="utf-8") if path.exists() else HEADER
    blocks = [_entry(text, texts.places[text]) for text in missing.values()]
    _write(path, (current.rstrip("\n") + "\n\n" + "\n".join(blocks)).encode())
    return len(missing)


def _entry(text: Text, places: list[str]) -> str:
    lines = [f"#: {place}" for place in places]
    if _POSITIONAL.search(text.singular) or _NAMED.search(text.singular):
        lines.append("#, python-format")
    if text.context:
        lines.append(f"msgctxt {_quoted(text.context)}")
    lines.append(f"msgid {_quoted(text.singular)}")
    if text.plural:
        lines += [f"msgid_plural {_quoted(text.plural)}", 'msgstr[0] ""']
    else:
        lines.append('msgstr ""')
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    if "\n" not in escaped:
        return f'"{escaped}"'
    return '""\n' + "\n".join(f'"{line}"' for line in escaped.replace("\n", "\\n\0").split("\0") if line)


def _prune(texts: ContextTexts) -> int:
    catalogue = read_catalogue(texts.catalogue)
    used = {text.key for text in texts.places}
    obsolete = [key for key in _entries(catalogue) if key not in used]
    for context, singular in obsolete:
        catalogue.delete(singular, context or None)
    if obsolete or catalogue.obsolete:
        target = io.BytesIO()
        write_po(target, catalogue, width=0, omit_header=False, ignore_obsolete=True)
        _write(texts.catalogue, target.getvalue())
    return len(obsolete)


def compile_all(root: Path = ROOT) -> list[Path]:
    """Write the .mo beside every .po that is newer; returns those written."""
    written = []
    for source in sorted(root.glob(f"*/{CATALOGUE.as_posix()}")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        content = io.BytesIO()
        write_mo(content, read_catalogue(source))
        _write(target, content.getvalue())
        written.append(target)
    return written


def _write(path: Path, content: bytes) -> None:
    # Whole or not at all: a web process may be reading the old one.
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(path)
