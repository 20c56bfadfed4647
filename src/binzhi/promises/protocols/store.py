"""Protocols as they are kept: versions read once and remembered, for a version never changes."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

from binzhi.kernel import db
from binzhi.promises.errors import ProtocolOff, UnknownProtocol
from binzhi.promises.protocols.language import ProtocolSpec
from binzhi.promises.protocols.reader import read

_SHIPPED = "binzhi.promises.shipped"
_VERSION = "SELECT source FROM promises_protocolversion WHERE id = %s"
_CURRENT = "SELECT version_id, is_active FROM promises_protocol WHERE hotel_id = %s AND code = %s"


@lru_cache(maxsize=512)
def spec_of(version_id: int) -> ProtocolSpec:
    """What a version says. Raises UnknownProtocol."""
    source = db.fetch_value(_VERSION, [version_id])
    if source is None:
        raise UnknownProtocol(protocol=version_id)
    return read(source)


def forget() -> None:
    """Read every version anew: for whoever empties the tables, after which another version has the same number."""
    spec_of.cache_clear()


def current(hotel_id: int, code: str) -> tuple[int, ProtocolSpec]:
    """The version that new runs follow, and what it says. Raises UnknownProtocol, ProtocolOff."""
    row = db.fetch_one(_CURRENT, [hotel_id, code])
    if row is None or row["version_id"] is None:
        raise UnknownProtocol(protocol=code)
    if not row["is_active"]:
        raise ProtocolOff(protocol=code)
    return row["version_id"], spec_of(row["version_id"])


def shipped() -> dict[str, str]:
    """The protocols that come with the house: their texts by code, in the order of the codes."""
    files = [file for file in resources.files(_SHIPPED).iterdir() if file.name.endswith(".yaml")]
    return {file.name.removesuffix(".yaml"): file.read_text(encoding="utf-8") for file in sorted(files, key=_name)}


def _name(file: object) -> str:
    return str(getattr(file, "name", ""))
