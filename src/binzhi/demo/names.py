"""Made-up people: names as they are met at a Chinese desk, documents that check but belong to nobody, phones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

# In the order of how often they are met; the first are met most.
SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦"
    "贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤"
)
RARE_SURNAMES = ("欧阳", "上官", "司徒", "诸葛", "单", "仇", "区", "查", "解", "翟", "朴", "令狐", "慕容", "尉迟")
GIVEN = {
    "male": "伟强磊军洋勇杰涛明超亮刚平辉鹏华飞鑫波斌宇浩凯俊峰志建国文博晨泽轩睿航天昊铭然子哲远毅嘉楷承安林东海川",
    "female": "芳娜敏静丽娟艳霞燕玲雪琳倩婷慧颖莉欣怡佳雅晶洁梅萍红月云兰凤琴璐瑶梦诗涵雨馨悦思语若曦妍彤语嫣清宁书",
}
FOREIGNERS = (
    ("USA", "Emily Carter", "female"),
    ("USA", "Daniel Brooks", "male"),
    ("GBR", "Oliver Bennett", "male"),
    ("GBR", "Sophie Turner", "female"),
    ("DEU", "Lukas Schneider", "male"),
    ("DEU", "Anna Becker", "female"),
    ("FRA", "Camille Laurent", "female"),
    ("JPN", "Sato Haruka", "female"),
    ("JPN", "Tanaka Kenji", "male"),
    ("KOR", "Kim Minjun", "male"),
    ("KOR", "Park Jiwoo", "female"),
    ("SGP", "Tan Wei Ling", "female"),
    ("AUS", "Jack Murray", "male"),
    ("ITA", "Giulia Conti", "female"),
    ("ESP", "Pablo Ortega", "male"),
    ("RUS", "Irina Sokolova", "female"),
    ("THA", "Somchai Prasert", "male"),
    ("MYS", "Nurul Aisyah", "female"),
    ("CAN", "Liam Fraser", "male"),
    ("BRA", "Rafael Nunes", "male"),
)

# City codes (xxxx00). A resident's number carries the code of a district, so none of these was ever given to anybody.
PLACES = ("330100", "310100", "320100", "320500", "440100", "440300", "510100", "420100", "110100", "350200", "370200")
# A block of service numbers: none belongs to a person.
PHONES = "1380013"


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    sex: str
    birth_date: date
    nationality: str
    document_kind: str
    document_number: str
    phone: str
    name_en: str = ""


def people(random: Random, *, count: int, today: date) -> Iterator[Person]:
    """Different people, nearly all of them Chinese."""
    taken: set[str] = set()
    numbers = random.sample(range(10_000), min(count, 10_000))
    for index in range(count):
        phone = f"{PHONES}{numbers[index % len(numbers)]:04}"
        if index % 60 == 59:
            yield _foreigner(random, index, phone, today)
            continue
        sex = random.choice(("male", "male", "female"))
        name = chinese_name(random, sex)
        while name in taken:
            name = chinese_name(random, sex)
        taken.add(name)
        born = _birth_date(random, today)
        yield Person(name, sex, born, "CHN", "resident_id", resident_id(random, born, sex), phone)


def chinese_name(random: Random, sex: str) -> str:
    """Surname and one or two characters."""
    surname = (
        random.choice(RARE_SURNAMES)
        if random.random() < 0.03
        else SURNAMES[int(len(SURNAMES) * random.random() ** 2.2)]
    )
    characters = GIVEN[sex]
    given = random.choice(characters)
    if random.random() < 0.78:
        given += random.choice(characters.replace(given, ""))
    return surname + given


def _birth_date(random: Random, today: date) -> date:
    # Mean 41, few under 20 or over 75: who signs the registration is grown up.
    age = min(max(random.gauss(41, 13), 18.5), 82)
    return today - timedelta(days=int(age * 365.25))


def resident_id(random: Random, born: date, sex: str) -> str:
    """An 18-digit number that passes every check of GB 11643, under a code no district has."""
    order = random.randrange(0, 1000, 2) + (1 if sex == "male" else 0)
    return with_check_digit(f"{random.choice(PLACES)}{born:%Y%m%d}{order % 1000:03}")


def with_check_digit(digits: str) -> str:
    """ISO 7064 MOD 11-2 over the first 17 digits."""
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(digits))
    return digits + "10X98765432"[total % 11]


def _foreigner(random: Random, index: int, phone: str, today: date) -> Person:
    country, name, sex = FOREIGNERS[index // 60 % len(FOREIGNERS)]
    again = index // 60 // len(FOREIGNERS)
    number = f"{random.choice('CEGHKLMPRT')}{random.randrange(10**7, 10**8)}"
    return Person(
        name=name + (f" {'ABCDEFGH'[again - 1]}." if again else ""),
        sex=sex,
        birth_date=_birth_date(random, today),
        nationality=country,
        document_kind="passport",
        document_number=number,
        phone=phone,
        name_en=name,
    )
