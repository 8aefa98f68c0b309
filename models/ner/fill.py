"""Fills the slots of lines: text with the places of people, schools and other bodies in it."""

from __future__ import annotations

import random
import re
import unicodedata
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from models.ner import lines, plain
from models.ner.people import People
from models.ner.sources import Sources
from models.ner.units import Units

PER, UNIT, ORG = "PER", "UNIT", "ORG"
#: Stands between lines and cells.
BREAK = "\n"
_SLOT = re.compile(r"\{(\w+)\}")
_SEPARATORS = ("、", "、", "、", "、", "", "", "，", "", ",", ";", "；", "/", "·", " ")
_GRADES = "一二三四五六七八九"


@dataclass
class Sample:
    """A text and its (start, end, class) spans."""

    text: str = ""
    spans: list[tuple[int, int, str]] = field(default_factory=list)

    def add(self, text: str, kind: str | None = None) -> None:
        """Append a text, as a span of a class if one is given."""
        if kind and text:
            self.spans.append((len(self.text), len(self.text) + len(text), kind))
        self.text += text

    def join(self, other: Sample) -> None:
        """Append another sample."""
        at = len(self.text)
        self.text += other.text
        self.spans += [(a + at, b + at, kind) for a, b, kind in other.spans]


def split_templates(text: str, part: str) -> tuple[str, ...]:
    """Return the templates of a part: ``train``, ``dev`` or ``test``, told apart by their sum."""
    found = []
    for line in text.strip().splitlines():
        slot = zlib.crc32(line.encode()) % 8
        # What is nothing but slots belongs to every part: nobody could learn lists without it.
        bare = not re.search(r"[一-龥]", _SLOT.sub("", line))
        if bare or part == {0: "dev", 1: "test"}.get(slot, "train"):
            found.append(line.strip())
    return tuple(found)


class Filler:
    """Makes samples from templates.

    Args:
        sources: The word lists.
        seed: Of the random numbers.
        part: Which templates: ``train``, ``dev`` or ``test``.
    """

    def __init__(self, sources: Sources, seed: int, part: str) -> None:
        self.random = random.Random(seed)
        self.people = People(sources, seed + 1)
        self.units = Units(sources, seed + 2)
        self._words = {tag: list(found) for tag, found in sources.words.items()}
        # Common words oftener, but none never.
        self._heaps = {
            tag: list(accumulate(count**0.6 for count in found.values()))
            for tag, found in sources.words.items()
        }
        self._school_words = {tag: text.split() for tag, text in plain.SCHOOL_WORDS.items()}
        self._places = sources.places
        self._figures = (*sources.figures, *plain.FIGURES)
        groups = (lines.AWARDS, lines.PROJECTS, lines.PAPERS, lines.SENTENCES)
        self._named = tuple(split_templates(group, part) for group in groups)
        self._prose = split_templates(plain.PROSE, part)
        self._remarks = plain.REMARKS.strip().split("|")
        self._titles = plain.TITLES.strip().split("|")
        self._answers = {key: text.split() for key, text in lines.ANSWERS.items()}
        names = set(sources.surnames)
        every = [w for tag in ("n", "v", "a", "d", "b", "vn", "t", "s") for w in self._words[tag]]
        # Words that begin like a name: 高级, 方法, 安全, 黄河.
        self._surnamed = tuple(w for w in every if w[0] in names and 2 <= len(w) <= 4)
        self._make: dict[str, Callable[[], str]] = {
            "D": self._date, "G": self._grade, "N": self._number, "W": self._title,
            "E": self._sentence, "Q": self._remark, "F": self._figure, "c": self._place,
            "V": lambda: self._word("v"), "z": self._short_word, "q": self._remark,
        }  # fmt: skip

    def named(self) -> Sample:
        """Make a line with people or schools in it."""
        template = self.random.choice(self.random.choices(self._named, (30, 36, 18, 26))[0])
        return self.fill(template)

    def plain(self) -> Sample:
        """Make a line or more without any."""
        return self.fill(self.random.choice(self._prose))

    def fill(self, template: str) -> Sample:
        """Fill the slots of a template."""
        sample = Sample()
        # The borders of cells are not always seen.
        border = "" if self.random.random() < 0.08 else BREAK
        at = 0
        for match in _SLOT.finditer(template):
            sample.add(template[at : match.start()].replace("|", border).replace(" ", ""))
            self._slot(match.group(1), sample)
            at = match.end()
        sample.add(template[at:].replace("|", border).replace(" ", ""))
        return sample

    def _slot(self, slot: str, sample: Sample) -> None:
        if slot == "P":
            sample.add(self.people.name(), PER)
        elif slot == "p":
            sample.add(self.people.surname(), PER)
        elif slot == "L":
            self._list(sample)
        elif slot == "U":
            sample.add(self.units.school(), UNIT)
        elif slot in "Oo":
            sample.add(self.units.other(), ORG)
        elif slot in self._answers:
            sample.add(self.random.choice(self._answers[slot]))
        elif slot in self._make:
            sample.add(self._make[slot]())
        else:
            sample.add(self._word(slot))

    def _list(self, sample: Sample) -> None:
        count = self.random.choice((1, 2, 2, 3, 3, 4, 5, 6, 8, 10))
        separator = self.random.choice(_SEPARATORS).strip()
        breaks = self.random.random() < 0.15
        # Marks are lost when a page is read.
        loss = self.random.choice((0.0, 0.0, 0.06, 0.2))
        last = self.random.choice(("", "", "", "和", "与", "及", "以及", "等"))
        for i in range(count):
            if i and last not in ("", "等") and i == count - 1:
                sample.add(last)
            elif i and self.random.random() >= loss:
                sample.add(BREAK if breaks else separator)
            sample.add(self.people.name(), PER)
            if self.random.random() < 0.02:
                sample.add("(" + self.random.choice(self._answers["T"]) + ")")
        if last == "等":
            sample.add(self.random.choice(("等", "等人", "等老师", "等同志", f"等{count + 2}人")))

    def _word(self, tag: str) -> str:
        school = self._school_words.get(tag)
        if school and self.random.random() < 0.45:
            return self.random.choice(school)
        return self.random.choices(self._words[tag], cum_weights=self._heaps[tag])[0]

    def _short_word(self) -> str:
        return self.random.choice(self._surnamed)

    def _place(self) -> str:
        return self.random.choice(self.units.place())

    def _figure(self) -> str:
        return self.random.choice(self._figures)

    def _date(self) -> str:
        year, month = self.random.randint(1960, 2026), self.random.randint(1, 12)
        day, pad = self.random.randint(1, 31), self.random.choice((1, 2))
        shapes = (
            f"{year}年{month:0{pad}}月{day:0{pad}}日",
            f"{year}.{month:0{pad}}.{day}",
            f"{year}年{month}月",
            f"{year}-{month:02}-{day:02}",
            f"二〇{self.random.choice('一二')}{self.random.choice(_GRADES)}年{self.random.choice(_GRADES)}月",
            "年月日",
        )
        return self.random.choice(shapes)

    def _grade(self) -> str:
        g, n = self.random.choice(_GRADES), self.random.randint(1, 20)
        shapes = (
            f"{g}年级({n})班", f"{g}({n})班", f"高{self.random.choice('一二三')}({n})班",
            f"初{self.random.choice('一二三')}{n}班", f"{g}年级", f"{n}班",
            f"{self.random.choice('大中小')}{self.random.choice(('一', '二', ''))}班",
            f"高{self.random.choice('一二三')}年级", f"{g}年级{self.random.choice(_GRADES)}班",
        )  # fmt: skip
        return self.random.choice(shapes)

    def _number(self) -> str:
        draw = self.random.random()
        if draw < 0.5:
            return str(self.random.randint(1, 40))
        if draw < 0.7:
            return str(self.random.randint(1980, 2026))
        if draw < 0.85:
            return "".join(self.random.choice("0123456789") for _ in range(11))
        return self.random.choice("ABGJKXY") + str(self.random.randint(1000, 999999))

    def _filled(self, template: str) -> str:
        return self.fill(template).text

    def _title(self) -> str:
        return self._filled(self.random.choice(self._titles))

    def _remark(self) -> str:
        return self._filled(self.random.choice(self._remarks))

    def _sentence(self) -> str:
        count = self.random.randint(1, 4)
        return "，".join(self._remark() for _ in range(count)) + "。"


def narrow(text: str) -> str:
    """Return a text with wide marks made narrow, character by character, as a page's text has."""
    return "".join(n if len(n := unicodedata.normalize("NFKC", c)) == 1 else c for c in text)


def bioes(sample: Sample, classes: Sequence[str] = (PER, UNIT, ORG)) -> list[int]:
    """Return one tag a character: 0 outside, 1 + 4 class + (begin, inside, end, single)."""
    tags = [0] * len(sample.text)
    for start, end, kind in sample.spans:
        base = 1 + 4 * classes.index(kind)
        if end - start == 1:
            tags[start] = base + 3
            continue
        for i in range(start, end):
            tags[i] = base + (0 if i == start else 2 if i == end - 1 else 1)
    return tags
