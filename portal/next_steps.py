"""What comes next with a dossier, in one sentence for whoever looks at it."""

from __future__ import annotations

from collections.abc import Mapping

from dossiers.models import Dossier, Run, RunKind
from dossiers.services.deciding import open_queue
from dossiers.states import DossierState, RunState

_PLAIN = {
    DossierState.SUBMITTED: "正在排队，轮到后自动处理；本页会自己更新。",
    DossierState.PROCESSING: "系统正在自动处理，本页会自己更新；关闭页面不影响处理。",
    DossierState.RELEASED: "已发布，指派的专家可以查看评审材料。",
    DossierState.VOID: "这份材料已作废，不再处理。",
}


def next_step(found: Dossier, may: Mapping[str, bool], *, publishing: bool) -> str:
    """Return what happens or is to be done now.

    Args:
        found: The dossier.
        may: What the account may do now, by name.
        publishing: Whether the package is being made.
    """
    state = DossierState(found.state)
    if publishing:
        return "正在生成评审材料，本页会自己更新。"
    if state is DossierState.OPEN:
        return "请把附件传齐，再点“提交处理”。" if may["upload"] else "等待申报人上传附件并提交。"
    if state is DossierState.RETURNED:
        ours, theirs = "请按退回原因修改：先点“重新打开修改”。", "等待申报人修改后重新提交。"
        return ours if may["reopen"] else theirs
    if state is DossierState.REVIEW:
        return _review(found, may)
    if state is DossierState.READY:
        return _ready(found, may)
    return _PLAIN[state]


def _review(found: Dossier, may: Mapping[str, bool]) -> str:
    count = open_queue(found.pk).count()
    if not may["decide"]:
        return "等待审核人核对。"
    if count:
        return f"还有 {count} 处需要人工核对，请点“逐页核对”。"
    if may["close"]:
        return "没有待核对的内容了，请点“核对完毕”，之后可以发布。"
    return "发布前还要完成的事见下面的清单。"


def _ready(found: Dossier, may: Mapping[str, bool]) -> str:
    if not may["publish"]:
        return "已全部核验，等待发布。"
    last: Run | None = found.runs.filter(kind=RunKind.PUBLISH).order_by("-pk").first()
    if last is not None and last.state in (RunState.FAILED, RunState.LOST):
        return "上一次发布没有完成，请重新点“发布给专家”；仍不行请联系管理员查看流程服务。"
    if not found.assignments.exists():
        who = "请先在下面指派" if may["assign"] else "请先由经办人指派"
        return f"已全部核验，可以发布。还没有指派评审专家，{who}，否则发布后没有人能看到。"
    return "已全部核验，可以发布给专家。"
