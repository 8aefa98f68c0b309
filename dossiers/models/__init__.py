"""The tables. Import them after :func:`dossiers.setup`."""

from __future__ import annotations

from dossiers.models.audit import AuditEvent, UsedKey
from dossiers.models.decisions import CORRECTIONS, Decision, DecisionKind
from dossiers.models.dossier import (
    Assignment,
    Attachment,
    Dossier,
    FileRole,
    StoredFile,
    Upload,
    new_key,
)
from dossiers.models.people import ApiToken, Applicant, User
from dossiers.models.work import CopyVersion, Doubt, Finding, Lease, Origin, Run, RunKind

__all__ = [
    "CORRECTIONS",
    "ApiToken",
    "Applicant",
    "Assignment",
    "Attachment",
    "AuditEvent",
    "CopyVersion",
    "Decision",
    "DecisionKind",
    "Dossier",
    "Doubt",
    "FileRole",
    "Finding",
    "Lease",
    "Origin",
    "Run",
    "RunKind",
    "StoredFile",
    "Upload",
    "UsedKey",
    "User",
    "new_key",
]
