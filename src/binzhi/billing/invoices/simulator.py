"""A provider to try things out with: speaks HTTP over loopback, checks what the tax office checks, issues numbers.

`python -m binzhi.billing.invoices.simulator 8991` serves until it is stopped; what it issues is worth nothing.
"""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime
from decimal import Decimal
from http.server import ThreadingHTTPServer
from typing import Any

from binzhi.billing.invoices.words import capitals
from binzhi.kernel.loopback import Answer, serve_signed, serve_until_stopped

KEY = "simulator"
_TAX_NO = re.compile(r"[0-9A-Z]{15,20}")
_AMOUNTS = ("net", "tax", "total")


class Office:
    """What was issued, by serial and by number. `down` answers 503, `slow` says that it still works on it."""

    def __init__(self, key: str = KEY) -> None:
        self.key, self.down, self.slow = key, False, False
        self.issued: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        self._lock = threading.Lock()

    def ask(self, request: dict[str, Any]) -> Answer:
        """Status and answer; the same serial gets the same number, another content under it is refused."""
        with self._lock:
            self.asked.append(request["serial"])
            if self.down:
                return 503, {"error": "down"}
            known = self.issued.get(request["serial"])
            if known is not None:
                same = known["request"] == request
                return (200, known["answer"]) if same else (422, {"error": "流水号重复"})
            wrong = self._fault(request)
            if wrong:
                return 422, {"error": wrong}
            if self.slow:
                return 200, {"state": "sent"}
            number = f"{datetime.now(UTC):%y}{330000000000000000 + len(self.issued) + 1:018d}"
            answer = {"state": "issued", "number": number, "issued_at": datetime.now(UTC).isoformat()}
            self.issued[request["serial"]] = {"request": request, "answer": answer}
            return 200, answer

    def _fault(self, request: dict[str, Any]) -> str:
        net, tax, total = (Decimal(str(request[name])) for name in _AMOUNTS)
        lines = request["lines"]
        if net + tax != total or sum(Decimal(str(line["amount"])) for line in lines) != net:
            return "合计金额不符"
        if sum(Decimal(str(line["tax"])) for line in lines) != tax:
            return "合计税额不符"
        if any(
            abs(Decimal(str(x["amount"])) * Decimal(str(x["rate"])) - Decimal(str(x["tax"]))) > Decimal("0.06")
            for x in lines
        ):
            return "税额与税率不符"
        if request["total_words"] != capitals(total):
            return "价税合计大写不符"
        if not _TAX_NO.fullmatch(request["seller_tax_no"]):
            return "销方税号有误"
        if not request["buyer_is_person"] and not _TAX_NO.fullmatch(request["buyer_tax_no"]):
            return "购方税号有误"
        return self._red_fault(request, total)

    def _red_fault(self, request: dict[str, Any], total: Decimal) -> str:
        if total >= 0:
            return ""
        originals = [one for one in self.issued.values() if one["answer"]["number"] == request["red_of"]]
        if not originals or Decimal(str(originals[0]["request"]["total"])) != -total:
            return "原发票不存在或金额不符"
        return ""


def serve(office: Office, port: int = 0) -> ThreadingHTTPServer:
    """An office on this machine, at a free port when none is named."""

    def route(path: str, request: Any) -> Answer:
        if path == "/invoices":
            return office.ask(request)
        return (503, {"error": "down"}) if office.down else (404, {"error": "path"})

    return serve_signed(lambda: office.key, route, port)


if __name__ == "__main__":
    serve_until_stopped(lambda port: serve(Office(), port), port=8991, key=KEY)
