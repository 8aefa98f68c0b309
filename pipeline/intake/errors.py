"""What intake refuses, one class a cause; each sentence names the file and the way out."""

from __future__ import annotations

from pipeline.errors import RefusedInputError, UsageError


class MissingFileError(RefusedInputError):
    """There is no readable file at the path."""

    code = "missing-file"
    sentence = "找不到文件“{subject}”，或者没有读取它的权限；请检查路径后重试。"


class EmptyFileError(RefusedInputError):
    """The file has no bytes."""

    code = "empty-file"
    sentence = "文件“{subject}”是空的（0 字节），可能没有上传完整；请重新上传。"


class UnknownFormatError(RefusedInputError):
    """The bytes are of no format that is read."""

    code = "unknown-format"
    sentence = (
        "文件“{subject}”的内容是{what}，不是能处理的格式（只看内容，不看扩展名）；"
        "请改交 PDF、JPEG、PNG、TIFF、BMP、WebP 或 HEIC。"
    )


class OfficeFileError(RefusedInputError):
    """A word-processor, spreadsheet or presentation file."""

    code = "office-file"
    sentence = (
        "文件“{subject}”是 Office 或 WPS 文档，版面不固定，不能直接处理；请另存为 PDF 后再交。"
    )


class OfdFileError(RefusedInputError):
    """An OFD document."""

    code = "ofd-file"
    sentence = "文件“{subject}”是 OFD 版式文件，不能直接处理；请转存为 PDF 后再交。"


class ArchiveAsPageError(RefusedInputError):
    """A ZIP where a single document is wanted."""

    code = "archive-as-file"
    sentence = (
        "文件“{subject}”是 ZIP 压缩包，不是单个文件；请用 process 命令整包处理，或解压后再交。"
    )


class UnsupportedArchiveError(RefusedInputError):
    """A RAR, 7z or other archive that is not a ZIP."""

    code = "unsupported-archive"
    sentence = "文件“{subject}”是 {what} 压缩包，不能打开；请改用 ZIP 打包，或解压后再交。"


class DamagedPdfError(RefusedInputError):
    """A PDF whose structure or pages cannot be loaded."""

    code = "damaged-pdf"
    sentence = "PDF 文件“{subject}”已损坏，{what}；请重新导出或重新扫描后再交。"


class EncryptedPdfError(RefusedInputError):
    """A PDF that asks for a password."""

    code = "encrypted-pdf"
    sentence = "PDF 文件“{subject}”设有打开密码，无法读取；请去掉密码后再交。"


class DamagedImageError(RefusedInputError):
    """An image that cannot be decoded to its last row."""

    code = "damaged-image"
    sentence = "图片“{subject}”第 {page} 页已损坏或不完整，无法解码；请重新扫描或重新上传。"


class AnimatedImageError(RefusedInputError):
    """An animated PNG or WebP: most of its frames would never be looked at."""

    code = "animated-image"
    sentence = "图片“{subject}”是动图（{frames} 帧），不能当作材料处理；请改交静态图片。"


class LimitError(RefusedInputError):
    """Base of the limits of :class:`pipeline.intake.limits.Limits`."""

    code = "limit"


class FileTooBigError(LimitError):
    """More bytes than ``Limits.file_bytes``."""

    code = "file-too-big"
    sentence = "文件“{subject}”有 {actual} MB，超过上限 {limit} MB；请拆分或降低扫描分辨率后再交。"


class TooManyPagesError(LimitError):
    """More pages than ``Limits.pages``."""

    code = "too-many-pages"
    sentence = "文件“{subject}”有 {actual} 页，超过上限 {limit} 页；请拆成几个文件再交。"


class TooManyPixelsError(LimitError):
    """A page of more pixels than ``Limits.page_pixels``."""

    code = "too-many-pixels"
    sentence = (
        "文件“{subject}”第 {page} 页有 {width}×{height} 像素，超过每页 {limit} 像素的上限；"
        "请降低扫描分辨率后再交。"
    )


class SideTooLongError(LimitError):
    """A page with a side longer than ``Limits.page_side``."""

    code = "side-too-long"
    sentence = (
        "文件“{subject}”第 {page} 页有 {width}×{height} 像素，超过每边 {limit} 像素的上限；"
        "请降低扫描分辨率后再交。"
    )


class PageSizeError(LimitError):
    """A PDF page whose paper size is nonsense."""

    code = "page-size"
    sentence = (
        "PDF 文件“{subject}”第 {page} 页的纸张大小（{width}×{height} 毫米）不合理，"
        "允许每边 {least} 到 {limit} 毫米；请重新导出后再交。"
    )


class SlowPageError(LimitError):
    """A page that took longer to draw than ``Limits.page_seconds``."""

    code = "slow-page"
    sentence = (
        "文件“{subject}”第 {page} 页用了 {actual} 秒还没有画完，超过上限 {limit} 秒；"
        "请打印或另存为图片后再交。"
    )


class UnreadableArchiveError(RefusedInputError):
    """A ZIP whose directory or member cannot be read."""

    code = "damaged-archive"
    sentence = "压缩包“{subject}”已损坏，无法解压；请重新打包后再交。"


class EncryptedArchiveError(RefusedInputError):
    """A ZIP member that asks for a password."""

    code = "encrypted-archive"
    sentence = "压缩包中的“{subject}”设有密码，无法解压；请去掉密码重新打包后再交。"


class UnsafePathError(RefusedInputError):
    """A path that leaves the dossier: absolute, with ``..``, or a link."""

    code = "unsafe-path"
    sentence = "“{subject}”{what}，可能写到材料文件夹之外，已拒绝；请重新打包，只放普通文件。"


class NestingError(LimitError):
    """Archives inside archives deeper than ``Limits.nesting``."""

    code = "nested-too-deep"
    sentence = "压缩包“{subject}”里套压缩包超过 {limit} 层，已拒绝；请解压后重新打包成一层。"


class TooManyMembersError(LimitError):
    """More files than ``Limits.members``."""

    code = "too-many-members"
    sentence = "“{subject}”里的文件超过 {limit} 个；请分成几份材料再交。"


class UnpackedTooBigError(LimitError):
    """More unpacked bytes than ``Limits.unpacked_bytes``."""

    code = "unpacked-too-big"
    sentence = "压缩包“{subject}”解压后超过 {limit} MB；请分成几份材料再交。"


class CompressionRatioError(LimitError):
    """A member that unpacks to suspiciously many bytes: ``Limits.ratio``."""

    code = "compression-ratio"
    sentence = (
        "压缩包中的“{subject}”压缩比超过 {limit} 倍，可能是压缩炸弹，已拒绝；请直接交原文件。"
    )


class NotADossierError(RefusedInputError):
    """Neither a folder nor a ZIP where a dossier is wanted."""

    code = "not-a-dossier"
    sentence = (
        "“{subject}”既不是文件夹也不是 ZIP 压缩包，不能当作一份材料；单个文件请用 redact 命令。"
    )


class EmptyDossierError(RefusedInputError):
    """A folder or ZIP without a single file to process."""

    code = "empty-dossier"
    sentence = "“{subject}”里没有可以处理的文件；请检查是否选对了文件夹或压缩包。"


class DossierFileError(UsageError):
    """dossier.json is not of the documented shape."""

    code = "dossier-file"
    sentence = "材料说明“{subject}”不能用：{what}；请按说明文档改正后重试。"


class MissingIdentityError(UsageError):
    """There is no identity file at the path."""

    code = "missing-identity"
    sentence = "找不到申报人信息文件“{subject}”；请用 --identity 指定 identity.json。"


class IdentityFormatError(UsageError):
    """The identity is not JSON of the documented shape."""

    code = "identity-format"
    sentence = (
        "申报人信息文件“{subject}”不能用：{what}；"
        '请写成 {{"name": …, "id_number": …, "unit": …, "phone": …, "email": …}} 后重试。'
    )


class IdentityNameError(UsageError):
    """The identity has no name; without it nothing can be hidden."""

    code = "identity-without-name"
    sentence = "申报人信息文件“{subject}”没有写姓名（name），无法脱敏；请补上姓名后重试。"
