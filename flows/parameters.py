"""What people fill in on Prefect's pages: ids and choices, never anything that names a person."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

DossierId = Annotated[
    str,
    Field(
        pattern=r"^d-[0-9a-f]{12}$",
        title="材料编号",
        description="门户里材料页上的编号，或 mangping process 登记的编号；不含任何个人信息",
    ),
]
AttachmentNumber = Annotated[
    int,
    Field(ge=1, le=2000, title="附件序号", description="附件编号 a003 的序号是 3"),
]
Again = Annotated[
    bool,
    Field(
        title="已处理过也重做",
        description="勾选后，已处理过的材料也再处理一次；没有变化的页和附件直接沿用",
    ),
]
Account = Annotated[
    int | None,
    Field(ge=1, title="发起人账号编号", description="门户会自动填写；在这里手工发布时可不填"),
]
ReviewRound = Annotated[
    str,
    Field(pattern=r"^20[0-9]{2}$", title="评审年度", description="四位数字，例如 2026"),
]
GraceSeconds = Annotated[
    int,
    Field(
        ge=0,
        le=3600,
        title="等待秒数",
        description="提交后超过这么久还没有流程处理的材料，由巡检启动",
    ),
]
Counts = dict[str, int]
