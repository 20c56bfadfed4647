"""Every component on one page, with sample data: looked at by people, driven by the browser tests. Off in production.

Its words are sample data of a Chinese hotel and not translated.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from binzhi.kernel.errors import Conflict
from binzhi.kernel.search import name_keys
from binzhi.kernel.ui.drawings import Hour
from binzhi.kernel.ui.fields import Choice
from binzhi.kernel.ui.htmx import render_screen, toast
from binzhi.kernel.ui.rooms import ROOM_STATES, RoomTile
from binzhi.kernel.ui.views import error_page, refused

DAY = date(2026, 11, 21)
PEOPLE = (
    ("贺振东", 1, "启衡制造 · 138****3391", "4 · 09-02"),
    ("何志达", 0, "136****7725", "1 · 2025-10-03"),
    ("郝真迪", 0, "远山旅行社 · 139****0482", "–"),
    ("陈国梁", 3, "澜海集团 · 139****8806", "7 · 08-13"),
    ("许文静", 0, "138****5520", "2 · 05-02"),
)


class SampleForm(forms.Form):
    arrival = forms.DateField(label="到店", widget=forms.DateInput)
    departure = forms.DateField(label="离店", widget=forms.DateInput)
    rooms = forms.IntegerField(label="房间", min_value=1, max_value=9)
    adults = forms.IntegerField(label="成人", min_value=1, max_value=4)
    channel = forms.ChoiceField(label="渠道", choices=[("tel", "电话"), ("web", "官网")])
    phone = forms.CharField(label="联系手机", max_length=20, help_text="手机或座机，可不填")
    document_number = forms.CharField(label="证件号码", max_length=20, required=False)
    amount = forms.DecimalField(label="金额", max_digits=10, decimal_places=2)
    means = forms.ChoiceField(label="付款方式", widget=forms.RadioSelect)
    guarantee = forms.ChoiceField(label="担保方式", widget=forms.RadioSelect)
    wishes = forms.MultipleChoiceField(label="偏好", widget=forms.CheckboxSelectMultiple, required=False)
    remark = forms.CharField(label="特殊要求", widget=forms.Textarea(attrs={"rows": 2}), max_length=200, required=False)
    quiet = forms.BooleanField(label="九点前勿打扰", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[str, list[tuple[str, Choice]]] = {
            "means": [
                ("wechat", Choice("微信支付", icon="qr")), ("alipay", Choice("支付宝", icon="qr")),
                ("card", Choice("银行卡", icon="card")), ("cash", Choice("现金", icon="cash")),
            ],
            "guarantee": [
                ("company", Choice("公司担保", note="¥46,200")),
                ("first", Choice("首晚预授权", note="¥628.00")), ("none", Choice("无担保，留至 18:00")),
            ],
            "wishes": [("high", Choice("高楼层")), ("quiet", Choice("远离电梯")), ("smoke", Choice("无烟"))],
        }  # fmt: skip
        for name, pairs in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = list(pairs)

    def clean_phone(self) -> str:
        digits = "".join(filter(str.isdigit, self.cleaned_data["phone"]))
        if len(digits) != 11:
            raise forms.ValidationError("手机号应为 11 位，现为 %(count)s 位", params={"count": len(digits)})
        return digits


def _guard(request: HttpRequest) -> None:
    if not (settings.DEBUG or getattr(settings, "BINZHI_STYLEGUIDE", False)):
        raise Http404
    if getattr(request, "hotel", None) is None:
        hotel = SimpleNamespace(
            pk=0, code="demo", label="宾至·湖畔酒店", business_date=DAY,
            timezone="Asia/Shanghai", currency="CNY",
        )  # fmt: skip
        request.hotel = hotel  # type: ignore[attr-defined]
    if not getattr(getattr(request, "actor", None), "name", ""):
        request.actor = SimpleNamespace(name="周敏", may=lambda *_args: True)  # type: ignore[attr-defined]
        request.standing = SimpleNamespace(post_label="前厅部经理")  # type: ignore[attr-defined]


def _initial() -> dict[str, Any]:
    return {
        "arrival": DAY + timedelta(days=5), "departure": DAY + timedelta(days=8), "rooms": 1, "adults": 2,
        "amount": Decimal("838.00"), "means": "wechat", "guarantee": "company", "wishes": ["high"],
    }  # fmt: skip


def _floors() -> list[dict[str, Any]]:
    """Two hundred rooms, in a pattern that shows every state and mark."""
    states = ("oc", "od", "oc", "vc", "oc", "vd", "od", "oc", "oc", "vc")
    names = ("陈先生", "高女士", "周女士", "李先生", "欧阳先生", "王女士", "Smith")
    floors = []
    for floor in range(12, 2, -1):
        tiles = []
        for room in range(1, 21):
            number = f"{floor:02d}{room:02d}"
            mix = (floor * 7 + room * 3) % 10
            state = (
                "ooo" if (floor, room) in {(11, 18), (7, 14)} else "oos" if (floor + room) % 31 == 0 else states[mix]
            )
            occupied = state in ("oc", "od")
            marks = (
                ["due_in"]
                if state in ("vc", "vd") and room % 3 == 0
                else ["due_out"]
                if occupied and room % 7 == 0
                else []
            )
            if (floor, room) == (7, 16):
                marks = ["late", "due_out"]
            label = names[(floor + room) % len(names)] if occupied else ("大床", "双床", "行政", "套房")[room % 4]
            level = {(12, 1): 3, (11, 8): 2, (10, 16): 1}.get((floor, room), 0)
            tiles.append(
                RoomTile(
                    number, state, label, marks, level, f"/ui/styleguide/panel?room={number}", selected=number == "0812"
                )
            )
        floors.append(
            {"name": f"{floor}F", "tiles": tiles, "occupied": sum(tile.state in ("oc", "od") for tile in tiles)}
        )
    return floors


def _hours() -> list[Hour]:
    arrivals = (0, 0, 1, 2, 3, 6, 5, 7, 6, 4, 3, 2, 1, 1, 1)
    departures = (6, 7, 5, 6, 4, 1, 4, 2, 1, 1, 1, 0, 0, 0, 0)
    return [
        Hour(8 + index, come, go, "past" if index < 6 else "now" if index == 6 else "to-come")
        for index, (come, go) in enumerate(zip(arrivals, departures, strict=True))
    ]


def _context() -> dict[str, Any]:
    floors = _floors()
    tiles = [tile for floor in floors for tile in floor["tiles"]]
    counts = {key: sum(tile.state == key for tile in tiles) for key in ROOM_STATES}
    marks = {key: sum(key in tile.marks for tile in tiles) for key in ("due_in", "due_out", "late")}
    line = [61, 64, 70, 79, 84, 72, 64, 61, 66, 69, 75, 82, 79, 72]
    return {
        "floors": floors,
        "counts": counts | marks | {"vip": 3},
        "links": {key: f"?state={key}" for key in (*ROOM_STATES, "due_in", "due_out", "late", "vip")},
        "states": list(ROOM_STATES),
        "day": DAY,
        "arrival": DAY + timedelta(days=5),
        "last_year": date(2025, 10, 3),
        "instant": datetime(2026, 11, 21, 6, 12, tzinfo=UTC),
        "spark": line,
        "prior": [value - 6 - index % 3 for index, value in enumerate(line)],
        "hours": _hours(),
        "segments": [
            {"label": "全部", "url": "?", "on": True, "count": 42},
            {"label": "预抵", "url": "?s=1", "on": False, "count": 25},
            {"label": "逾时", "url": "?s=2", "on": False, "count": 3},
        ],
        "steps": [
            {"label": "核对身份", "state": "done", "note": "林晓 14:08"},
            {"label": "核对账单", "state": "cur", "note": ""},
            {"label": "收款", "state": "todo", "note": ""},
        ],
        "lines": [
            ("房费", Decimal("628.00"), "夜审"),
            ("洗衣", Decimal("76.00"), "孙丽"),
            ("冲账", Decimal("-32.00"), "秦悦"),
        ],
        "people": [(name, name_keys(name).marked, level, detail) for name, level, detail, _tail in PEOPLE],
        "form": SampleForm(initial=_initial()),
    }  # fmt: skip


def page(request: HttpRequest) -> HttpResponse:
    _guard(request)
    if request.method == "POST":
        toast(request, "已入账：迷你吧 ¥58.00", undo_url="/ui/styleguide")
    which = request.GET.get("page", "all")
    templates = {
        "rack": "styleguide/rack.html",
        "form": "styleguide/reservation.html",
        "blank": "styleguide/entry.html",
    }
    return render(request, templates.get(which, "styleguide/components.html"), _context())


def guests(request: HttpRequest) -> HttpResponse:
    """What a guest type-ahead answers."""
    _guard(request)
    query = request.GET.get("q", "").strip().lower()
    found = []
    for index, (name, level, detail, tail) in enumerate(PEOPLE):
        keys = name_keys(name)
        if query in name or query in keys.initials or query in keys.pinyin or query in detail:
            found.append(
                {
                    "value": index + 1,
                    "title": name,
                    "spoken": keys.marked,
                    "level": level,
                    "detail": detail,
                    "tail": tail,
                }
            )
    return render(request, "styleguide/options.html", {"options": found, "query": query})


def panel(request: HttpRequest) -> HttpResponse:
    _guard(request)
    return render_screen(
        request,
        "styleguide/rack.html",
        _context() | {"room": request.GET.get("room", "")},
        part="styleguide/panel.html",
    )


def form(request: HttpRequest) -> HttpResponse:
    """Answers as a real form view does: 422 with the form again, or a toast."""
    _guard(request)
    sent = SampleForm(request.POST)
    if not sent.is_valid():
        return render_screen(
            request, "styleguide/reservation.html", _context() | {"form": sent}, part="styleguide/form.html", status=422
        )
    toast(request, "预订已确认", undo_url="/ui/styleguide")
    context = _context() | {"form": SampleForm(initial=_initial()), "token": request.POST.get("idempotency_key", "")}
    return render_screen(request, "styleguide/reservation.html", context, part="styleguide/form.html")


def live(request: HttpRequest) -> HttpResponse:
    _guard(request)
    return render(request, "styleguide/live.html", {"at": datetime.now(UTC)})


def error(request: HttpRequest, status: int) -> HttpResponse:
    _guard(request)
    if status == 500:
        raise RuntimeError("asked for")
    return refused(request, Conflict()) if status == 409 else error_page(request, status)
