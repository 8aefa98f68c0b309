"""Small pages with invented people, drawn on the spot."""

from __future__ import annotations

import json
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

APPLICANT = {
    "name": "李晓琳",
    "unit": "淮南市第二中学",
    "id_number": "340403198706123417",
    "phone": "13955412345",
}
LINES = (
    "教师教学设计评选推荐表",
    "姓名：李晓琳    单位：淮南市第二中学",
    "身份证号：340403198706123417",
    "联系电话：13955412345",
    "指导教师：王建国",
    "颁发单位：安徽省教育厅",
)
_FONT = "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc"


def draw_sheet(lines: tuple[str, ...] = LINES) -> Image.Image:
    """Draw lines of text on a sheet of A5 at 150 dpi, upright."""
    sheet = Image.new("RGB", (874, 1240), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.truetype(_FONT, 32)
    for number, line in enumerate(lines):
        pen.text((80, 100 + 90 * number), line, fill="black", font=font)
    return sheet


def write_identity(folder: Path, **changes: object) -> Path:
    """Write the applicant's identity.json."""
    path = folder / "identity.json"
    path.write_text(json.dumps(APPLICANT | changes, ensure_ascii=False), encoding="utf-8")
    return path


def traces(data: bytes) -> list[str]:
    """Return which of the applicant's strings are in bytes, in any usual coding."""
    found = []
    for field, text in APPLICANT.items():
        forms = [text.encode(coding) for coding in ("utf-8", "utf-16-le", "utf-16-be", "gb18030")]
        forms.append(json.dumps(text)[1:-1].encode())
        if any(form in data for form in forms):
            found.append(field)
    return found
