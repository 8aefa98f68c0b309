"""The verdict on a journal by its numbers and its title, under rule HN-PAPER-2.

Acceptance needs CN, ISSN and title to lead to the same journal of the registry. A number is never
changed to make them do so; letters that were read as digits count only where all three agree on one
journal. A refusal by a number one character away from the right one is left to a person.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from rapidfuzz.distance import Levenshtein

from pipeline.dossier import Noun
from pipeline.policy.loader import PublicationPolicy
from pipeline.publication.cn_numbers import REGIONS, cn_key
from pipeline.publication.journal_reasons import REASONS
from pipeline.publication.nouns import (
    Effect,
    FoundNumber,
    NumberFlag,
    NumberKind,
    PublicationVerdict,
    RuleFinding,
    verdict_of,
)
from pipeline.publication.registry import Journal, JournalStatus, Registry
from pipeline.publication.signs import FoundSign, Sign, title_signs
from pipeline.publication.titles import base_key, share_bigram, title_key

RULE = "HN-PAPER-2"
# Less sure than this, and what would be a return is for a person to see.
_SURE = 0.7
_SURE_WORD = 0.85
# A title at least this long may be one character off, with both numbers right.
_LONG_TITLE = 5
# Titles less alike than this have nothing to do with each other.
_UNLIKE = 0.34
# Nearly all journals with a CN have an ISSN that begins so.
_BLOCKS = ("0", "100", "1671", "1672", "1673", "1674", "2095", "2096", "2097")
_SIGNS = {
    Sign.ELECTRONIC: "electronic-word",
    Sign.SUPPLEMENT: "supplement",
    Sign.NEWSPAPER_SUPPLEMENT: "newspaper-supplement",
    Sign.NEWSPAPER: "newspaper-word",
    Sign.ANNUAL: "annual-word",
    Sign.SERIES: "series",
    Sign.SPECIAL: "special-issue",
    Sign.INTERNAL: "internal",
}


class Claim(Noun):
    """What a page or a person says about a journal.

    Attributes:
        cn: Its CN; None where none is printed.
        issn: Its ISSN; None where none is printed.
        title: Its title; None where none was read.
        title_sure: Whether every character of the title was clearly read.
        permit: 准印证 number, where there is one.
        signs: Words on the pages about the journal; those in the title are found here.
        year: Year of the issue, where known.
        place: Where the pages say it is published.
        labelled: Numbers whose label is printed, so that one which was not read may stand there.
        others: Further CN and ISSN that the pages print, of another value.
    """

    cn: FoundNumber | None = None
    issn: FoundNumber | None = None
    title: str | None = None
    title_sure: bool = True
    permit: FoundNumber | None = None
    signs: tuple[FoundSign, ...] = ()
    year: int | None = None
    place: str = ""
    labelled: frozenset[NumberKind] = frozenset()
    others: tuple[FoundNumber, ...] = ()


class JournalJudgement(Noun):
    """The verdict, its findings, and the registry's journal that the numbers lead to."""

    verdict: PublicationVerdict
    findings: tuple[RuleFinding, ...]
    journal: Journal | None = None


def judge_journal(claim: Claim, registry: Registry, policy: PublicationPolicy) -> JournalJudgement:
    """Judge a journal by its numbers, its title and the words about it.

    Raises:
        RegistryDamagedError: The registry cannot be read.
    """
    judge = _Judge(claim, registry, policy)
    judge.run()
    findings = tuple(judge.findings.values())
    return JournalJudgement(verdict=verdict_of(findings), findings=findings, journal=judge.journal)


class _Judge:
    """One claim before the registry; findings by their code."""

    def __init__(self, claim: Claim, registry: Registry, policy: PublicationPolicy) -> None:
        self.claim, self.registry, self.policy = claim, registry, policy
        self.findings: dict[str, RuleFinding] = {}
        self.cn = claim.cn.value if claim.cn else None
        self.issn = claim.issn.value if claim.issn else None
        self.flags = claim.cn.flags if claim.cn else frozenset()

    def run(self) -> None:
        """Make the findings."""
        self._words()
        if self.claim.cn is None:
            self._without_cn(self.claim.issn)
        elif self.cn is None or not self._misread(self.claim.cn, self.cn):
            self._cn_signs(self.claim.cn)
            if self.cn is not None:
                self._against_registry(self.claim.cn)
        self._issn()
        if self.journal is not None and self.cn is not None:
            self._what_is_registered(self.journal)
        self._repairs()

    # What the registry leads to.

    @cached_property
    def by_cn(self) -> tuple[Journal, ...]:
        return self.registry.by_cn(*cn_key(self.cn)) if self.cn else ()

    @cached_property
    def by_issn(self) -> tuple[Journal, ...]:
        return self.registry.by_issn(self.issn) if self.issn else ()

    @cached_property
    def by_title(self) -> tuple[Journal, ...]:
        """Journals whose title, or its base, is the claim's, character by character."""
        found = self.registry.by_title(self.claim.title) if self.claim.title else ()
        return tuple(match.journal for match in found if match.edits == 0)

    @cached_property
    def agreed(self) -> tuple[Journal, ...]:
        """Journals that ISSN and title lead to (the ISSN alone, where there is no title)."""
        if not self.claim.title:
            return self.by_issn
        return tuple(j for j in self.by_issn if j in self.by_title)

    @cached_property
    def fitting(self) -> tuple[Journal, ...]:
        """Journals of the CN whose title is the claim's: exactly, else by its base."""
        title = self.claim.title
        if not title:
            return self.by_cn
        exact = tuple(j for j in self.by_cn if title_key(title) in map(title_key, j.titles))
        base = base_key(title)
        return exact or tuple(j for j in self.by_cn if base in map(base_key, j.titles))

    @property
    def journal(self) -> Journal | None:
        """The journal that is meant: of the CN, a live one first; else that of ISSN and title."""
        near = [j for j in self.by_cn if self._distance(j) <= 1]
        found = self.fitting or tuple(near) or self.by_cn or self.agreed
        live = [j for j in found if j.status is JournalStatus.LIVE]
        return next(iter(live or found), None)

    def _others(self, kind: NumberKind) -> Iterator[FoundNumber]:
        return (number for number in self.claim.others if number.kind is kind)

    @property
    def _refused(self) -> bool:
        return any(f.effect is Effect.RETURN for f in self.findings.values())

    def _distance(self, journal: Journal) -> int:
        """Return how many characters part the claim's title from the nearest of a journal's."""
        key = title_key(self.claim.title or "")
        return min(Levenshtein.distance(key, title_key(t)) for t in journal.titles)

    # The checks.

    def _words(self) -> None:
        meant = {*self.by_cn, *self.by_title, *self.by_issn}
        registered = "".join(title for journal in meant for title in journal.titles)
        for found in (*self.claim.signs, *title_signs(self.claim.title or "")):
            if found.sign is not Sign.ELECTRONIC and found.raw in registered:
                continue  # 中国年鉴研究: the word belongs to the title
            special = found.sign is Sign.SPECIAL
            effect = self.policy.special_issue if special else None
            self._add(_SIGNS[found.sign], found, effect=effect)
        if self.claim.permit is not None:
            self._add("internal", self.claim.permit)

    def _without_cn(self, issn: FoundNumber | None) -> None:
        if issn is None:
            self._add("no-numbers", None, effect=Effect.PERSON if self.claim.labelled else None)
        elif self.by_issn and all(j.annual for j in self.by_issn):
            self._add("annual", issn)
        else:
            read = NumberKind.CN not in self.claim.labelled
            self._add("cn-missing", issn, effect=None if read else Effect.PERSON)

    def _misread(self, number: FoundNumber, value: str) -> bool:
        """Whether the CN is one character away from that of the journal that the rest leads to."""
        printed = "".join(cn_key(value))
        candidates = self.agreed
        if not self.by_cn:
            candidates = (*candidates, *self.by_issn, *self.by_title)
        for journal in candidates:
            own = "".join(cn_key(journal.cn)) if journal.cn else ""
            if own == printed:
                return False
            if own and Levenshtein.distance(own, printed) <= 1:
                self._add("cn-misread", number, journal)
                return True
        return False

    def _cn_signs(self, number: FoundNumber) -> None:
        flags = self.flags
        if NumberFlag.HONG_KONG in flags:
            self._add("cn-hong-kong", number)
        elif NumberFlag.NR in flags:
            self._add("cn-forged", number)
        elif NumberFlag.FOREIGN_LETTERS in flags:
            # With ISSN and title of one journal the letter may be a speck.
            self._add("cn-forged", number, effect=Effect.PERSON if self.agreed else None)
        elif NumberFlag.DAMAGED in flags:
            self._add("cn-unread", number)
        elif NumberFlag.BRACKETS in flags:
            self._add("cn-brackets", number)
        for flag, code in (
            (NumberFlag.BAD_REGION, "cn-region"),
            (NumberFlag.BAD_SERIAL, "cn-serial"),
            (NumberFlag.NEWSPAPER, "newspaper"),
            (NumberFlag.ELECTRONIC, "e-journal"),
            (NumberFlag.ODD_SUFFIX, "cn-suffix"),
        ):
            if flag in flags and (self.cn is not None or flag is not NumberFlag.ODD_SUFFIX):
                # Printed elsewhere without what is wrong here, it may be a misread figure.
                disputed = any(flag not in n.flags for n in self._others(NumberKind.CN))
                returned = REASONS[code][0] is Effect.RETURN
                self._add(code, number, effect=Effect.PERSON if disputed and returned else None)
        if NumberFlag.NETWORK in flags:
            self._add("network-serial" if self.by_cn else "network-unknown", number)

    def _against_registry(self, number: FoundNumber) -> None:
        if self.by_cn:
            self._title(number)
        elif NumberFlag.NETWORK not in self.flags and not self._refused:
            self._unknown(number)
        region = REGIONS.get((self.cn or "")[:2], "")
        if self.claim.place and region and region not in self.claim.place and not self.by_cn:
            self._add("cn-place", number)

    def _unknown(self, number: FoundNumber) -> None:
        named = [j for j in self.by_title if j.cn]
        if named:
            self._add("cn-differs", number, named[0])
        else:
            self._add("journal-unknown", number, effect=self.policy.unknown_journal)

    def _title(self, number: FoundNumber) -> None:
        """Compare the claim's title with those registered under its CN."""
        title = self.claim.title
        if not title or not title_key(title):
            self._add("title-missing", number, self.by_cn[0])
            return
        if self.fitting:
            exact = title_key(title) in {title_key(t) for j in self.fitting for t in j.titles}
            if not exact:
                self._add("edition", number, self.fitting[0])
            return
        nearest = min(self.by_cn, key=self._distance)
        edits = self._distance(nearest)
        meant = {cn_key(j.cn) for j in self.by_title if j.cn}
        elsewhere = any(cn_key(n.value or "") in meant for n in self._others(NumberKind.CN))
        if self.agreed:
            effect = Effect.PERSON if elsewhere else None
            self._add("cn-of-another", number, nearest, effect=effect)
        elif edits == 1 and self._one_misread_character(nearest):
            self._add("title-misread", number, nearest)
        elif edits > 1 and (self.by_title or self._unlike(nearest)):
            effect = None if self.claim.title_sure and not elsewhere else Effect.PERSON
            self._add("cn-of-another", number, nearest, effect=effect)
        else:
            self._add("title-differs", number, nearest)

    def _one_misread_character(self, journal: Journal) -> bool:
        """Whether both numbers are this journal's and one character of a long title is changed."""
        key = title_key(self.claim.title or "")
        same_length = len(key) in {len(title_key(t)) for t in journal.titles}
        numbers = self.issn is not None and journal in self.by_issn
        return numbers and same_length and len(key) >= _LONG_TITLE and not self.by_title

    def _unlike(self, journal: Journal) -> bool:
        key = title_key(self.claim.title or "")
        return all(
            not share_bigram(key, title_key(t))
            and Levenshtein.normalized_similarity(key, title_key(t)) < _UNLIKE
            for t in journal.titles
        )

    def _issn(self) -> None:
        number = self.claim.issn
        if number is None:
            if self.claim.cn is not None:
                read = NumberKind.ISSN not in self.claim.labelled
                self._add("issn-missing", self.claim.cn, effect=None if read else Effect.PERSON)
            return
        if self.issn is None:
            self._add("issn-unread", number)
        elif NumberFlag.BAD_CHECK in number.flags:
            self._add("issn-check", number)
        elif not self.by_cn:
            self._issn_alone(number)
        elif not any(j.issn == self.issn for j in self.by_cn):
            self._issn_differs(number)

    def _issn_alone(self, number: FoundNumber) -> None:
        """Judge an ISSN whose CN the registry does not have."""
        other = self.by_issn and self.claim.title and not self.agreed and self.cn
        if other and all(self._unlike(j) for j in self.by_issn):
            effect = None if self.claim.title_sure else Effect.PERSON
            self._add("issn-of-another", number, self.by_issn[0], effect=effect)
        elif not self.by_issn and not (self.issn or "").startswith(_BLOCKS):
            self._add("issn-block", number)

    def _issn_differs(self, number: FoundNumber) -> None:
        if {"cn-of-another", "cn-misread"} & self.findings.keys():
            return
        mine = self.journal
        if mine is None:
            return
        if self.by_issn:
            related = {base_key(t) for j in self.by_issn for t in j.titles}
            kin = any(base_key(t) in related for j in self.by_cn for t in j.titles)
            own = any(n.value == j.issn for n in self._others(NumberKind.ISSN) for j in self.by_cn)
            effect = Effect.PERSON if kin or own else None
            self._add("issn-of-another", number, self.by_issn[0], effect=effect)
        else:
            self._add("issn-differs" if mine.issn else "issn-unconfirmed", number, mine)

    def _what_is_registered(self, journal: Journal) -> None:
        number = self.claim.cn
        # By the CN alone, one misread figure leads to another journal.
        second = journal.issn == self.issn or (bool(self.claim.title) and journal in self.fitting)
        effect = None if second else Effect.PERSON
        if journal.annual:
            self._add("annual", number, effect=effect)
        if journal.electronic and "e-journal" not in self.findings:
            self._add("electronic-title", number, effect=effect)
        if journal.status is JournalStatus.LIVE:
            return
        ended, year = journal.ended, self.claim.year
        if ended is None or year is None:
            self._add("maybe-ceased", number)
        elif year > ended:
            self._add("ceased", number, effect=effect)

    def _repairs(self) -> None:
        """Let a repaired number stand only where label, check digit and registry all agree."""
        open_ones = {f.code for f in self.findings.values() if f.effect is not Effect.ADVISE}
        only = {cn_key(j.cn) for j in self.agreed if j.cn}
        whole = bool(self.claim.title) and bool(self.by_cn) and bool(self.fitting)
        confirmed = whole and self.cn is not None and only == {cn_key(self.cn)}
        if NumberFlag.ODD_CLASS in self.flags and self.cn is not None:
            self._add("cn-class-odd" if confirmed else "cn-class", self.claim.cn)
        numbers = [n for n in (self.claim.cn, self.claim.issn) if n is not None]
        repaired = [n for n in numbers if NumberFlag.REPAIRED in n.flags]
        if repaired and not open_ones:
            self._add("repaired" if confirmed else "repair-unconfirmed", repaired[0])

    def _add(
        self,
        code: str,
        source: FoundNumber | FoundSign | None,
        journal: Journal | None = None,
        *,
        effect: Effect | None = None,
    ) -> None:
        """Add a finding once; a return by something weakly read is for a person."""
        usual, sentence = REASONS[code]
        effect = effect or usual
        sure = _SURE_WORD if isinstance(source, FoundSign) else _SURE
        if effect is Effect.RETURN and source is not None and source.confidence < sure:
            effect = Effect.PERSON
        number = (journal.issn if code.startswith("issn") else journal.cn) if journal else ""
        finding = RuleFinding(
            rule=RULE,
            effect=effect,
            code=code,
            reason=sentence.format(title=journal.title if journal else "", number=number),
            page=source.page if source else None,
            polygon=source.polygon if source else None,
            evidence=source.raw if source else "",
        )
        self.findings.setdefault(code, finding)
