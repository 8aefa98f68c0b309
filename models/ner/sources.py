"""The data that training may use, read from the folders that the arguments name.

See README.md in this folder for origin and licence of each.
"""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

_REPOSITORY = Path(__file__).resolve().parents[2]
_HAN = re.compile("[一-龥]+")
#: What jieba's part-of-speech tags mark as words of everyday language.
_PLAIN_TAGS = frozenset("n v a d vn an i l b ad vd s t f z m q r c p".split())


@dataclass(frozen=True)
class Sources:
    """Where the sources lie.

    Attributes:
        ner: Folder with ``names``, ``admin_divisions`` and ``companies``.
        laws: The gzipped text of laws and regulations.
    """

    ner: Path
    laws: Path

    @cached_property
    def surnames(self) -> dict[str, int]:
        """Surnames with their weight: Chinese-Names-Corpus and the product's own list."""
        text = (_REPOSITORY / "pipeline/detection/data/surnames.txt").read_text(encoding="utf-8")
        lines = (line for line in text.splitlines() if not line.startswith("#"))
        found = {name: 1 for line in lines for name in line.split() if len(name) <= 2}
        for name, weight, *_ in self._sheet("names/Chinese_Family_Name_1k.xlsx", 0):
            if isinstance(weight, int) and _HAN.fullmatch(str(name)):
                found[str(name)] = weight
        return found

    @cached_property
    def figures(self) -> tuple[str, ...]:
        """People of history that dossiers cite (the product's own list)."""
        path = _REPOSITORY / "pipeline/detection/data/public_figures.txt"
        lines = path.read_text(encoding="utf-8").splitlines()
        return tuple(n for line in lines if not line.startswith("#") for n in line.split())

    @cached_property
    def given_characters(self) -> tuple[str, ...]:
        """Characters of modern given names, common ones several times (name generator tables)."""
        characters: list[str] = []
        for sheet in range(4):
            for row in self._sheet("names/mengming_name_generator_V1.1.xlsx", sheet):
                cells = [str(c) for c in row if c is not None]
                characters += [c for c in cells[1:] if len(c) == 1 and _HAN.fullmatch(c)]
        return tuple(characters)

    @cached_property
    def old_given(self) -> tuple[str, ...]:
        """Given names of historical people, in simplified characters."""
        import opencc

        text = (self.ner / "names/Ancient_Names_Corpus_25W.txt").read_text(encoding="utf-8-sig")
        simple = opencc.OpenCC("t2s").convert(text)
        names = (line.strip() for line in simple.splitlines())
        return tuple(
            name[1:]
            for name in names
            if 2 <= len(name) <= 3 and _HAN.fullmatch(name) and name[0] in self.surnames
        )

    @cached_property
    def places(self) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
        """(province, city, its districts and counties)."""
        tree = json.loads((self.ner / "admin_divisions/pca-code.json").read_text(encoding="utf-8"))
        found = []
        for province in tree:
            for city in province["children"]:
                name = province["name"] if "直辖" in city["name"] else city["name"]
                name = province["name"] if name == "市辖区" else name
                areas = tuple(a["name"] for a in city.get("children", ()) if a["name"] != "市辖区")
                if areas:
                    found.append((province["name"], name, areas))
        return tuple(found)

    @cached_property
    def towns(self) -> tuple[str, ...]:
        """Names of towns and streets."""
        rows = json.loads((self.ner / "admin_divisions/streets.json").read_text(encoding="utf-8"))
        names = {row["name"] for row in rows}
        return tuple(sorted(n for n in names if 2 < len(n) <= 7 and _HAN.fullmatch(n)))

    @cached_property
    def companies(self) -> tuple[str, ...]:
        """Short names of companies."""
        path = self.ner / "companies/Company-Shorter-Form_28W.txt"
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        return tuple(n for n in lines if 2 <= len(n) <= 6 and _HAN.fullmatch(n))

    @cached_property
    def words(self) -> dict[str, dict[str, int]]:
        """Everyday words by part of speech with counts, from jieba's dictionary (MIT)."""
        import jieba

        by_tag: dict[str, dict[str, int]] = {}
        path = Path(str(jieba.__file__)).with_name("dict.txt")
        for line in path.read_text(encoding="utf-8").splitlines():
            word, count, tag = line.split()
            if tag in _PLAIN_TAGS and int(count) >= 30 and _HAN.fullmatch(word) and len(word) <= 6:
                by_tag.setdefault(tag, {})[word] = int(count)
        return by_tag

    @cached_property
    def law_lines(self) -> tuple[str, ...]:
        """Lines of laws, regulations and published cases."""
        with gzip.open(self.laws, "rt", encoding="utf-8") as stream:
            lines = (re.sub(r"\s+", "", line) for line in stream)
            return tuple(line for line in lines if 8 <= len(line) <= 400)

    def _sheet(self, path: str, index: int) -> list[tuple[object, ...]]:
        import openpyxl

        book = openpyxl.load_workbook(self.ner / path, read_only=True)
        rows = book.worksheets[index].iter_rows(min_row=2, values_only=True)
        return [tuple(row) for row in rows]
