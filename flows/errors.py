"""What the commands refuse before or beside the documents."""

from __future__ import annotations

from pipeline.errors import MangpingError, RefusedInputError, UsageError


class CommandLineError(UsageError):
    """The command line itself is wrong."""

    code = "command-line"
    sentence = "命令用法不对：{what}；请看 mangping {subject} --help。"


class OverwriteError(RefusedInputError):
    """A copy would be written over one of the inputs."""

    code = "would-overwrite"
    sentence = "“{subject}”的副本会覆盖原件，没有处理；请用 --out 指定另一个文件夹。"


class FolderAsFileError(RefusedInputError):
    """A folder where a file is wanted."""

    code = "folder-as-file"
    sentence = "“{subject}”是文件夹，不是文件；请用 mangping process 处理整个文件夹。"


class OutputFolderError(UsageError):
    """The folder for the outputs cannot be made or written."""

    code = "output-folder"
    sentence = "无法写入输出文件夹“{subject}”，请检查权限和磁盘空间，或用 --out 换一个。"


class OutputInsideError(UsageError):
    """The outputs would lie among the inputs of the next run."""

    code = "output-inside"
    sentence = "输出文件夹“{subject}”在材料文件夹里面，下次会被当成材料；请用 --out 换一个。"


class NoApplicantError(UsageError):
    """Nobody said whose dossier it is."""

    code = "no-applicant"
    sentence = (
        "“{subject}”里没有申报人信息；请在 dossier.json 里写 applicant，或用 --identity 指定。"
    )


class ServerError(UsageError):
    """Prefect could not be started or reached."""

    code = "server"
    sentence = "无法启动流程服务（{subject}）；请稍后重试，或改用 mangping redact。"


class UnknownCaseError(UsageError):
    """The flow was given an id that nobody registered."""

    code = "unknown-case"
    sentence = "没有登记过编号为“{subject}”的材料；请用 mangping process 重新提交。"


class NoCorpusError(UsageError):
    """Nothing is there to compare with."""

    code = "no-corpus"
    sentence = "还没有比对库；请先用 mangping corpus add 建立，或用 --corpus 指定。"


class UnknownAuthorError(UsageError):
    """A masked report is wanted, and nobody said whose names must be taken out."""

    code = "unknown-author"
    sentence = (
        "隐去作者和单位的报告要知道隐去谁；请用 --identity 指定（要有姓名和单位），"
        "或用 --author 和 --unit 写明。"
    )


class TryAgainError(MangpingError):
    """A step of an attachment failed, not by the file's own fault; it is tried again."""

    code = "try-again"
    sentence = "附件“{subject}”的一步没有成功（{code}），将自动重试；不需要做什么。"


class GivenUpError(MangpingError):
    """An attachment took the worker down with it, twice."""

    code = "failed-repeatedly"
    sentence = "处理附件“{subject}”时程序两次中断，不再自动重试；请人工查看原件，或修复后重做。"


class FlowFailedError(MangpingError):
    """A flow could not go on; says nothing but a code and a place in the program."""

    code = "flow-failed"
    sentence = "“{subject}”的流程没有完成（{reason}）；已完成的部分保留，可在此页面重试。"


class NotYetError(UsageError):
    """A dossier is not in a state for this flow."""

    code = "not-yet"
    sentence = "“{subject}”现在是“{state}”，不能做这一步；请先处理完再试。"
