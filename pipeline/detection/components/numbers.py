"""Numbers and addresses that lead to a person: by their shape, tolerant of OCR errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz.distance import Levenshtein
from spacy.tokens import Doc
from stdnum.cn import ric

from pipeline.detection.components.mails import (
    MAIL,
    MAIL_END,
    MAIL_LABELLED,
    MAIL_LOST_AT,
    MAIL_TORN,
    mail_rests,
)
from pipeline.detection.components.slots import continuation
from pipeline.detection.page_text import PageText
from pipeline.detection.spans import add, page_of, text_of
from pipeline.dossier import Applicant, Kind

GROUP = "numbers"
_AS_DIGIT = str.maketrans({
    "O": "0", "o": "0", "〇": "0", "Q": "0", "D": "0", "l": "1", "I": "1", "|": "1", "i": "1",
    "Z": "2", "z": "2", "S": "5", "s": "5", "B": "8", "×": "X", "x": "X", "＊": "*",
})  # fmt: skip
_DIGITISH = "0-9OoQDlIi|ZzSsBXx×〇*"
# Runs of digits that may hold the odd letter, a space, dot or dash inside.
_RUN = re.compile(rf"[0-9][{_DIGITISH}\-—–.·,，_]*[0-9Xx×]")
# The last digits of a long number behind a stroke that was read as a bracket or a quote.
_TORN_END = re.compile(r"[)）\]】'‘’\"“”`|丨]{1,2}([0-9]{1,3}[Xx]?)(?![0-9A-Za-z年月])")
_TORN = 12
_MOBILE = re.compile(
    r"(?<![0-9])(?:\+?0{0,2}86[-—]?)?(1[3-9][0-9][-—.]?[0-9]{4}[-—.]?[0-9]{4})(?![0-9])"
)
_LANDLINE = re.compile(
    r"(?<![0-9])[(（]?0(?:10|2[0-9]|[3-9][0-9]{2})[)）]?[-—–－~一]{0,2}[2-9][0-9]{6,7}(?:[-—转][0-9]{1,5})?(?![0-9])"
)
# The end of an address that a line's end cut off: 4单元367.
_ADDRESS_END = re.compile(
    "[0-9]{1,4}(?:单元|号楼|栋|幢|座)(?:[0-9]{1,4}[室号户]?|[0-9]{1,3}单元[0-9]{1,4}[室号户]?)"
    "|[一-龥]{2,8}[0-9]{1,4}(?:单元|号楼|栋|幢|座)(?:[0-9]{1,3}单元)?[0-9]{1,4}[室号户]"
)
_YEAR_BEHIND = re.compile(r"[A-Za-z](?:19|20)[0-9]{2}年$")
_DATES = re.compile(
    r"(?:(?:19|20)[0-9]{2}[.\-/—][0-9]{1,2}(?:[.\-/—][0-9]{1,2})?[-—–~至]*){1,2}(?:长期)?"
    r"|(?:19|20)[0-9]{2}[-—–~](?:19|20)[0-9]{2}[-—–.]*[0-9]{0,2}"
)
_DATE = r"(?:19|20)[0-9]{2}(?:年|[.\-/—])[0-9OolI]{1,2}(?:[.,，·]?月|[.\-/—])?(?:[0-9OolI]{1,2}[日曰]?)?"
_RUN_TOGETHER = r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:[0-3][0-9])?(?![0-9])"
_BIRTH = re.compile(
    r"(?:出生年月日|出生日期|出生年月|出生时间|出生|生日|生于|生年月日|BIRTH)[:：(（]?"
    rf"({_RUN_TOGETHER}|{_DATE})"
)
# Spaces are no tokens: bornonFebruary16,1974; DateofBirth:16Feb.1974.
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}[.,]{0,2}"
_BIRTH_ENGLISH = re.compile(
    r"(?:born(?:on|in)?(?:the)?|date\W?of\W?birth|birth\W?date|birthday|d\.?o\.?b)[.:：,]*"
    rf"({_MONTH}(?:[0-9]{{1,2}}(?:st|nd|rd|th)?[,.]{{0,2}})?[12][0-9]{{3}}"
    rf"|[0-9]{{1,2}}(?:st|nd|rd|th)?(?:of)?{_MONTH}[12][0-9]{{3}}"
    r"|[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4})",
    re.IGNORECASE,
)
_PASSPORT = re.compile(
    r"(?:passport|护照)(?:no|number|号码?)?[.:：]*([A-Z][A-Z0-9]?[0-9]{7,8})(?![0-9])",
    re.IGNORECASE,
)
_BORN = re.compile(
    rf"((?<![0-9]){_RUN_TOGETHER}|{_DATE}|(?:19|20)[0-9]{{2}}年?)"
    r"(?=出?生(?![产成活动物命态长])|[,，]?出生)"
)
_AUTHOR_BORN = re.compile(
    r"(?<=[(（])((?:19[4-9]|20[0-1])[0-9][.年]?[0-9]{0,2}月?)(?=[-—–一~～]{1,2}[)）]|[-—–]{1,2}[,，)）]|[-—]?生|[)）][,，][男女])"
)
_PHONE_LABEL = re.compile(
    r"(?:联系电话|办公电话|手机号码|手机号|手机|电话|联系方式|传真|Tel|TEL|tel|固话|座机|热线|监督电话)[:：.]?"
)
_HOLDER_LABEL = re.compile(
    r"(?:教师资格证书?号码?|资格证书?号码?|毕业证书?编?号|学位证书?编?号|学历证书?编?号|学籍号|学号|工号|职工号|准考证号|准考证"
    r"|证件号码?|证件编号|继续教育证?书?号|学员编号|学员号|教师编号|社保号|医保号|银行卡号|账号|卡号|护照号码?|统一社会信用代码"
    r"|电子注册号|注册编号|信用代码|普通话证书编号|人员编号|考生号|考号|报名号|QQ|qq|微信号?)[:：]?"
)
_ID_LABEL = re.compile(
    r"(?:公民身份号码|身份证号码?|身份证件?号|居民身份证号?码?|身份证|身份号码|ID\s?No)[:：.]?"
)
_KEPT_NUMBER = re.compile(
    r"(?:ISBN|ISSN|CN|DOI|doi|CIP|核字|文章编号|邮发代号|批准号|立项号|项目号|课题编号|标识码|条码)"
    r"[:：.(（第]*[0-9A-Za-z\-—]*$"
)
# Parts of one number stand closer than this many line heights, and one of them is this long.
_CELL_GAP = 0.8
_LONG_PIECE = 7
_AMOUNT = re.compile(r"[0-9]{1,9}[.,·][0-9]{1,2}")
# Columns of pay that stand close: 2961.00525.503348.00.
_AMOUNTS = re.compile(r"(?:[0-9]{1,7}[.·][0-9]{2}){2,}")
# Without a colon a word may follow: 微信Android版.
_ACCOUNT = re.compile(
    r"(?:微信|QQ|钉钉)(?:号码?|ID|群号?)?"
    r"(?:[:：]|(?=[A-Za-z0-9_\-]*[0-9_]))([A-Za-z0-9_\-]{5,20})",
    re.IGNORECASE,
)
# Whoever types it in at the vendor's page of verification gets the paper's title.
_REPORT_NUMBER = re.compile(r"(?:报告单?编号|检测编号)[:：.]*([0-9A-Za-z][0-9A-Za-z_\-]{7,31})")
_REPORT_SIGN = re.compile(
    r"(?:№|N[o0O])[:：.]*((?:[A-Z]{0,4}[0-9]{12,22}|[0-9a-f]{16})(?![0-9A-Za-z]))"
)
_POSTCODE = re.compile(r"(?:邮政编码|邮编)[:：]?([0-9]{6})(?![0-9])")
_POSTCODE_LABEL = re.compile(r"(?:邮政编码|邮\s*编)\s*[:：]?\s*$")
# A label's value stands at most this many line heights to its right.
_BESIDE = 14.0
_ADDRESS_LABEL = re.compile(
    r"(?:家庭住址|通讯地址|通信地址|联系地址|户籍地址|户籍所在地|居住地址|现住址|住址|地址|家庭地址|邮寄地址)[:：]?"
)
_STREET = re.compile(
    r"(?:[一-龥]{2,10}?(?:省|自治区))?(?:[一-龥]{2,10}?(?:自治州|地区|市|州|盟))?(?:[一-龥]{1,8}?(?:区|县|旗|市))?(?:[一-龥]{2,8}?(?:镇|乡|街道))?"
    r"(?!住址|地址)[一-龥0-9]{1,12}?(?:大道|大街|路|街|巷|弄|胡同|村|组|里|道|小区|花园|新村|家园|苑|公寓)"
    r"[一-龥0-9]{0,8}?[0-9一二三四五六七八九十]+(?:号院?|栋|幢|单元|室|弄|组|户|楼)(?:[0-9一-龥\-]{0,16}?(?:室|号楼?|栋|幢|单元|楼|户))*[0-9\-]*"
)
# Not of 恩施土家族苗族自治州 or 于都县.
_SAID_BEFORE = re.compile(
    r"住址|地址|位于|住在|家住|现住|地处|坐落于|[在到至从是]|于(?![都田洪])|自(?!治)"
)
_AFFILIATION = re.compile(
    r"[一-龥]{2,20}[,，、]?([一-龥]{2,8}[,，、]?[一-龥]{0,8}[,，、]?[0-9]{6})(?=[)）;；])"
)


@dataclass(frozen=True, slots=True)
class NumberSearch:
    """Finds ID numbers, phones, mails, holders' numbers, birth dates and addresses."""

    applicant: Applicant

    def __call__(self, doc: Doc) -> Doc:
        """Write findings to the group ``numbers``."""
        page = page_of(doc)
        for tokens in page.rows:
            self._digit_runs(doc, tokens)
        for start, end in page.paragraphs:
            tokens = list(range(start, end))
            text = text_of(doc, start, end)
            self._digit_runs(doc, tokens)
            self._patterns(doc, tokens, text)
            self._addresses(doc, start, text)
            if MAIL_END.fullmatch(text):
                add(doc, GROUP, start, end, Kind.EMAIL, "mail-end", 0.8)
        for start, end in page.segments:
            if _ADDRESS_END.fullmatch(text_of(doc, start, end)):
                add(doc, GROUP, start, end, Kind.ADDRESS, "street-next-line", 0.7)
        for tokens in page.rows:
            self._patterns(doc, tokens, "".join(doc[i].text for i in tokens))
        self._postcode_cells(doc, page)
        for start, end in mail_rests(doc, page):
            add(doc, GROUP, start, end, Kind.EMAIL, "mail-end", 0.8)
        return doc

    def _postcode_cells(self, doc: Doc, page: PageText) -> None:
        """Find a postcode that stands in the cell beside its label."""
        for start, end in page.segments:
            if end - start != 6 or not doc[start].text.isdigit():
                continue
            number, me = text_of(doc, start, end), page.boxes[page.line_of[start]]
            beside = [
                box
                for box in page.boxes
                if abs(box.middle - me.middle) < 0.5 * me.height
                and 0 < me.x0 - box.x1 < _BESIDE * me.height
            ]
            left = max(beside, key=lambda box: box.x1, default=None)
            label = page.reading.lines[left.index].text if left is not None else ""
            if _POSTCODE_LABEL.search(label) and re.fullmatch("[0-9]{6}", number):
                add(doc, GROUP, start, end, Kind.ADDRESS, "postcode", 0.9, entity=number)

    def _digit_runs(self, doc: Doc, tokens: list[int]) -> None:
        text = "".join(doc[i].text for i in tokens)
        for match in _RUN.finditer(text):
            start, end = match.span()
            year = re.search(r"(?:19|20)[0-9]{2}$", match.group())
            if year and year.start() > 0 and text[end : end + 1] == "年":
                end -= 4
            torn = _TORN_END.match(text, end)
            if torn and end - start >= _TORN:
                end = torn.end()
            raw = text[start:end]
            plain = re.sub(rf"[^{_DIGITISH}]", "", raw).translate(_AS_DIGIT)
            kind, rule, score = self._judge(plain, raw, text[:start], text[end:])
            cells = _AMOUNTS.fullmatch(raw) or _are_cells(doc, tokens[start:end])
            if rule == "long-number" and cells:
                continue
            if kind is not None:
                _mark(doc, tokens[start:end], kind, rule, score, entity=plain)

    def _judge(
        self, plain: str, raw: str, before: str, after: str
    ) -> tuple[Kind | None, str, float]:
        """Decide what a run of digits is."""
        if _DATES.fullmatch(raw.strip("-—–.·,，_")):
            return None, "", 0.0
        for own in self.applicant.id_number:
            if len(plain) >= 12 and Levenshtein.distance(own.upper(), plain) <= 3:
                return Kind.ID_NUMBER, "applicant", 1.0
        for own in self.applicant.phone:
            digits = re.sub(r"\D", "", own)
            if len(plain) >= 7 and Levenshtein.distance(digits, plain) <= max(1, len(digits) // 6):
                return Kind.PHONE, "applicant", 1.0
        if re.fullmatch(r"(?:19|20)[0-9]{2}", plain) and after.startswith("年"):
            return None, "", 0.0
        tail = before[-16:]
        if _ID_LABEL.search(tail) and len(plain) >= 6:
            return Kind.ID_NUMBER, "label", 0.95
        if 14 <= len(plain) <= 20 and _looks_like_id(plain):
            return Kind.ID_NUMBER, "checksum" if _is_checked(plain) else "shape", 0.95
        if _HOLDER_LABEL.search(tail[-12:]) and len(plain) >= 4:
            return Kind.HOLDER_NUMBER, "label", 0.9
        if _PHONE_LABEL.search(tail[-10:]) and 7 <= len(plain) <= 14:
            return Kind.PHONE, "label", 0.9
        if _is_publication_number(plain, raw, before, after):
            return None, "", 0.0
        # An award's number is short or mixed with words; a long row of digits is a person's.
        if 13 <= len(plain) <= 22:
            return Kind.HOLDER_NUMBER, "long-number", 0.8
        return None, "", 0.0

    def _patterns(self, doc: Doc, tokens: list[int], text: str) -> None:
        digits = re.sub(r"(?<=[0-9])[Oo](?=[0-9Oo])", "0", text)
        digits = re.sub(r"(?<=[0-9])[lI|](?=[0-9lI|])", "1", digits)
        digits = re.sub(r"(?<![0-9A-Za-z])[lI|i](?=[3-9][0-9]{9}(?![0-9]))", "1", digits)
        for pattern, kind, rule, group in (
            (_MOBILE, Kind.PHONE, "mobile", 0),
            (_LANDLINE, Kind.PHONE, "landline", 0),
            (MAIL, Kind.EMAIL, "mail", 0),
            (MAIL_LOST_AT, Kind.EMAIL, "mail-at-lost", 0),
            (MAIL_LABELLED, Kind.EMAIL, "mail-label", 1),
            (MAIL_TORN, Kind.EMAIL, "mail-torn", 0),
            (_BIRTH, Kind.BIRTH_DATE, "label", 1),
            (_BIRTH_ENGLISH, Kind.BIRTH_DATE, "label", 1),
            (_PASSPORT, Kind.HOLDER_NUMBER, "label", 1),
            (_BORN, Kind.BIRTH_DATE, "born", 1),
            (_AUTHOR_BORN, Kind.BIRTH_DATE, "author-note", 1),
            (_ACCOUNT, Kind.HOLDER_NUMBER, "account", 1),
            (_POSTCODE, Kind.ADDRESS, "postcode", 1),
            (_REPORT_NUMBER, Kind.HOLDER_NUMBER, "report-number", 1),
            (_REPORT_SIGN, Kind.HOLDER_NUMBER, "report-number", 1),
            (_AFFILIATION, Kind.ADDRESS, "affiliation", 1),
        ):
            for match in pattern.finditer(digits):
                start, end = match.span(group)
                # The next line's date is no part of a mail: …@163.com / 2025年3月15日.
                if kind is Kind.EMAIL and _YEAR_BEHIND.search(digits[start : end + 1]):
                    end -= 4
                # A mobile number inside an ID number is that ID number.
                if rule == "mobile" and digits[max(0, start - 1) : start].isdigit():
                    continue
                entity = re.sub(r"\D", "", match.group(group)) or match.group(group).casefold()
                _mark(doc, tokens[start:end], kind, rule, 0.9, entity=entity)

    def _addresses(self, doc: Doc, offset: int, text: str) -> None:
        for match in _ADDRESS_LABEL.finditer(text):
            start = match.end()
            end = start + _address_length(text[start:])
            if end > start:
                head = offset + start
                value = (_on_last_line(page_of(doc), head, offset + end), offset + end)
                for _ in range(3):
                    more = continuation(page_of(doc), *value, left_of=head)
                    if not more:
                        break
                    value = more[0]
                    head = value[0]
                    add(doc, GROUP, *value, Kind.ADDRESS, "label-next-line", 0.8)
            if end - start >= 4:
                add(
                    doc,
                    GROUP,
                    offset + start,
                    offset + end,
                    Kind.ADDRESS,
                    "label",
                    0.9,
                    entity=text[start:end],
                )
        for match in _STREET.finditer(text):
            start = match.start() + _address_prefix(match.group())
            for a, b in continuation(page_of(doc), offset + start, offset + match.end()):
                if re.search(r"[栋幢室号楼]|单元|[0-9]{3}", text_of(doc, a, b)) and b - a <= 16:
                    add(doc, GROUP, a, b, Kind.ADDRESS, "street-next-line", 0.7)
            add(
                doc,
                GROUP,
                offset + start,
                offset + match.end(),
                Kind.ADDRESS,
                "street",
                0.8,
                entity=text[start : match.end()],
            )


def _on_last_line(page: PageText, start: int, end: int) -> int:
    """Return the first token of a range that stands on its last line."""
    return next(i for i in range(start, end) if page.line_of[i] == page.line_of[end - 1])


def _are_cells(doc: Doc, tokens: list[int]) -> bool:
    """Whether a run of digits is several short numbers, as a table of scores has in its cells."""
    page = page_of(doc)
    pieces = [doc[tokens[0]].text]
    for before, after in pairwise(tokens):
        if page.gap_between(before, after) < _CELL_GAP:
            pieces[-1] += doc[after].text
        else:
            pieces.append(doc[after].text)
    longest = max(sum(c.isdigit() for c in piece) for piece in pieces)
    # One digit a box is how forms ask for a number.
    return (len(pieces) > 1 and 1 < longest < _LONG_PIECE) or all(map(_AMOUNT.fullmatch, pieces))


def _mark(
    doc: Doc, tokens: list[int], kind: Kind, rule: str, score: float, *, entity: str = ""
) -> None:
    """Write a finding over tokens that need not be neighbours in the document."""
    for start, end in _ranges(tokens):
        add(doc, GROUP, start, end, kind, rule, score, entity=entity)


def _ranges(tokens: list[int]) -> Iterator[tuple[int, int]]:
    start = previous = None
    for token in tokens:
        if previous is None or token != previous + 1:
            if start is not None and previous is not None:
                yield start, previous + 1
            start = token
        previous = token
    if start is not None and previous is not None:
        yield start, previous + 1


def _is_checked(plain: str) -> bool:
    """Whether the last sign of an ID number agrees with the others.

    Of the library no more than that is asked: it raises KeyError where it knows the province of a
    number and not the county.
    """
    whole = re.fullmatch("[0-9]{17}[0-9X]", plain) is not None
    return whole and ric.calc_check_digit(plain) == plain[-1]


def _looks_like_id(plain: str) -> bool:
    """Whether a run holds region and birth date where an ID number has them, a slip allowed."""
    if len(plain) >= 17:
        for shift in (0, 1, -1):
            at = 6 + shift
            if re.match(
                r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])", plain[at:]
            ):
                return plain[0] in "12345678"
    if len(plain) == 15 and plain.isdigit():
        return bool(
            re.match(
                r"[1-6][1-7][0-9]{4}[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])", plain
            )
        )
    return False


def _is_publication_number(plain: str, raw: str, before: str, after: str) -> bool:
    """Whether a run is an ISBN, ISSN, DOI, article number or the number of a public document."""
    if re.fullmatch(r"97[789][0-9]{9}[0-9X]", plain):
        return True
    if re.search(r"[/(（]$", before) and re.match(r"[)）/]", after):
        return True
    if re.search(r"10\.[0-9]{4}", raw) or re.match(r"[0-9]{4}-[0-9]{3}[0-9X]", raw):
        return True
    return bool(_KEPT_NUMBER.search(before[-24:])) and len(plain) < 15


def _address_length(text: str) -> int:
    match = re.match(r"[一-龥0-9A-Za-z#\-—()（）·]+", text)
    if not match:
        return 0
    value = match.group()
    stop = re.search(
        r"(?:邮编|邮政编码|电话|联系|公民身份|手机|Email|E-mail|身份证|姓名|性别|传真|单位|出生)",
        value,
    )
    value = value[: stop.start()] if stop else value
    return min(len(value), 60)


def _address_prefix(text: str) -> int:
    """Characters before the address proper: words that the greedy beginning swallowed."""
    match = _SAID_BEFORE.search(text[:10])
    return match.end() if match and match.start() < 8 else 0
