"""What a corpus of texts refuses."""

from __future__ import annotations

from pipeline.errors import RefusedInputError, UsageError


class CorpusMissingError(UsageError):
    """There is no corpus where one was named."""

    code = "corpus-missing"
    sentence = "没有比对库“{subject}”；请检查 --corpus，或先用 mangping corpus add 建立。"


class CorpusDamagedError(UsageError):
    """A corpus is none of this program's, or a file of it is damaged."""

    code = "corpus-damaged"
    sentence = "比对库“{subject}”已损坏或不是本程序的比对库；请从备份恢复，或换一个位置重新建立。"


class CorpusOutdatedError(UsageError):
    """A corpus was indexed by other rules than this program's."""

    code = "corpus-outdated"
    sentence = "比对库“{subject}”是按旧规则编的索引；请先运行 mangping corpus rebuild 重新编制。"


class CorpusBusyError(UsageError):
    """Another program is writing to the corpus."""

    code = "corpus-busy"
    sentence = "另一个程序正在写比对库“{subject}”；请等它结束后再试，查询不受影响。"


class CorpusWriteError(UsageError):
    """A corpus cannot be written where it lies."""

    code = "corpus-write"
    sentence = "无法写入比对库“{subject}”，原有内容没有变；请检查权限和磁盘空间。"


class NoSuchDocumentError(UsageError):
    """A document is not, or no longer, in the corpus."""

    code = "corpus-no-document"
    sentence = "比对库里没有编号为“{subject}”的文献；请用 mangping corpus list 查看编号。"


class NoSuchSnapshotError(UsageError):
    """The corpus never had that content."""

    code = "corpus-no-snapshot"
    sentence = "比对库没有过编号为“{subject}”的快照；请核对报告里的快照编号和所用的比对库。"


class CorpusTableError(RefusedInputError):
    """A table of documents cannot be read as one."""

    code = "corpus-table"
    sentence = "文献表“{subject}”不能使用：{why}；请改正后重试，列名见 docs/similarity.md。"


class EmptyTextError(RefusedInputError):
    """A document has too little text to be compared."""

    code = "corpus-empty-text"
    sentence = "“{subject}”里可比对的文字不足 {least} 个，没有加入；请检查文件是否清晰、是否选对。"


class TextFileError(RefusedInputError):
    """A text file is no text."""

    code = "corpus-text-file"
    sentence = "“{subject}”不是 UTF-8 或 GB 18030 文本，或超过 {limit} MB，没有加入；请转换后重试。"
