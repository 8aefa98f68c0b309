"""What the registry of journals refuses."""

from __future__ import annotations

from pipeline.errors import RefusedInputError, UsageError


class RegistryFileError(RefusedInputError):
    """A table of journals cannot be read as one."""

    code = "registry-file"
    sentence = "期刊表“{subject}”不能导入：{why}；请改正后重新导入，列名见 docs/registry.md。"


class RegistryMissingError(UsageError):
    """There is no registry where one was named."""

    code = "registry-missing"
    sentence = "没有期刊库“{subject}”；请检查 --registry，或先用 mangping registry import 导入。"


class RegistryDamagedError(UsageError):
    """A registry's file is no registry of this program, or is damaged."""

    code = "registry-damaged"
    sentence = (
        "期刊库“{subject}”已损坏或不是本程序的期刊库；请重新用 mangping registry import 导入。"
    )


class RegistryWriteError(UsageError):
    """A registry cannot be written where it shall lie."""

    code = "registry-write"
    sentence = "无法写入期刊库“{subject}”，请检查权限和磁盘空间，或用 --into 指定别处。"
