"""What the portal refuses, beyond what the dossiers and intake refuse."""

from __future__ import annotations

from pipeline.errors import MangpingError, RefusedInputError, UsageError


class LoginNeededError(UsageError):
    """Nobody is logged in, or the token is not good."""

    code = "login-needed"
    sentence = "没有登录，或访问令牌无效、已过期、已撤销；请登录后重试，或向管理员申请新的令牌。"


class FirstPasswordError(UsageError):
    """The password is somebody else's and has to be changed first."""

    code = "first-password"
    sentence = "初始密码还没有更改；请先在“改密码”页改成自己的密码，再继续。"


class CsrfError(UsageError):
    """A request that changes something did not come from one of our pages."""

    code = "csrf"
    sentence = "这次操作缺少安全校验，没有执行；请刷新页面后重新操作。"


class LinkExpiredError(UsageError):
    """A link to a file was used too late."""

    code = "link-expired"
    sentence = "这个文件链接已过期；请回到材料页，重新点开文件。"


class LinkInvalidError(UsageError):
    """A link to a file was not made by us, or for somebody else."""

    code = "link-invalid"
    sentence = "这个文件链接无效；请回到材料页，重新点开文件。"


class InputError(UsageError):
    """A field of a request is missing or not usable."""

    code = "input"
    sentence = "提交的内容不完整或格式不对（{subject}）；请改正后重试。"


class ZipUploadError(RefusedInputError):
    """A ZIP where a single file is wanted: as an own masked copy, or at the API's ``complete``."""

    code = "archive-as-file"
    sentence = "“{subject}”是压缩包，这里只收单个文件，没有收下；请解压后逐个上传。"


class InfectedError(RefusedInputError):
    """The virus scanner refuses the file."""

    code = "infected"
    sentence = "病毒扫描认为文件“{subject}”不安全，没有收下；请查杀后重新扫描或导出，再上传。"


class ScannerUnavailableError(MangpingError):
    """The virus scanner did not say anything; the bytes are kept and can be completed later."""

    code = "scanner-unavailable"
    sentence = "病毒扫描程序没有给出结果，文件已传到但还没有收下；请稍后点“重试”，不必重新上传。"


class FlowsUnavailableError(MangpingError):
    """Prefect does not answer, or has no such deployment."""

    code = "flows-unavailable"
    sentence = "流程服务没有响应，没有启动；请稍后重试，或联系管理员查看流程服务是否在运行。"
