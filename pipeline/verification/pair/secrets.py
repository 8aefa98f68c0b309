"""The strings that a masked copy must not carry in any of its bytes, with what each of them is."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pipeline.dossier import Applicant, Kind
from pipeline.verification.needles import applicant_strings, in_coded_bytes, in_plain_bytes
from pipeline.verification.pair.nouns import SensitivePlace, Surety
from pipeline.verification.search import Wanted, plain_text_leaks

_ENCODINGS = ("utf-8", "utf-16-be", "utf-16-le", "gb18030")
_SHORTEST = 2
_SHORTEST_OF_OTHERS = 3
"""Two characters of a stranger's name are too often two characters of something else."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """Strings by kind, prepared for text and for bytes."""

    wanted: Wanted = field(repr=False)
    own: tuple[str, ...] = field(repr=False)
    texts: Mapping[str, Kind] = field(repr=False)
    needles: Mapping[bytes, Kind] = field(repr=False)

    @classmethod
    def of(cls, applicant: Applicant, places: Iterable[SensitivePlace]) -> Secrets:
        """Take the applicant's strings, and those of the sure places of the original."""
        texts: dict[str, Kind] = {}
        fields = {
            Kind.APPLICANT_NAME: applicant.name,
            Kind.APPLICANT_UNIT: applicant.unit,
            Kind.ID_NUMBER: applicant.id_number,
            Kind.PHONE: applicant.phone,
            Kind.EMAIL: applicant.email,
        }
        for kind, strings in fields.items():
            texts.update({s: kind for s in map(squeezed, strings) if len(s) >= _SHORTEST})
        for place in places:
            text = squeezed(place.text)
            if place.surety is Surety.SURE and len(text) >= _SHORTEST_OF_OTHERS:
                texts.setdefault(text, place.kind)
        needles: dict[bytes, Kind] = {}
        raw = [(s, k) for k, strings in fields.items() for s in strings]
        for text, kind in [*texts.items(), *raw]:
            for form in {text, text.lower(), text.upper()}:
                for encoding in _ENCODINGS:
                    coded = form.encode(encoding, "ignore")
                    if len(coded) >= 4:
                        needles[coded] = kind
        return cls(Wanted.of(applicant), applicant_strings(applicant), texts, needles)

    def in_text(self, text: str) -> Kind | None:
        """Return what a text names, or None."""
        plain = squeezed(text)
        for secret, kind in self.texts.items():
            if secret in plain:
                return kind
        leaks = plain_text_leaks(text, self.wanted, self.own)
        return Kind.APPLICANT_NAME if leaks else None

    def in_plain(self, data: bytes) -> Kind | None:
        """Return what bytes of text or PDF syntax name, in any way of coding or escaping."""
        if not in_plain_bytes(data, tuple(self.needles)):
            return None
        found = (k for n, k in self.needles.items() if in_plain_bytes(data, (n,)))
        return next(found, Kind.APPLICANT_NAME)

    def in_coded(self, data: bytes) -> Kind | None:
        """Return what compressed or pixel bytes name, where it cannot be there by chance."""
        found = (k for n, k in self.needles.items() if in_coded_bytes(data, (n,)))
        return next(found, None)


def squeezed(text: str) -> str:
    """Return a text in compatibility form, lower case, letters and digits only."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())
