"""Who may do what: the roles of accounts and the table of what each may do."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from django.db.models import TextChoices


class Role(TextChoices):
    """What an account is for; each has exactly one."""

    APPLICANT = "applicant", "申报人"
    OPERATOR = "operator", "经办人"
    AUDITOR = "auditor", "审核人"
    REVIEWER = "reviewer", "评审专家"
    ADMINISTRATOR = "administrator", "管理员"


class Permission(StrEnum):
    """Something that may be done, to a dossier or at all."""

    CREATE_DOSSIER = "create-dossier"
    UPLOAD = "upload"
    SEE_STATUS = "see-status"
    VIEW_ORIGINAL = "view-original"
    VIEW_COPY = "view-copy"
    RUN = "run"
    DECIDE = "decide"
    RELEASE = "release"
    VIEW_PACKAGE = "view-package"
    ASSIGN_REVIEWERS = "assign-reviewers"
    MANAGE_ACCOUNTS = "manage-accounts"
    READ_AUDIT = "read-audit"


class Reach(StrEnum):
    """To which dossiers a permission extends."""

    ALL = "all"
    OWN = "own"
    ASSIGNED_RELEASED = "assigned-released"


class TokenScope(TextChoices):
    """How much of its account's permissions a token has."""

    ALL = "all", "账号的全部权限"
    PUSH = "push", "只推送：新建、上传、提交、查询进度"
    READ = "read", "只读取：查询进度，下载副本和评审材料"


_P, _ALL = Permission, Reach.ALL

SCOPES: Mapping[TokenScope, frozenset[Permission]] = {
    TokenScope.ALL: frozenset(Permission),
    TokenScope.PUSH: frozenset({_P.CREATE_DOSSIER, _P.UPLOAD, _P.SEE_STATUS}),
    TokenScope.READ: frozenset({_P.SEE_STATUS, _P.VIEW_COPY, _P.VIEW_PACKAGE}),
}

# An operator moves dossiers and never sees one; an administrator keeps accounts and the chain.
GRANTS: Mapping[Role, Mapping[Permission, Reach]] = {
    Role.APPLICANT: {
        _P.CREATE_DOSSIER: Reach.OWN,
        _P.UPLOAD: Reach.OWN,
        _P.SEE_STATUS: Reach.OWN,
        _P.VIEW_ORIGINAL: Reach.OWN,
        _P.VIEW_COPY: Reach.OWN,
    },
    Role.OPERATOR: {
        _P.CREATE_DOSSIER: _ALL,
        _P.UPLOAD: _ALL,
        _P.SEE_STATUS: _ALL,
        _P.RUN: _ALL,
        _P.RELEASE: _ALL,
        _P.ASSIGN_REVIEWERS: _ALL,
    },
    Role.AUDITOR: {
        _P.SEE_STATUS: _ALL,
        _P.VIEW_ORIGINAL: _ALL,
        _P.VIEW_COPY: _ALL,
        _P.RUN: _ALL,
        _P.DECIDE: _ALL,
        _P.RELEASE: _ALL,
        _P.VIEW_PACKAGE: _ALL,
        _P.READ_AUDIT: _ALL,
    },
    Role.REVIEWER: {
        _P.VIEW_PACKAGE: Reach.ASSIGNED_RELEASED,
    },
    Role.ADMINISTRATOR: {
        _P.SEE_STATUS: _ALL,
        _P.MANAGE_ACCOUNTS: _ALL,
        _P.READ_AUDIT: _ALL,
    },
}
