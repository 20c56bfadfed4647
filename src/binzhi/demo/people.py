"""Who acts in the demo hotel: staff with the rights of their posts, members and VIPs whose files the desk keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random

from binzhi.demo.names import Person, resident_id
from binzhi.demo.organisations import Organisations
from binzhi.demo.partners import COMPANIES
from binzhi.guests.services import DocumentInput, GuestDetails, add_document, create_guest
from binzhi.kernel import db
from binzhi.kernel.actor import Actor
from binzhi.kernel.operations import unit_of_work
from binzhi.people.posts import POSTS

TIERS = ("普卡", "普卡", "普卡", "银卡", "银卡", "金卡", "白金卡")
_BATCH = 50


@dataclass(frozen=True, slots=True)
class Cast:
    """The staff by post."""

    actors: Mapping[str, Actor]

    def __getitem__(self, post: str) -> Actor:
        return self.actors[post]


def cast_of(*, hotel_id: int, group_id: int, hired: Mapping[str, tuple[int, int]], names: Mapping[str, str]) -> Cast:
    """Actors exactly as signing in would make them."""
    return Cast(
        {
            post: Actor(
                user_id=user_id, staff_id=staff_id, name=names[post],
                grants={hotel_id: frozenset(POSTS[post].permissions)}, group_ids=frozenset({group_id}),
            )
            for post, (user_id, staff_id) in hired.items()
        }
    )  # fmt: skip


@dataclass(slots=True)
class Files:
    """Guest files by person (index in the list of people), and the document each has shown."""

    guests: dict[int, int] = field(default_factory=dict)
    documents: dict[int, int] = field(default_factory=dict)

    def learn(self, seen: Mapping[int, int]) -> None:
        """Files that check-ins opened (person: guest), with their documents."""
        fresh = {person: guest for person, guest in seen.items() if person not in self.documents}
        self.guests |= seen
        rows = db.fetch_all(
            "SELECT guest_id, min(id) AS id FROM guests_guestdocument WHERE guest_id = ANY (%s) GROUP BY guest_id",
            [list(fresh.values())],
        )
        documents = {row["guest_id"]: row["id"] for row in rows}
        self.documents |= {person: documents[guest] for person, guest in fresh.items() if guest in documents}


VIPS = (
    # name, sex, level, company, what the desk keeps in mind
    ("陈国梁", "male", "vvip", 0, "到店前与秘书核对行程，不对外透露"),
    ("苏婉仪", "female", "vip", 7, "喜高楼层湖景；荞麦枕两只"),
    ("贺振东", "male", "ip", 8, "自带司机，车位一个"),
    ("许文静", "female", "vip", 1, "儿童同行，备婴儿床"),
    ("顾明远", "male", "vip", 2, "素食"),
    ("程立雪", "female", "ip", 6, "需安静房"),
)


def open_files(
    *, hotel_id: int, people: Sequence[Person], members: int, organisations: Organisations, cast: Cast, random: Random,
    now: datetime,
) -> Files:  # fmt: skip
    """Files of the first `members` people (they come most often); the first of all are the VIPs."""
    files = Files()
    for start in range(0, members, _BATCH):
        with unit_of_work():
            for person in range(start, min(start + _BATCH, members)):
                details = _details(person, people[person], organisations, random)
                actor = cast["general-manager"] if details.vip_level else cast["receptionist"]
                guest = create_guest(hotel_id=hotel_id, details=details, actor=actor, now=now)
                files.guests[person] = guest
                files.documents[person] = add_document(
                    hotel_id=hotel_id,
                    guest_id=guest,
                    document=document_of(people[person]),
                    actor=cast["receptionist"],
                    now=now,
                )
    return files


def _details(index: int, person: Person, organisations: Organisations, random: Random) -> GuestDetails:
    vip = VIPS[index] if index < len(VIPS) else None
    tier = "白金卡" if vip else random.choice(TIERS)
    # One of thirty regulars stands higher than a tier says.
    level = vip[2] if vip else random.choice(("ip", "ip", "vip")) if random.random() < 0.03 else ""
    company = vip[3] if vip else random.randrange(len(COMPANIES)) if random.random() < 0.25 else None
    return GuestDetails(
        name=person.name, name_en=person.name_en, sex=person.sex, birth_date=person.birth_date,
        nationality=person.nationality, phone=person.phone, member_no=f"LK{880000 + index}", member_tier=tier,
        vip_level=level, note=vip[4] if vip else "",
        organisation_id=organisations.companies[company] if company is not None else None,
    )  # fmt: skip


def document_of(person: Person) -> DocumentInput:
    country = "CHN" if person.document_kind == "resident_id" else person.nationality
    return DocumentInput(kind=person.document_kind, number=person.document_number, country=country)


def with_vips(people: Sequence[Person], random: Random) -> list[Person]:
    """The people with the VIPs of the house at their head, each with a document that says the same sex."""
    rest = list(people)
    for place, (name, sex, _level, _company, _note) in enumerate(VIPS):
        plain = rest[place]
        number = resident_id(random, plain.birth_date, sex)
        rest[place] = replace(
            plain,
            name=name,
            name_en="",
            sex=sex,
            nationality="CHN",
            document_kind="resident_id",
            document_number=number,
        )
    return rest
