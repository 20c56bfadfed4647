"""Files of which it is known who is who, made by a seed: `python -m tests.guests.labelled [SEED] [PEOPLE]` prints figures.

Half of the people have one file; the others have a second one as a desk would have made it: a letter mistyped, another
number, a digit of it wrong, the name in pinyin or sounding alike, in the other order, under a married name, with less
filled in. Around them stand those who must not be taken for one: twins, father and son, name-alikes, colleagues.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from binzhi.guests.services import GuestDetails

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
# About as skewed as in China: the first three are a fifth.
WEIGHTS = [72, 71, 67, 54, 46, 31, 23, 21, 20, 20, *([12] * 10), *([7] * 15), *([4] * 15)]
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红娥玲菲鑫鹏斌波宇浩凯健俊帆倩雪婷璐琳瑶晨思雨欣怡梓涵子轩浩然一诺"
COMMON = ("王伟", "张伟", "王芳", "李娜", "张敏", "李静", "王静", "刘伟", "王秀英", "张丽")
SOUNDS = {
    "伟": "玮",
    "芳": "方",
    "娜": "那",
    "敏": "闽",
    "静": "婧",
    "丽": "莉",
    "强": "蔷",
    "华": "桦",
    "明": "铭",
    "玲": "铃",
    "雪": "学",
    "怡": "宜",
    "涵": "晗",
    "欣": "昕",
}
FIRST = ["John", "Mary", "James", "Patricia", "Robert", "Jennifer", "Michael", "Linda", "David", "Elizabeth", "Anna", "Thomas", "Hans", "Julia", "Pierre", "Marie", "Carlos", "Lucia", "Ivan", "Olga", "Yuki", "Kenji", "Sofia", "Marco"]  # fmt: skip
LAST = ["Smith", "Johnson", "Brown", "Garcia", "Miller", "Davis", "Schmidt", "Weber", "Fischer", "Dubois", "Martin", "Rossi", "Ivanov", "Petrov", "Tanaka", "Sato", "Andersson", "Nielsen", "Kowalski", "Novak", "Silva", "Costa", "Moreau", "Keller"]  # fmt: skip
MAILS = ("qq.com", "163.com", "example.com", "gmail.com")


@dataclass
class Labelled:
    """`files` in order, `person` of each, and who stands in the set for what reason."""

    files: list[GuestDetails] = field(default_factory=list)
    person: list[int] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)

    def add(self, details: GuestDetails, person: int, kind: str) -> None:
        self.files.append(details)
        self.person.append(person)
        self.kind.append(kind)


class Maker:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.people = 0

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def phone(self) -> str:
        return f"1{self.random.choice(('38', '39', '37', '86', '58', '91'))}{self.random.randrange(10**8):08d}"

    def birth(self) -> date:
        return date(1950, 1, 1) + timedelta(days=self.random.randrange(20_000))

    def han(self) -> str:
        if self.chance(0.08):
            return self.random.choice(COMMON)
        surname = self.random.choices(SURNAMES, WEIGHTS)[0]
        return surname + "".join(self.random.sample(GIVEN, 1 if self.chance(0.2) else 2))

    def guest(self) -> GuestDetails:
        foreign = self.chance(0.15)
        name = f"{self.random.choice(FIRST)} {self.random.choice(LAST)}" if foreign else self.han()
        mail = f"u{self.random.randrange(10**7)}@{self.random.choice(MAILS)}" if self.chance(0.4) else ""
        return GuestDetails(
            name=name, phone=self.phone() if self.chance(0.85) else "", email=mail,
            birth_date=self.birth() if self.chance(0.7) else None,
            sex=self.random.choice(("male", "female")) if self.chance(0.8) else "",
            nationality=("USA" if foreign else "CHN") if self.chance(0.6) else "",
        )  # fmt: skip

    # -- the second file of the same person

    def again(self, one: GuestDetails) -> tuple[GuestDetails, str]:
        """Something that happens to a file, and often less of the rest."""
        changes: list[tuple[str, Callable[[GuestDetails], GuestDetails]]] = [
            ("the same", lambda g: g), ("new phone", lambda g: replace(g, phone=self.phone())),
            ("digit wrong", self.wrong_digit), ("birthday mistyped", self.wrong_birth), ("name mistyped", self.typo),
        ]  # fmt: skip
        if " " in one.name:
            changes += [("other order", self.turned), ("married", self.married)]
        else:
            changes += [("pinyin", self.letters), ("sounds alike", self.sounding)]
        kind, change = self.random.choice(changes)
        other = change(one)
        if self.chance(0.3):
            other = replace(other, email="")
        if self.chance(0.2) and kind != "new phone" and other.phone:
            other = replace(other, birth_date=None)
        elif self.chance(0.15) and other.birth_date:
            other = replace(other, phone="")
        return other, kind

    def wrong_digit(self, one: GuestDetails) -> GuestDetails:
        digits = list(one.phone or "")
        if not digits:
            return one
        place = self.random.randrange(4, 10)
        if self.chance(0.5):
            digits[place], digits[place + 1] = digits[place + 1], digits[place]
        else:
            digits[place] = str((int(digits[place]) + self.random.randrange(1, 10)) % 10)
        return replace(one, phone="".join(digits))

    def wrong_birth(self, one: GuestDetails) -> GuestDetails:
        born = one.birth_date
        return (
            one if born is None else replace(one, birth_date=born.replace(year=born.year + self.random.choice((1, 10))))
        )

    def typo(self, one: GuestDetails) -> GuestDetails:
        if " " not in one.name:
            return self.sounding(one)
        place = self.random.randrange(1, len(one.name) - 1)
        return replace(one, name=one.name[:place] + one.name[place + 1 :] if one.name[place] != " " else one.name + "n")

    def turned(self, one: GuestDetails) -> GuestDetails:
        return replace(one, name=" ".join(reversed(one.name.split())))

    def married(self, one: GuestDetails) -> GuestDetails:
        return replace(one, name=f"{one.name.split()[0]} {self.random.choice(LAST)}")

    def letters(self, one: GuestDetails) -> GuestDetails:
        from pypinyin import lazy_pinyin

        parts = lazy_pinyin(one.name[:1])[0].capitalize(), "".join(lazy_pinyin(one.name[1:])).capitalize()
        return replace(one, name=" ".join(parts if self.chance(0.5) else parts[::-1]))

    def sounding(self, one: GuestDetails) -> GuestDetails:
        return replace(one, name=one.name[0] + "".join(SOUNDS.get(c, c) for c in one.name[1:]))

    # -- other people who look alike

    def twin(self, one: GuestDetails) -> GuestDetails:
        given = self.random.choice([c for c in GIVEN if c not in one.name])
        return replace(one, name=one.name[:-1] + given, email="", birth_date=one.birth_date or self.birth())

    def parent(self, one: GuestDetails) -> GuestDetails:
        born = (one.birth_date or self.birth()) - timedelta(days=365 * self.random.randrange(22, 35))
        return replace(one, name=one.name[0] + self.random.choice(GIVEN), birth_date=born, email="")

    def alike(self, one: GuestDetails) -> GuestDetails:
        return replace(self.guest(), name=one.name, birth_date=self.birth(), phone=self.phone())


def make(seed: int, people: int) -> Labelled:
    maker, made = Maker(seed), Labelled()
    for person in range(people):
        one = maker.guest()
        made.add(one, person, "first")
        if maker.chance(0.4):
            other, kind = maker.again(one)
            made.add(other, person, kind)
    for number in range(people // 5):
        base = made.files[maker.random.randrange(len(made.files))]
        han = " " not in base.name
        kind = maker.random.choice(("twin", "parent", "alike", "alike") if han else ("alike",))
        made.add(getattr(maker, kind)(base), people + number, kind)
    return made


@dataclass(frozen=True)
class Score:
    suggested: int
    right: int
    sure: int
    sure_right: int
    pairs: int
    missed: dict[str, int]
    wrong: dict[str, int]

    @property
    def precision(self) -> float:
        return self.right / max(self.suggested, 1)

    @property
    def recall(self) -> float:
        return self.right / self.pairs

    @property
    def sure_precision(self) -> float:
        return self.sure_right / max(self.sure, 1)


def score(made: Labelled, ids: list[int], group_id: int) -> Score:
    """All files compared with all others as the worker does it, against what is known."""
    from collections import Counter

    from binzhi.guests.duplicates.crowd import Crowd
    from binzhi.guests.duplicates.matching import weighed
    from binzhi.kernel.search import name_keys

    place = {guest_id: number for number, guest_id in enumerate(ids)}
    found = weighed(
        crowd=Crowd(group_id, len(ids)), guest_ids=ids, names=[name_keys(each.name).pinyin for each in made.files]
    )
    likely = {(place[a], place[b]): each for (a, b), each in found.items() if each.is_likely}
    truth = {
        (a, b) for b, person in enumerate(made.person) for a in (b - 1,) if a >= 0 and made.person[a] == person
    }  # fmt: skip
    right = {pair for pair in likely if pair in truth}
    sure = {pair for pair, each in likely.items() if each.is_sure}
    return Score(
        suggested=len(likely), right=len(right), sure=len(sure), sure_right=len(sure & truth), pairs=len(truth),
        missed=dict(Counter(made.kind[b] for _a, b in truth - right)),
        wrong=dict(Counter(f"{made.kind[a]}/{made.kind[b]}" for a, b in likely.keys() - truth)),
    )  # fmt: skip


def tell(seed: int, people: int) -> str:
    from binzhi.guests import files
    from binzhi.kernel import db
    from tests.factories import NOW, SYSTEM
    from tests.guests.conftest import new_hotel

    hotel = new_hotel()
    made = make(seed, people)
    db.enter_scope("*", "*")
    ids = [files.create(group_id=hotel.group_id, details=each, now=NOW) for each in made.files]
    assert SYSTEM.is_system
    db.execute("ANALYZE guests_guest")
    found = score(made, ids, hotel.group_id)
    return (
        f"seed {seed}: {len(ids)} files, {found.pairs} true pairs; suggested {found.suggested},"
        f" precision {found.precision:.3f}, recall {found.recall:.3f}; sure {found.sure},"
        f" precision {found.sure_precision:.4f}; missed {found.missed}; wrong {found.wrong}"
    )


if __name__ == "__main__":
    import sys

    from binzhi.config.cli.data import open_database

    numbers = [int(word) for word in sys.argv[1:]] or [1]
    with open_database("binzhi_labelled", anew=True):
        from django.db import transaction

        with transaction.atomic():
            print(tell(numbers[0], numbers[1] if len(numbers) > 1 else 1000))
            transaction.set_rollback(True)
