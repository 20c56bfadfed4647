"""Surnames whose reading differs from the everyday reading of the character, and surnames of two characters."""

from __future__ import annotations

READINGS: dict[str, tuple[str, ...]] = {
    "单": ("shàn",), "曾": ("zēng",), "仇": ("qiú",), "解": ("xiè",), "查": ("zhā",), "任": ("rén",), "区": ("ōu",),
    "朴": ("piáo",), "盖": ("gě",), "翟": ("zhái",), "尉": ("wèi",), "覃": ("qín",), "秘": ("bì",), "折": ("shé",),
    "冼": ("xiǎn",), "员": ("yùn",), "黑": ("hè",), "重": ("chóng",), "种": ("chóng",), "乐": ("yuè",),
    "召": ("shào",), "令": ("líng",), "那": ("nā",), "繁": ("pó",), "宁": ("nìng",), "华": ("huà",), "纪": ("jǐ",),
    "葛": ("gě",), "燕": ("yān",), "洗": ("xiǎn",), "缪": ("miào",), "宓": ("mì",), "牟": ("mù",), "逄": ("páng",),
    "郇": ("xún",), "晟": ("chéng",), "隗": ("wěi",), "訾": ("zī",), "佴": ("nài",), "適": ("kuò",), "撒": ("sǎ",),
    "谌": ("chén",), "哈": ("hǎ",), "祭": ("zhài",), "句": ("gōu",), "过": ("guō",), "长": ("cháng",), "车": ("chē",),
    "藏": ("zāng",), "卜": ("bǔ",), "薄": ("bó",), "乜": ("niè",), "干": ("gān",), "相": ("xiàng",), "能": ("nài",),
    "么": ("yāo",), "粘": ("nián",), "浣": ("wǎn",), "石": ("shí",), "沈": ("shěn",), "贾": ("jiǎ",), "万": ("wàn",),
    "都": ("dū",), "柏": ("bǎi",), "强": ("qiáng",), "尉迟": ("yù", "chí"), "万俟": ("mò", "qí"),
    "长孙": ("zhǎng", "sūn"), "澹台": ("tán", "tái"), "令狐": ("líng", "hú"), "单于": ("chán", "yú"),
    "欧阳": ("ōu", "yáng"), "司马": ("sī", "mǎ"), "上官": ("shàng", "guān"), "诸葛": ("zhū", "gě"),
    "司徒": ("sī", "tú"), "夏侯": ("xià", "hóu"), "皇甫": ("huáng", "fǔ"), "公孙": ("gōng", "sūn"),
    "慕容": ("mù", "róng"), "宇文": ("yǔ", "wén"), "司空": ("sī", "kōng"), "独孤": ("dú", "gū"),
    "南宫": ("nán", "gōng"), "东方": ("dōng", "fāng"), "端木": ("duān", "mù"), "轩辕": ("xuān", "yuán"),
    "尧": ("yáo",), "鲜于": ("xiān", "yú"), "闻人": ("wén", "rén"), "钟离": ("zhōng", "lí"), "呼延": ("hū", "yán"),
    "申屠": ("shēn", "tú"), "太叔": ("tài", "shū"), "濮阳": ("pú", "yáng"), "淳于": ("chún", "yú"),
    "赫连": ("hè", "lián"), "拓跋": ("tuò", "bá"), "百里": ("bǎi", "lǐ"), "东郭": ("dōng", "guō"),
    "东门": ("dōng", "mén"), "亓官": ("qí", "guān"), "公羊": ("gōng", "yáng"), "公西": ("gōng", "xī"),
    "司寇": ("sī", "kòu"), "夹谷": ("jiá", "gǔ"), "宰父": ("zǎi", "fǔ"), "左丘": ("zuǒ", "qiū"),
    "梁丘": ("liáng", "qiū"), "颛孙": ("zhuān", "sūn"), "西门": ("xī", "mén"), "第五": ("dì", "wǔ"),
    "公冶": ("gōng", "yě"), "宗政": ("zōng", "zhèng"),
}  # fmt: skip


def surname_of(name: str) -> str:
    """The surname at the head of a Chinese name: two characters where that is a surname and more follows, else one."""
    # A two-character name such as 东方 alone is surname 东 + given name 方.
    return name[:2] if len(name) > 2 and name[:2] in READINGS else name[:1]
