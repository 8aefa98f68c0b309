"""What goes in and out of the API."""

from __future__ import annotations

from datetime import datetime

from ninja import Field, Schema

from dossiers.models import Attachment, Dossier, Upload

Words = list[str]


class ApplicantIn(Schema):
    """The applicant's strings, as the application form gives them; the first of each is preferred.

    They are searched for and masked. They are stored encrypted and never sent back.
    """

    name: Words = Field(min_length=1, description="姓名，第一个是正式写法")
    unit: Words = Field([], description="工作单位及其简称、曾用名")
    id_number: Words = Field([], description="身份证号")
    phone: Words = Field([], description="电话")
    email: Words = Field([], description="电子邮箱")


class DossierIn(Schema):
    """A new dossier."""

    applicant: ApplicantIn
    policy: str = Field("huainan-2025", description="评审通知的编号")
    title: str = Field("", max_length=200, description="备注名，加密保存")


class AttachmentOut(Schema):
    """An attachment and where it stands."""

    id: str = Field(description="附件编号，如 a001")
    ordinal: int
    kind: str
    state: str = Field(description="waiting、verified、person、refused")
    state_label: str
    pages: int
    sha256: str = Field(description="原件的 SHA-256")

    @classmethod
    def of(cls, row: Attachment) -> AttachmentOut:
        """Describe a row."""
        return cls(
            id=row.code,
            ordinal=row.ordinal,
            kind=row.kind,
            state=row.state,
            state_label=row.get_state_display(),
            pages=row.pages,
            sha256=row.original.sha256,
        )


class BlockerOut(Schema):
    """Something that stands against the release."""

    code: str
    message: str
    attachment: str | None


class DossierOut(Schema):
    """A dossier and where it stands."""

    id: str
    policy: str
    state: str = Field(
        description="open、submitted、processing、review、ready、released、returned、void"
    )
    state_label: str
    created: datetime
    submitted: datetime | None
    released: datetime | None

    @classmethod
    def of(cls, row: Dossier) -> DossierOut:
        """Describe a row."""
        return cls(
            id=row.pk,
            policy=row.policy,
            state=row.state,
            state_label=row.get_state_display(),
            created=row.created,
            submitted=row.submitted,
            released=row.released,
        )


class DossierDetail(DossierOut):
    """A dossier with its attachments."""

    attachments: list[AttachmentOut]
    doubts: int = Field(description="待人工核对的处数")
    blockers: list[BlockerOut] = Field(description="还有哪些事没完成，不能发布")
    note: str = Field(description="退回原因")


class DossierList(Schema):
    """Some dossiers, newest first."""

    total: int
    dossiers: list[DossierOut]


class KindIn(Schema):
    """What an attachment is."""

    kind: str = Field(description="附件种类（代码），如 paper、honour、other")


class UploadIn(Schema):
    """A file that will be sent."""

    name: str = Field(min_length=1, max_length=255, description="文件名，加密保存")
    size: int = Field(gt=0, description="字节数")
    sha256: str = Field("", pattern="^([0-9a-fA-F]{64})?$", description="整个文件的 SHA-256")
    kind: str = Field("other", description="附件种类；auto：按文件名判断")
    own_copy_of: int | None = Field(None, description="申报人自己打码的副本：是第几个附件的")


class UploadOut(Schema):
    """An upload and where it stands."""

    key: str
    size: int
    received: int = Field(description="已写入磁盘的字节数；下一段从这里开始")
    state: str = Field(description="receiving、complete、abandoned")
    chunk_bytes: int = Field(description="一段最多多少字节")
    attachment: str | None = Field(None, description="成为了哪个附件")

    @classmethod
    def of(cls, row: Upload, chunk_bytes: int) -> UploadOut:
        """Describe a row."""
        return cls(
            key=row.key,
            size=row.size,
            received=row.received,
            state=row.state,
            chunk_bytes=chunk_bytes,
            attachment=row.attachment.code if row.attachment else None,
        )


class MemberOut(Schema):
    """A file of a ZIP and what became of it."""

    name: str = Field(description="在压缩包里的路径")
    attachment: str = Field(description="成为了哪个附件；没有收下时为空")
    code: str = Field(description="没有收下的原因（代码）")
    message: str = Field(description="没有收下的原因，一句可以直接显示的中文")


class ExpandedOut(Schema):
    """What became of an upload: its files if it was a ZIP, else the one file."""

    archive: bool
    files: list[MemberOut]


class ReceivedOut(Schema):
    """How many bytes are on the disk for certain."""

    received: int


class CopyOut(Schema):
    """A masked copy and what its own verification said."""

    version: int
    verdict: str
    pages: int
    masks: dict[str, int] = Field(description="各类遮盖的数目")
    sha256: str
    size: int
    url: str | None = Field(description="下载地址；没有查看权限时为空")


class ResultOut(Schema):
    """What became of an attachment."""

    attachment: AttachmentOut
    copy_: CopyOut | None = Field(alias="copy", serialization_alias="copy")
    doubts: list[str] = Field(description="待核对的原因（代码）")


class ResultsOut(Schema):
    """What became of a dossier."""

    id: str
    state: str
    results: list[ResultOut]


class PackageFileOut(Schema):
    """A file of the reviewers' package."""

    name: str
    size: int
    sha256: str
    url: str


class PackageOut(Schema):
    """The reviewers' package of a released dossier."""

    id: str
    files: list[PackageFileOut]


class ErrorOut(Schema):
    """Why something was refused."""

    class_: str = Field(alias="class", serialization_alias="class")
    code: str
    message: str = Field(description="一句可以直接显示的中文")
    expected: int | None = Field(
        None, description="上传应从第几字节继续（只在 upload-offset 时有）"
    )
