"""Names of public bodies: which of them name the same one.

A name is taken apart into the divisions that it leads through (江苏省, 淮安市, 洪泽区) and the unit that remains (财政局,
or nothing for the division's own government). Two names are one body if their units are the same, they end in the same
division, and the divisions of one are among those of the other in order: 洪泽区人民政府 is 淮安市洪泽区, but neither
洪泽区财政局 nor, of several cities, any particular 鼓楼区.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_STATE = re.compile("^(?:中华人民共和国|中国)(?=.{3})")
_REMARK = re.compile(r"[（(][^（）()]*[）)]$|本级$")
_NO_DIVISION = "城市|城乡|城镇|乡镇|村镇|社区|市区|辖区|小区|街区|县区|市县|区县"
_DIVISION = re.compile(
    rf"(?!{_NO_DIVISION})[一-鿿]{{1,11}}?(?<![和与])(?:省|特别行政区|自治区|自治州|自治县|自治旗|地区|盟|县|旗|民族乡|苏木|街道"
    "|市(?![区场])|(?<!社)区|(?<!城)镇(?![市县区])|(?<!城)乡(?![市县区]))")
"""Up to the last sign of a division's name; 景德镇市 and 新乡市 end in 市, 沙市区 in 区, 住房和城乡建设局 is none."""
_GOVERNMENT = re.compile("^(?:人民)?政府$")
_OFFICE_OF_STREET = re.compile("^(?:人民政府)?(?:街道)?办事处$")


@dataclass(frozen=True, slots=True)
class BodyName:
    """A body's name taken apart; `unit` is empty for the government of the last division."""

    divisions: tuple[str, ...]
    unit: str

    def may_be(self, other: BodyName) -> bool:
        """Whether both can name one body: the same unit of the same division, one said more fully than the other."""
        if self.unit != other.unit or self.divisions[-1:] != other.divisions[-1:]:
            return False
        short, long = sorted((self.divisions, other.divisions), key=len)
        rest = iter(long)
        return all(division in rest for division in short)


def body_name(name: str) -> BodyName:
    """The parts of a name; spaces, remarks in brackets and ways to write the same unit do not matter."""
    text = _STATE.sub("", re.sub(r"\s+", "", name))
    while (bare := _REMARK.sub("", text)) != text and bare:
        text = bare
    divisions = []
    position = 0
    while match := _DIVISION.match(text, position):
        divisions.append(match[0])
        position = match.end()
    return BodyName(tuple(divisions), _unit(text[position:], divisions))


def _unit(text: str, divisions: Sequence[str]) -> str:
    """A unit in its plain spelling: 发展和改革委员会 is 发展改革委, 人民政府办公室 is 政府办公室."""
    if _GOVERNMENT.match(text) or (divisions and divisions[-1].endswith("街道") and _OFFICE_OF_STREET.match(text)):
        return ""
    text = text.replace("人民政府", "政府").replace("委员会", "委")
    return re.sub("[和与、]", "", re.sub("办$", "办公室", text))


def same_body(first: str, other: str) -> bool:
    """Whether two names may name one body."""
    return body_name(first).may_be(body_name(other))


def groups(names: Iterable[str]) -> Mapping[str, str]:
    """The body that each name stands for, called by the fullest name given for it.

    A short name that fits several bodies (鼓楼区, where 南京市鼓楼区 and 徐州市鼓楼区 are given) stays by itself.
    """
    given = sorted(set(names))
    parts = {name: body_name(name) for name in given}
    bodies: list[list[str]] = []
    for name in sorted(given, key=lambda name: (-len(parts[name].divisions), name)):
        fitting = [body for body in bodies if all(parts[name].may_be(parts[other]) for other in body)]
        if len(fitting) == 1:
            fitting[0].append(name)
        else:
            bodies.append([name])
    return {name: max(body, key=lambda n: (len(parts[n].divisions), len(n), n)) for body in bodies for name in body}
