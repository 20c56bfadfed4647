"""How money, days, instants and private values are written on a screen."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import pgettext_lazy

from binzhi.kernel.money import MINOR_DIGITS

MINUS = "\u2212"
SYMBOLS = {"CNY": "¥", "JPY": "JP¥", "USD": "US$", "HKD": "HK$", "TWD": "NT$", "EUR": "€", "GBP": "£", "KRW": "₩"}

WEEKDAYS = (
    pgettext_lazy("weekday", "Mon"),
    pgettext_lazy("weekday", "Tue"),
    pgettext_lazy("weekday", "Wed"),
    pgettext_lazy("weekday", "Thu"),
    pgettext_lazy("weekday", "Fri"),
    pgettext_lazy("weekday", "Sat"),
    pgettext_lazy("weekday", "Sun"),
)


def number(amount: Decimal, *, decimals: int = 2, signed: bool = False) -> str:
    """`-1234.5` as `−1,234.50`, with a real minus sign."""
    sign = MINUS if amount < 0 else ("+" if signed and amount > 0 else "")
    return f"{sign}{abs(amount):,.{decimals}f}"


def money(
    amount: Decimal, *, currency: str = "CNY", decimals: int | None = None, symbol: bool = True, signed: bool = False
) -> str:
    """An amount with its currency's sign: two decimals on bills, none on boards (`decimals=0`)."""
    digits = MINOR_DIGITS.get(currency, 2) if decimals is None else decimals
    text = number(amount, decimals=digits, signed=signed)
    if not symbol:
        return text
    sign = SYMBOLS.get(currency, f"{currency} ")
    return f"{text[0]}{sign}{text[1:]}" if text[0] in f"{MINUS}+" else f"{sign}{text}"


def weekday(day: date) -> str:
    return str(WEEKDAYS[day.weekday()])


def day_text(day: date, *, reference: date | None = None, with_weekday: bool = False) -> str:
    """MM-DD, with the year when it differs from the year of `reference`."""
    text = f"{day:%m-%d}" if reference is not None and day.year == reference.year else f"{day:%Y-%m-%d}"
    return f"{text} {weekday(day)}" if with_weekday else text


def instant_text(instant: datetime, *, zone: tzinfo, reference: date | None = None) -> str:
    """HH:MM at the hotel, with the day when it is not `reference`."""
    local = instant.astimezone(zone)
    if reference is not None and local.date() == reference:
        return f"{local:%H:%M}"
    return f"{day_text(local.date(), reference=reference)} {local:%H:%M}"


def zone_of(name: str | None) -> tzinfo:
    return ZoneInfo(name or "Asia/Shanghai")


def mask_phone(value: str) -> str:
    """`+86 13912348806` as `139****8806`: enough to recognise, too little to call."""
    digits = "".join(character for character in value if character.isdigit())
    if value.startswith("+86") and len(digits) > 11:
        digits = digits[-11:]
    if len(digits) < 7:
        return "*" * len(digits)
    return f"{digits[:3]}****{digits[-4:]}"


def mask_document(value: str) -> str:
    """The first four and last four characters of a long number; less of a short one."""
    shown = 4 if len(value) >= 12 else 2 if len(value) >= 6 else 0
    if not shown:
        return "*" * len(value)
    return f"{value[:shown]}{'*' * (len(value) - 2 * shown)}{value[-shown:]}"


def mask_email(value: str) -> str:
    local, at, domain = value.partition("@")
    return f"{local[:1]}***{at}{domain}" if at else "***"


MASKS = {"phone": mask_phone, "document": mask_document, "email": mask_email}
