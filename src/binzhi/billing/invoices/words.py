"""An amount in Chinese capitals (大写), as invoices carry it."""

from __future__ import annotations

from decimal import Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"
UNITS = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万亿")


def capitals(amount: Decimal) -> str:
    """1024.50 is 壹仟零贰拾肆圆伍角整; a negative one begins with 负."""
    cents = int(abs(amount) * 100)
    yuan, jiao, fen = cents // 100, cents // 10 % 10, cents % 10
    words = f"{_whole(yuan)}圆" if yuan else ""
    if not jiao and not fen:
        return f"{'负' if amount < 0 else ''}{words or '零圆'}整"
    if jiao:
        words += f"{DIGITS[jiao]}角"
    elif yuan:
        words += "零"
    words += f"{DIGITS[fen]}分" if fen else "整"
    return f"{'负' if amount < 0 else ''}{words}"


def _whole(number: int) -> str:
    groups: list[int] = []
    while number:
        groups.append(number % 10_000)
        number //= 10_000
    words = ""
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if not group:
            continue
        # A gap between groups is said once: 壹万零壹.
        if words and (group < 1000 or not groups[place + 1]):
            words += DIGITS[0]
        words += _group(group) + GROUPS[place]
    return words


def _group(group: int) -> str:
    words, gap = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if digit:
            words += (DIGITS[0] if gap and words else "") + DIGITS[digit] + UNITS[place]
            gap = False
        else:
            gap = True
    return words
