"""What people decided."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from dossiers.fields import EncryptedTextField
from dossiers.models.dossier import Attachment, Dossier
from dossiers.models.people import User
from dossiers.models.work import CopyVersion, Doubt, Finding
from pipeline.dossier import Kind


class DecisionKind(models.TextChoices):
    """What a person decided."""

    ACCEPT = "accept", "确认遮盖"
    REJECT = "reject", "取消遮盖"
    CHANGE_KIND = "change-kind", "更改类别"
    DRAW = "draw", "新增遮盖"
    MASK_STRING = "mask-string", "全部遮盖同一文字"
    RESOLVE = "resolve", "已核对，无问题"


# These change pixels: they wait for a new masked copy.
CORRECTIONS = (
    DecisionKind.REJECT,
    DecisionKind.CHANGE_KIND,
    DecisionKind.DRAW,
    DecisionKind.MASK_STRING,
)


class Decision(models.Model):
    """One decision of one person. Rows are added; only ``applied`` and ``settled`` follow later.

    Attributes:
        attachment: None where it concerns the whole dossier.
        finding: The finding it is about.
        doubt: The entry of the queue it answers.
        version: The masked copy that the person looked at.
        polygon: The drawn box, in pixels of the stored page.
        text: The string to mask everywhere; encrypted.
        note: What the person wrote; encrypted.
        replaces: An earlier decision that no longer holds.
        applied: The masked copies that carry it out, for corrections.
        settled: When nothing was left to carry out; at once for what changes no pixels.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="decisions")
    attachment = models.ForeignKey(
        Attachment, null=True, on_delete=models.PROTECT, related_name="decisions"
    )
    version = models.ForeignKey(
        CopyVersion, null=True, on_delete=models.PROTECT, related_name="decided_on"
    )
    finding = models.ForeignKey(
        Finding, null=True, on_delete=models.PROTECT, related_name="decisions"
    )
    doubt = models.ForeignKey(Doubt, null=True, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=16, choices=DecisionKind.choices)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="decisions")
    page = models.PositiveIntegerField(null=True)
    polygon = models.JSONField(null=True)
    finding_kind = models.CharField(
        max_length=24, default="", choices=[(k.value, k.value) for k in Kind]
    )
    text = EncryptedTextField(null=True)
    note = EncryptedTextField(default="")
    replaces = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    applied = models.ManyToManyField(CopyVersion, related_name="carries_out")
    settled = models.DateTimeField(null=True, db_index=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Django's options."""

        ordering: ClassVar = ["id"]
