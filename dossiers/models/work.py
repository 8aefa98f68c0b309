"""What the machine did: runs, leases, masked copies, findings and doubts."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from dossiers.fields import EncryptedTextField
from dossiers.models.dossier import Attachment, Dossier, StoredFile
from dossiers.models.people import User
from dossiers.states import RunState
from pipeline.dossier import Action, Kind, VerdictKind


class RunKind(models.TextChoices):
    """Which flow ran."""

    PROCESS_DOSSIER = "process-dossier", "处理材料"
    PROCESS_ATTACHMENT = "process-attachment", "重做一个附件"
    VERIFY_PAIR = "verify-pair", "核对申报人的副本"
    SIMILARITY = "similarity-recheck", "查重"
    CORRECT = "correct-dossier", "落实人工更正"
    PUBLISH = "publish-dossier", "发布"


class Run(models.Model):
    """One run of a flow over a dossier.

    Attributes:
        flow_run: Prefect's id of the flow run, or empty.
        worker: Which worker has it: an opaque name.
        counts: Numbers by name, such as attachments by verdict.
        resource: What its lease is on.
        token: Its lease's token.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="runs")
    attachment = models.ForeignKey(
        Attachment, null=True, on_delete=models.PROTECT, related_name="runs"
    )
    kind = models.CharField(max_length=24, choices=RunKind.choices)
    state = models.CharField(max_length=16, choices=RunState.choices, default=RunState.RUNNING)
    flow_run = models.CharField(max_length=40, default="", db_index=True)
    worker = models.CharField(max_length=80, default="")
    counts = models.JSONField(default=dict)
    resource = models.CharField(max_length=60)
    token = models.PositiveBigIntegerField()
    started = models.DateTimeField(auto_now_add=True)
    ended = models.DateTimeField(null=True)


class Lease(models.Model):
    """Who works at something just now; see :mod:`dossiers.services.leases`.

    Attributes:
        resource: What: ``d-…``, ``d-…/a003`` or ``d-…/a003/p12``.
        holder: Which worker.
        token: Grows with every take-over, so a late worker can be told from the present one.
        expires: By the database's clock.
    """

    resource = models.CharField(primary_key=True, max_length=60)
    holder = models.CharField(max_length=80)
    token = models.PositiveBigIntegerField(default=0)
    expires = models.DateTimeField(db_index=True)


class Origin(models.TextChoices):
    """Why a masked copy was made."""

    MACHINE = "machine", "自动处理"
    CORRECTION = "correction", "人工更正"


class CopyVersion(models.Model):
    """One masked copy of an attachment, with what its own verification said of it.

    Attributes:
        number: From 1, growing; the newest counts.
        file: The copy.
        document: Its findings.json.
        source_sha256: The original it was made from.
    """

    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    origin = models.CharField(max_length=16, choices=Origin.choices)
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="copy_version")
    document = models.OneToOneField(
        StoredFile, on_delete=models.PROTECT, related_name="findings_version"
    )
    source_sha256 = models.CharField(max_length=64)
    verdict = models.CharField(max_length=8, choices=[(v.value, v.value) for v in VerdictKind])
    pages = models.PositiveIntegerField()
    masks = models.JSONField(default=dict)
    policy = models.CharField(max_length=60)
    program = models.CharField(max_length=60)
    run = models.ForeignKey(Run, null=True, on_delete=models.PROTECT, related_name="versions")
    author = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="versions")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Django's options."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["attachment", "number"], name="version_once")
        ]


class Finding(models.Model):
    """What was found on a page of one masked copy; no text of the page in clear.

    ``polygon`` is a list of corners in pixels of the stored page, as in findings.json.
    """

    version = models.ForeignKey(CopyVersion, on_delete=models.CASCADE, related_name="findings")
    code = models.CharField(max_length=40)
    page = models.PositiveIntegerField()
    kind = models.CharField(max_length=24, choices=[(k.value, k.value) for k in Kind])
    polygon = models.JSONField()
    label = models.CharField(max_length=80, default="")
    recogniser = models.CharField(max_length=60)
    rule = models.CharField(max_length=80)
    score = models.FloatField()
    action = models.CharField(max_length=8, choices=[(a.value, a.value) for a in Action])
    reason = models.TextField(default="")
    evidence = models.TextField(default="")
    doubtful = models.BooleanField(default=False)
    text = EncryptedTextField(null=True)

    class Meta:
        """Django's options."""

        ordering: ClassVar = ["page", "id"]
        indexes: ClassVar = [models.Index(fields=["version", "page"])]


class Doubt(models.Model):
    """One reason why a person must look at an attachment: an entry of the queue.

    Attributes:
        version: The masked copy it is about; None for what is about the attachment itself.
        finding: The finding it is about, where it is about one.
        code: Stable name of the cause.
        message: For people; encrypted, because it may repeat a file's name.
        closed: When a decision answered it, or a later copy took its place.
        answer: The decision that answered it.
    """

    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="doubts")
    version = models.ForeignKey(
        CopyVersion, null=True, on_delete=models.PROTECT, related_name="doubts"
    )
    finding = models.ForeignKey(
        Finding, null=True, on_delete=models.SET_NULL, related_name="doubts"
    )
    code = models.CharField(max_length=60)
    message = EncryptedTextField()
    page = models.PositiveIntegerField(null=True)
    polygon = models.JSONField(null=True)
    rule = models.CharField(max_length=40, default="")
    closed = models.DateTimeField(null=True, db_index=True)
    answer = models.ForeignKey(
        "dossiers.Decision", null=True, on_delete=models.PROTECT, related_name="answers"
    )
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Django's options."""

        ordering: ClassVar = ["attachment_id", "page", "id"]
