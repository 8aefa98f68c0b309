"""What the room of the dossiers refuses; no sentence carries anything of an applicant."""

from __future__ import annotations

from pipeline.errors import MangpingError, RefusedInputError, UsageError


class StateFolderError(UsageError):
    """The private folder of the database and the files cannot be written."""

    code = "state-folder"
    sentence = "无法写入文件夹“{subject}”，请检查权限和磁盘空间，或用 MANGPING_STATE 换一个。"


class DatabaseError(UsageError):
    """The database does not answer, or is not ours."""

    code = "database"
    sentence = "数据库无法使用（{subject}）；请检查 DATABASE_URL、磁盘空间和权限后重试。"


class KeyFormatError(UsageError):
    """``MANGPING_KEY`` or the key file is not usable."""

    code = "key-format"
    sentence = "密钥“{subject}”的格式不对；每个密钥是 32 字节的 base64，请恢复备份的密钥后重试。"


class KeyMissingError(UsageError):
    """Something was encrypted with a key that is not here."""

    code = "key-missing"
    sentence = "缺少编号为“{subject}”的密钥，无法解开已保存的内容；请恢复备份的密钥文件后重试。"


class DamagedValueError(MangpingError):
    """An encrypted value does not open with its key: it was changed or moved."""

    code = "damaged-value"
    sentence = "数据库里“{subject}”的加密内容已损坏或被改动，无法解开；请从备份恢复并核对审计记录。"


class UnknownThingError(UsageError):
    """There is no dossier, attachment, upload or file of that id."""

    code = "unknown"
    sentence = "没有找到“{subject}”；请核对编号，或刷新页面后重试。"


class StateError(UsageError):
    """The thing is not in a state in which this may be done to it."""

    code = "state"
    sentence = "“{subject}”现在是“{state}”，不能变为“{wanted}”；请刷新页面，看看是否已有人处理。"


class KindFixedError(UsageError):
    """The kind of an attachment cannot be changed now."""

    code = "kind-fixed"
    sentence = (
        "“{subject}”现在是“{state}”，不能更改附件的种类；"
        "正在处理的请等处理完再改，已发布的请先撤回发布。"
    )


class UnknownKindError(UsageError):
    """There is no such kind of attachment."""

    code = "unknown-kind"
    sentence = "没有这种附件种类，“{subject}”没有改动；请从列出的种类里选一个。"


class PermissionRefusedError(UsageError):
    """The account may not do this to this dossier."""

    code = "forbidden"
    sentence = "没有权限对“{subject}”做这件事；如有需要请联系管理员。"


class NotReleasableError(UsageError):
    """Something stands against the release."""

    code = "not-releasable"
    sentence = "“{subject}”还不能发布：有 {count} 项没有完成；请在材料页逐项处理后再发布。"


class LeaseLostError(MangpingError):
    """Another worker has taken over what this one was working at."""

    code = "lease-lost"
    sentence = "“{subject}”已由另一个处理进程接手，这里的结果不再采用；不需要做什么。"


class RunningError(UsageError):
    """A run over the dossier is under way."""

    code = "running"
    sentence = "“{subject}”正在处理中，没有重复启动；请等它结束。"


class UploadOffsetError(RefusedInputError):
    """A piece does not begin where the upload stands; ``facts['expected']`` says where it does."""

    code = "upload-offset"
    sentence = "上传“{subject}”的这一段不是从第 {expected} 字节开始的；请从那里继续上传。"


class UploadTooLargeError(RefusedInputError):
    """A file, a piece or a dossier is larger than is taken."""

    code = "upload-too-large"
    sentence = "上传“{subject}”超出上限（{limit} 字节），没有收下；请压缩或拆分后重新上传。"


class UploadTooManyError(RefusedInputError):
    """The dossier has as many files as are taken."""

    code = "upload-too-many"
    sentence = "“{subject}”的附件已达上限（{limit} 个），没有收下；请合并后重新上传。"


class UploadIncompleteError(RefusedInputError):
    """The upload was ended before all its bytes came."""

    code = "upload-incomplete"
    sentence = "上传“{subject}”还没有传完（{received}/{size} 字节）；请继续上传。"


class UploadChecksumError(RefusedInputError):
    """The bytes are not those that the sender meant."""

    code = "upload-checksum"
    sentence = "上传“{subject}”的内容与校验值不符，没有收下；请重新上传。"


class StorageError(MangpingError):
    """The store of the files does not answer, or has lost one."""

    code = "storage"
    sentence = "文件存储不可用或缺少“{subject}”；请检查存储后重试，不要重新上传。"


class StoreSettingError(UsageError):
    """``MANGPING_STORAGE`` names a place where nothing can be kept."""

    code = "store-setting"
    sentence = (
        "文件存储“{subject}”不能用：{why}。请检查 MANGPING_STORAGE 的写法、存储桶的名称与权限，"
        "以及环境变量里的地址和密钥（AWS_ENDPOINT_URL、AWS_ACCESS_KEY_ID、AWS_SECRET_ACCESS_KEY），"
        "改好后重新启动。"
    )


class NothingToSubmitError(UsageError):
    """A dossier without attachments, or with an upload that has not ended, cannot be handed in."""

    code = "nothing-to-submit"
    sentence = "“{subject}”还没有附件，或有附件没有传完，不能提交；请先传完附件。"


class StaleError(UsageError):
    """What the person looked at, or the worker worked from, is no longer the newest."""

    code = "stale"
    sentence = "“{subject}”已有更新的版本，这次操作没有采用；请刷新页面后重试。"


class DecisionError(UsageError):
    """A decision lacks what its kind needs."""

    code = "decision"
    sentence = "对“{subject}”的决定不完整（{what}），没有保存；请补全后重试。"
