"""Dossiers, their attachments, and the files of both."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, ClassVar

from django.db import models

from dossiers.fields import EncryptedObjectField, EncryptedTextField
from dossiers.models.people import Applicant, User
from dossiers.states import AttachmentState, DossierState, UploadState

if TYPE_CHECKING:
    from dossiers.models.work import CopyVersion

ID_LENGTH = 14
KEY_LENGTH = 32


def new_dossier_id() -> str:
    """Return an id that nobody can guess and that says nothing: ``d-`` and 12 hexadecimal."""
    return f"d-{secrets.token_hex(6)}"


def new_key() -> str:
    """Return a name for a file or an upload that nobody can guess."""
    return secrets.token_hex(KEY_LENGTH // 2)


class Dossier(models.Model):
    """One applicant's papers of one year.

    Attributes:
        owner: The applicant's account, if they have one.
        policy: Id of the notice.
        title: What the office calls it; encrypted.
        note: What the applicant is told about a return; encrypted.
        revision: Grows whenever attachments come or go, so that a run knows what it has seen.
        failures: Runs in a row that did not end; see :mod:`dossiers.services.runs`.
        submitted: When it was last submitted; the sweep takes the oldest first.
    """

    id = models.CharField(
        primary_key=True, max_length=ID_LENGTH, default=new_dossier_id, editable=False
    )
    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="dossiers")
    owner = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="dossiers")
    policy = models.CharField(max_length=60)
    title = EncryptedTextField(default="")
    note = EncryptedTextField(default="")
    state = models.CharField(
        max_length=16, choices=DossierState.choices, default=DossierState.OPEN, db_index=True
    )
    revision = models.PositiveIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    created = models.DateTimeField(auto_now_add=True)
    changed = models.DateTimeField(auto_now=True)
    submitted = models.DateTimeField(null=True)
    released = models.DateTimeField(null=True)

    def __str__(self) -> str:
        """Return the id."""
        return self.id


class Assignment(models.Model):
    """A reviewer may read a dossier's package once it is released."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="assignments")
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Django's options."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dossier", "reviewer"], name="assigned_once")
        ]


class FileRole(models.TextChoices):
    """What a stored file is."""

    ORIGINAL = "original", "原件"
    OWN_COPY = "own-copy", "申报人自己打码的副本"
    MASKED = "masked", "打码副本"
    FINDINGS = "findings", "逐项结果"
    PUBLICATION = "publication", "论著审查结果"
    REPORT = "report", "报告"
    PACKAGE = "package", "评审材料"


class StoredFile(models.Model):
    """A file in the store. ``key`` is its name there: opaque, and the name in every link.

    ``withdrawn`` closes the package of a release that was called back.
    """

    key = models.CharField(primary_key=True, max_length=KEY_LENGTH, default=new_key)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="files")
    role = models.CharField(max_length=16, choices=FileRole.choices)
    name = EncryptedTextField(default="")
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    withdrawn = models.DateTimeField(null=True)
    created = models.DateTimeField(auto_now_add=True)


class Attachment(models.Model):
    """One file that was handed in.

    Attributes:
        ordinal: Its place in the dossier, from 1; never given twice.
        kind: Kind of attachment, as dossier.json says it.
        original: The file as it came.
        own_file: The applicant's own masked copy, if one was handed in.
        report_of: The attachment that a similarity report is about, where somebody said so.
        own_result: What became of the applicant's own copy (:class:`pipeline.outcome.OwnCopy`).
        publication: What the rules say of it (:class:`pipeline.outcome.Publication`).
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="attachments")
    ordinal = models.PositiveIntegerField()
    kind = models.CharField(max_length=40, default="other")
    state = models.CharField(
        max_length=16, choices=AttachmentState.choices, default=AttachmentState.WAITING
    )
    original = models.OneToOneField(
        StoredFile, on_delete=models.PROTECT, related_name="original_of"
    )
    own_file = models.OneToOneField(
        StoredFile, null=True, on_delete=models.PROTECT, related_name="own_copy_of"
    )
    report_of = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="reports"
    )
    pages = models.PositiveIntegerField(default=0)
    own_result = EncryptedObjectField(null=True)
    publication = EncryptedObjectField(null=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Django's options."""

        ordering: ClassVar = ["dossier_id", "ordinal"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dossier", "ordinal"], name="ordinal_once")
        ]

    @property
    def code(self) -> str:
        """Its id inside the dossier, for the pipeline and for people: ``a001``."""
        return f"a{self.ordinal:03d}"

    @property
    def current(self) -> CopyVersion | None:
        """The newest masked copy, or None while there is none."""
        return self.versions.order_by("-number").first()

    def __str__(self) -> str:
        """Return the dossier's id and the attachment's."""
        return f"{self.dossier_id}/{self.code}"


class Upload(models.Model):
    """A file on its way in, piece by piece.

    Attributes:
        key: Names the upload, its staged bytes and, afterwards, the stored file.
        purpose: ``original`` or ``own-copy``.
        of: The attachment whose own masked copy it is.
        size: Bytes announced.
        received: Bytes that are on disk for certain.
        sha256: What the sender says the whole is, or empty.
        attachment: What it became.
    """

    key = models.CharField(primary_key=True, max_length=KEY_LENGTH, default=new_key)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="uploads")
    purpose = models.CharField(max_length=16, choices=FileRole.choices, default=FileRole.ORIGINAL)
    of = models.ForeignKey(
        Attachment, null=True, on_delete=models.PROTECT, related_name="own_uploads"
    )
    kind = models.CharField(max_length=40, default="other")
    name = EncryptedTextField()
    size = models.BigIntegerField()
    received = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, default="")
    state = models.CharField(
        max_length=16, choices=UploadState.choices, default=UploadState.RECEIVING, db_index=True
    )
    attachment = models.ForeignKey(
        Attachment, null=True, on_delete=models.PROTECT, related_name="uploads"
    )
    created = models.DateTimeField(auto_now_add=True)
    changed = models.DateTimeField(auto_now=True)
