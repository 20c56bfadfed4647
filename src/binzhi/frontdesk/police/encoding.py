"""A report in the form a region takes: plain names, or the letter codes that many provincial systems use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from binzhi.frontdesk.police.regions import CODED, PLAIN


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One report, ready. `serial` is the same at every try; `about` the receipt of the arrival this one follows."""

    serial: str
    station: str
    kind: str
    person: dict[str, str]
    room: str
    at: str
    about: str = ""


_SEX = {"male": "1", "female": "2"}
_KINDS = {"in": "RZ", "move": "HF", "out": "TF", "void": "CX", "fix": "GZ"}
_CODES = {
    "name": "XM", "latin_name": "YWXM", "birth_date": "CSRQ", "nationality": "GJDQ", "kind": "ZJLX", "number": "ZJHM",
    "ethnicity": "MZ", "address": "XZZ", "visa_kind": "QZZL", "visa_number": "QZHM", "stay_until": "TLYXQ",
    "entered_on": "RJRQ", "entry_port": "RJKA", "next_stop": "HWCMD", "guardian_name": "JHRXM",
    "guardian_relation": "JHRGX", "identity_by": "HCFS",
}  # fmt: skip


def plain(report: Outgoing) -> dict[str, Any]:
    return {
        "serial": report.serial, "station": report.station, "kind": report.kind, "at": report.at, "room": report.room,
        "about": report.about, "person": report.person,
    }  # fmt: skip


def coded(report: Outgoing) -> dict[str, Any]:
    said = {_CODES[name]: value for name, value in report.person.items() if name in _CODES}
    return {
        "LSH": report.serial, "LGBM": report.station, "YWLX": _KINDS[report.kind], "SJ": report.at, "FH": report.room,
        "YHZH": report.about, "XB": _SEX.get(report.person.get("sex", ""), "0"), **said,
    }  # fmt: skip


ENCODERS: dict[str, Callable[[Outgoing], dict[str, Any]]] = {PLAIN: plain, CODED: coded}
SERIAL_OF = {PLAIN: "serial", CODED: "LSH"}
RECEIPT_OF = {PLAIN: "receipt", CODED: "HZH"}
