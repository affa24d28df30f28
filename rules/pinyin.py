"""Chinese names as they are typed and sorted: surname, then given name, in plain syllables.

The readings stand in ``pinyin.txt``, one syllable a line: the characters of GB 2312 and Big5, and those that names like
beyond them. A dictionary package was tried first: 57 MiB in every worker, a third of what a worker may take.
"""

from functools import lru_cache
from pathlib import Path

READINGS = Path(__file__).with_suffix(".txt")

_SURNAMES = (
    "单:shan 解:xie 仇:qiu 曾:zeng 查:zha 盖:ge 区:ou 朴:piao 翟:zhai 任:ren 乐:yue 缪:miao 覃:qin 员:yun 召:shao "
    "种:chong 秘:bi 冼:xian 洗:xian 折:she 黑:he 宁:ning 繁:po 逄:pang 华:hua 燕:yan 纪:ji 应:ying 那:na 哈:ha "
    "车:che 柏:bai 薄:bo 强:qiang 卜:bu 郗:xi 牟:mou 祭:zhai 贾:jia 沈:shen 谌:chen 阚:kan 臧:zang 尉:wei 石:shi"
)
"""Characters that are read otherwise when they are a surname."""

_COMPOUND = (
    "欧阳:ouyang 司徒:situ 司马:sima 申屠:shentu 上官:shangguan 诸葛:zhuge 夏侯:xiahou 东方:dongfang 皇甫:huangfu "
    "尉迟:yuchi 公孙:gongsun 令狐:linghu 慕容:murong 宇文:yuwen 长孙:zhangsun 司空:sikong 端木:duanmu 独孤:dugu "
    "南宫:nangong 西门:ximen 万俟:moqi 闻人:wenren 轩辕:xuanyuan 澹台:tantai 淳于:chunyu 濮阳:puyang 公冶:gongye "
    "太史:taishi 钟离:zhongli 呼延:huyan 歐陽:ouyang 諸葛:zhuge 司馬:sima 東方:dongfang"
)
SURNAMES = dict(pair.split(":") for pair in _SURNAMES.split())
COMPOUND_SURNAMES = dict(pair.split(":") for pair in _COMPOUND.split())


@lru_cache(maxsize=1)
def readings() -> dict[str, str]:
    """Character -> its commonest reading, read from the table once."""
    rows = (line.split(" ", 1) for line in READINGS.read_text("utf-8").splitlines())
    return {character: syllable for syllable, characters in rows for character in characters}


def pinyin(name: str) -> str:
    """``"欧阳静"`` -> ``"ouyang jing"``; what is not Chinese stays as it is written, in small letters."""
    plain = " ".join(name.split())
    if not plain or plain[0] not in readings():
        return plain.lower()
    surname = plain[:2] if plain[:2] in COMPOUND_SURNAMES and len(plain) > 2 else plain[:1]
    read = COMPOUND_SURNAMES.get(surname) or SURNAMES.get(surname) or readings()[surname]
    given = "".join(readings().get(one, one) for one in plain[len(surname) :]).strip().lower()
    return f"{read} {given}".strip()
