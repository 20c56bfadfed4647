"""The machine-readable zone of travel documents (ICAO Doc 9303 parts 3 to 7)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext_lazy as _

from binzhi.kernel.errors import InvalidInput

_WEIGHTS = (7, 3, 1)
# Scanners that type the lines without a break between them.
_UNBROKEN = {88: 44, 72: 36, 90: 30}
_SHAPES = {(3, 30): "TD1", (2, 36): "TD2", (2, 44): "TD3"}
_TO_DIGITS = str.maketrans("OQDISBZG", "00015826")
_TO_LETTERS = str.maketrans("01582", "OISBZ")


class MrzNotReadable(InvalidInput):
    code = "mrz_not_readable"
    field = "mrz"
    message = _("These are not the lines at the foot of a travel document.")


@dataclass(frozen=True, slots=True)
class Mrz:
    """What the lines say. `checks` tells per field whether its check digit fits."""

    shape: str
    code: str
    issuer: str
    number: str
    nationality: str
    surname: str
    given_names: str
    sex: str
    born: str
    expires: str
    checks: dict[str, bool] = field(default_factory=dict)

    @property
    def is_sound(self) -> bool:
        """Every check digit fits."""
        return all(self.checks.values())

    def birth_date(self, *, today: date) -> date | None:
        """Two-digit years of birth lie in the past; None where part of the date is unknown."""
        return _date(self.born, latest=today)

    def expires_on(self, *, today: date) -> date | None:
        """Two-digit years of expiry lie at most fifty years ahead."""
        return _date(self.expires, latest=today.replace(year=today.year + 50, day=min(today.day, 28)))


def check_digit(text: str) -> str:
    """Weights 7, 3, 1; digits as they are, A is 10, the filler 0."""
    total = 0
    for position, character in enumerate(text):
        if character == "<":
            continue
        total += int(character, 36) * _WEIGHTS[position % 3]
    return str(total % 10)


def parse_mrz(text: str) -> Mrz:
    """Read two lines of 36 or 44 or three lines of 30 characters. Raises MrzNotReadable when they have no such shape.

    Wrong check digits are told, not refused: see `read_mrz`.
    """
    lines = [re.sub(r"\s+", "", line).upper().replace("«", "<<") for line in text.strip().splitlines() if line.strip()]
    shape = _SHAPES.get((len(lines), len(lines[0]) if lines else 0))
    if shape is None or len({len(line) for line in lines}) != 1 or not re.fullmatch(r"[A-Z0-9<]+", "".join(lines)):
        raise MrzNotReadable
    if shape == "TD1":
        return _td1(*lines)
    if shape == "TD2" and lines[0].startswith("IDFRA"):
        return _french_card(*lines)
    return _two_lines(shape, *lines)


def read_mrz(text: str) -> Mrz:
    """Like `parse_mrz`, but letters and digits that scanners confuse are put right where only one can stand.

    Raises MrzNotReadable when the check digits do not fit even then.
    """
    text = _broken(text)
    first = parse_mrz(text)
    if first.is_sound:
        return first
    second = parse_mrz(_untangle(text, first.shape))
    if not second.is_sound:
        raise MrzNotReadable(message=_("The check digits do not fit: please scan again or type the document in."))
    return second


def _broken(text: str) -> str:
    """The lines one below the other, however they were typed."""
    run = re.sub(r"\s+", "", text)
    width = _UNBROKEN.get(len(run))
    if width is None or len(text.strip().splitlines()) > 1:
        return text
    return "\n".join(run[start : start + width] for start in range(0, len(run), width))


def _td1(one: str, two: str, three: str) -> Mrz:
    number, number_fits = _number(one[5:14], one[14], one[15:30])
    surname, given = _names(three)
    return Mrz(
        shape="TD1", code=one[:2].strip("<"), issuer=one[2:5].strip("<"), number=number,
        nationality=two[15:18].strip("<"), surname=surname, given_names=given, sex=_sex(two[7]),
        born=two[:6], expires=two[8:14],
        checks={
            "number": number_fits,
            "birth": check_digit(two[:6]) == two[6],
            "expiry": check_digit(two[8:14]) == two[14],
            "composite": check_digit(one[5:30] + two[:7] + two[8:15] + two[18:29]) == two[29],
        },
    )  # fmt: skip


def _two_lines(shape: str, one: str, two: str) -> Mrz:
    is_visa = one[0] == "V"
    surname, given = _names(one[5:])
    number, number_fits = _number(two[:9], two[9], two[28:35] if shape == "TD2" and not is_visa else "")
    checks = {
        "number": number_fits,
        "birth": check_digit(two[13:19]) == two[19],
        "expiry": check_digit(two[21:27]) == two[27],
    }
    if shape == "TD3" and not is_visa:
        personal = two[28:42]
        # An empty personal number may have a filler for its check digit.
        checks["personal"] = (
            two[42] in (check_digit(personal), "<") if not personal.strip("<") else (check_digit(personal) == two[42])
        )
        checks["composite"] = check_digit(two[:10] + two[13:20] + two[21:43]) == two[43]
    elif shape == "TD2" and not is_visa:
        checks["composite"] = check_digit(two[:10] + two[13:20] + two[21:35]) == two[35]
    return Mrz(
        shape=("MRV-A" if shape == "TD3" else "MRV-B") if is_visa else shape, code=one[:2].strip("<"),
        issuer=one[2:5].strip("<"), number=number, nationality=two[10:13].strip("<"), surname=surname,
        given_names=given, sex=_sex(two[20]), born=two[13:19], expires=two[21:27], checks=checks,
    )  # fmt: skip


def _french_card(one: str, two: str) -> Mrz:
    """The French identity card before 2021 has a layout of its own and no expiry."""
    return Mrz(
        shape="TD2", code="ID", issuer="FRA", number=two[:12].strip("<"), nationality="FRA",
        surname=one[5:30].replace("<", " ").strip(), given_names=re.sub(r"<+", " ", two[13:27]).strip(),
        sex=_sex(two[34]), born=two[27:33], expires="",
        checks={
            "number": check_digit(two[:12]) == two[12],
            "birth": check_digit(two[27:33]) == two[33],
            "composite": check_digit(one + two[:35]) == two[35],
        },
    )  # fmt: skip


def _number(nine: str, digit: str, optional: str) -> tuple[str, bool]:
    """A number longer than nine places goes on in the optional data, its check digit behind it."""
    if digit != "<":
        return nine.strip("<"), check_digit(nine) == digit
    more = optional.split("<")[0]
    if not more:
        return nine.strip("<"), not nine.strip("<")
    rest, last = more[:-1], more[-1]
    # States differ in whether the filler between the parts counts.
    return nine + rest, last in (check_digit(nine + "<" + rest), check_digit(nine + rest))


def _names(text: str) -> tuple[str, str]:
    surname, _separator, given = text.strip("<").partition("<<")
    return re.sub(r"<+", " ", surname), re.sub(r"<+", " ", given).strip()


def _sex(letter: str) -> str:
    return {"M": "male", "F": "female"}.get(letter, "")


def _date(digits: str, *, latest: date) -> date | None:
    if not re.fullmatch(r"\d{6}", digits):
        return None
    century = latest.year - latest.year % 100
    for start in (century, century - 100):
        try:
            found = date(start + int(digits[:2]), int(digits[2:4]), int(digits[4:]))
        except ValueError:
            continue
        if found <= latest:
            return found
    return None


def _untangle(text: str, shape: str) -> str:
    lines = [re.sub(r"\s+", "", line).upper() for line in text.strip().splitlines() if line.strip()]
    if shape == "TD1":
        one, two, three = lines
        one = one[:5].translate(_TO_LETTERS) + one[5:14] + one[14].translate(_TO_DIGITS) + one[15:]
        two = (two[:7].translate(_TO_DIGITS) + two[7] + two[8:15].translate(_TO_DIGITS)
               + two[15:18].translate(_TO_LETTERS) + two[18:29] + two[29].translate(_TO_DIGITS))  # fmt: skip
        return "\n".join((one, two, three.translate(_TO_LETTERS)))
    one, two = lines
    two = (two[:9] + two[9].translate(_TO_DIGITS) + two[10:13].translate(_TO_LETTERS) + two[13:20].translate(_TO_DIGITS)
           + two[20] + two[21:28].translate(_TO_DIGITS) + two[28:-2]
           + (two[-2:].translate(_TO_DIGITS) if shape == "TD3" else two[-2] + two[-1].translate(_TO_DIGITS))
           )  # fmt: skip
    return one.translate(_TO_LETTERS) + "\n" + two
