"""Hands a made-up dossier in: ``python -m tests.flows.office GOOD BROKEN`` prints its id.

A process of its own, because Django in the tests' process has another database.
"""

from __future__ import annotations

import io
import sys

import dossiers
from pipeline.dossier import Applicant
from tests.sheets import APPLICANT, draw_sheet


def hand_in(good: int, broken: int) -> str:
    """Submit a dossier of so many one-page files and so many broken ones; return its id."""
    dossiers.prepare()
    from dossiers.services.receiving import create_dossier, submit_dossier
    from dossiers.services.uploads import append_chunk, complete_upload, register_upload

    person = Applicant.model_validate({key: (text,) for key, text in APPLICANT.items()})
    dossier = create_dossier(person, "huainan-2025", title=APPLICANT["name"])
    sheets = [_sheet(number) for number in range(good)]
    for number, data in enumerate([*sheets, *[b"\x89PNG broken"] * broken]):
        name = f"{APPLICANT['name']}{number}.png"
        upload = register_upload(dossier.pk, name=name, size=len(data))
        append_chunk(upload.key, 0, data)
        complete_upload(upload.key)
    submit_dossier(dossier.pk)
    return dossier.pk


def _sheet(number: int) -> bytes:
    stream = io.BytesIO()
    lines = (f"听课记录 第{number + 1}次", "授课教师：李晓琳", "单位：淮南市第二中学")
    draw_sheet(lines).save(stream, "PNG")
    return stream.getvalue()


if __name__ == "__main__":
    print(hand_in(int(sys.argv[1]), int(sys.argv[2])))
