"""Labels of numbers, dates and addresses, with the kind and the shape of what stands there."""

from __future__ import annotations

import re

from pipeline.dossier import Kind

_DIGITS = re.compile(r"[0-9OolI]{5}")
_DAY = re.compile(r"[0-9]{4}")
#: By label: what its value is, and what is found in it.
VALUE_KINDS = {
    **dict.fromkeys(("出生", "出生日期", "出生年月"), (Kind.BIRTH_DATE, _DAY)),
    **dict.fromkeys(
        ("身份证号", "身份证号码", "公民身份号码", "身份证", "证件号码", "证件号"),
        (Kind.ID_NUMBER, _DIGITS),
    ),
    **dict.fromkeys(
        ("电话", "联系电话", "手机", "手机号", "手机号码", "办公电话", "联系方式", "传真"),
        (Kind.PHONE, _DIGITS),
    ),
    **dict.fromkeys(
        (
            "学号",
            "工号",
            "准考证号",
            "教师资格证号",
            "资格证号",
            "资格证书号码",
            "教师资格证书号码",
        ),
        (Kind.HOLDER_NUMBER, _DIGITS),
    ),
    **dict.fromkeys(
        ("住址", "地址", "家庭住址", "通讯地址", "通信地址", "联系地址", "户籍地址", "户籍所在地"),
        (Kind.ADDRESS, re.compile("[一-龥]{3}")),
    ),
    **dict.fromkeys(("邮编", "邮政编码"), (Kind.ADDRESS, re.compile("[0-9]{6}"))),
    **dict.fromkeys(
        ("邮箱", "电子邮箱", "电子邮件", "E-mail", "Email", "email"),
        (Kind.EMAIL, re.compile(r"[A-Za-z0-9]{3}")),
    ),
}
