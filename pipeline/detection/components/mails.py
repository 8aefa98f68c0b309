"""Mail addresses by their shape: whole, misread, torn apart by a line's end."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spacy.tokens import Doc

from pipeline.detection.components.slots import line_tokens
from pipeline.detection.page_text import PageText
from pipeline.detection.spans import text_of

MAIL = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._%+\-]*[@©＠][A-Za-z0-9.\-,]+?[.,。·](?:com|cn|net|edu|org|gov)(?:[.,]cn)?",
    re.IGNORECASE,
)
MAIL_LOST_AT = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._\-]{2,}(?:qq|163|126|139|189|sina|sohu|gmail|outlook|hotmail|foxmail|yeah|aliyun)"
    r"[.,。·](?:com|cn|net)",
    re.IGNORECASE,
)
# What stands behind its label is a mail, whatever it was read as; so is all behind a sign for at.
MAIL_LABELLED = re.compile(
    r"(?:电子邮箱|电子邮件|邮箱|[Ee]-?[Mm]ail)(?:地址)?[:：]([A-Za-z0-9][^一-龥，,。；;、:：]{4,60})"
)
MAIL_TORN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+\-]*[@©＠][^一-龥，,。；;、:：]{2,40}")
# The end of a mail that a line's end cut off stands alone on the next line.
MAIL_END = re.compile(
    r"[a-z0-9]{0,12}[.·](?:com|cn|net|edu|org)(?:\.cn)?[)）。.；;]?", re.IGNORECASE
)
_MAIL_CUT = re.compile(
    r"[@©＠][A-Za-z0-9.\-]*(?<!\.com)(?<!\.cn)(?<!\.net)(?<!\.org)$", re.IGNORECASE
)
_MAIL_REST = re.compile(r"[A-Za-z0-9.\-]{1,12}(?![A-Za-z0-9])")
# Where the line under one may begin, in its heights: below it, and to the left of its beginning.
_PITCH, _OUTDENT = (0.6, 2.1), 3.0


def mail_rests(doc: Doc, page: PageText) -> Iterator[tuple[int, int]]:
    """Yield what begins the line under one that a mail ends: …@126.c / om."""
    lines = line_tokens(page)
    for line, (start, end) in lines.items():
        if not _MAIL_CUT.search(text_of(doc, start, end)):
            continue
        me = page.boxes[line]
        for box in page.boxes:
            pitch = (box.middle - me.middle) / me.height
            before = (me.x0 - box.x0) / me.height
            if box.index not in lines or not _PITCH[0] < pitch < _PITCH[1]:
                continue
            first, last = lines[box.index]
            rest = _MAIL_REST.match(text_of(doc, first, last))
            if rest and -1.0 < before < _OUTDENT:
                yield first, first + rest.end()
