"""The audit chain in words: what was done, and what an event says besides."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dossiers.audit import AuditAction
from dossiers.models import DecisionKind, FileRole, Origin, RunKind
from dossiers.roles import Role, TokenScope
from dossiers.states import AttachmentState, DossierState, RunState
from pipeline.attachment_kinds import kind_name

if TYPE_CHECKING:
    from dossiers.models import AuditEvent

_ACTIONS: Mapping[str, str] = {
    AuditAction.DOSSIER_CREATED: "新建材料",
    AuditAction.DOSSIER_MOVED: "材料状态变化",
    AuditAction.UPLOAD_STARTED: "开始上传",
    AuditAction.UPLOAD_RECEIVED: "收下文件",
    AuditAction.UPLOAD_REFUSED: "拒收文件",
    AuditAction.ATTACHMENT_MOVED: "附件状态变化",
    AuditAction.KIND_CHANGED: "更改附件种类",
    AuditAction.ORIGINAL_VIEWED: "查看原件",
    AuditAction.COPY_VIEWED: "查看打码副本",
    AuditAction.PACKAGE_VIEWED: "查看评审材料",
    AuditAction.RUN_STARTED: "流程开始",
    AuditAction.RUN_ENDED: "流程结束",
    AuditAction.COPY_MADE: "生成打码副本",
    AuditAction.DECIDED: "人工决定",
    AuditAction.SETTLED: "更正已落实",
    AuditAction.REVIEWER_ASSIGNED: "指派专家",
    AuditAction.REVIEWER_UNASSIGNED: "取消指派",
    AuditAction.ACCESS_REFUSED: "拒绝访问",
    AuditAction.ACCOUNT_CREATED: "建立账号",
    AuditAction.ACCOUNT_CHANGED: "更改账号",
    AuditAction.LOGGED_IN: "登录",
    AuditAction.LOGIN_FAILED: "登录失败",
    AuditAction.TOKEN_ISSUED: "签发令牌",
    AuditAction.TOKEN_REVOKED: "撤销令牌",
    AuditAction.KEYS_ROTATED: "更换密钥",
}
# In the order in which they are told.
_KEYS: Mapping[str, str] = {
    "from": "原为",
    "to": "改为",
    "reason": "原因",
    "active": "可登录",
    "asked": "想做",
    "attachment": "附件",
    "attachments": "附件数",
    "code": "原因代码",
    "days": "有效天数",
    "doubt": "疑点",
    "doubts": "疑点数",
    "finding": "发现",
    "findings": "发现数",
    "flow_run": "流程编号",
    "key": "密钥",
    "kind": "种类",
    "origin": "来由",
    "owner": "账号",
    "page": "页",
    "password": "换了密码",
    "policy": "通知",
    "purpose": "用途",
    "refused": "未收下",
    "replaces": "取代决定",
    "role": "角色",
    "rows": "记录数",
    "scope": "权限",
    "sha256": "文件摘要",
    "size": "字节数",
    "state": "状态",
    "taken": "收下",
    "token": "令牌",
    "verdict": "复核结论",
    "version": "版本",
}
_REASONS: Mapping[str, str] = {
    "kind": "种类改了",
    "rerun": "重新运行",
    "stopped": "运行中止",
    "failed": "运行失败",
    "portal": "在网页上操作",
}
_VALUES: Mapping[str, Mapping[str, str]] = {
    "kind": {**dict(DecisionKind.choices), **dict(RunKind.choices)},
    "origin": dict(Origin.choices),
    "purpose": dict(FileRole.choices),
    "reason": _REASONS,
    "role": {**dict(Role.choices), **dict(FileRole.choices)},
    "scope": dict(TokenScope.choices),
    "state": {**dict(DossierState.choices), **dict(RunState.choices)},
    "verdict": {"clean": "通过", "person": "需人工查看"},
}
_MOVES: Mapping[str, Mapping[str, str]] = {
    AuditAction.DOSSIER_MOVED: dict(DossierState.choices),
    AuditAction.ATTACHMENT_MOVED: dict(AttachmentState.choices),
}
# So much of a digest is told; all of it stands in the exact wording.
_DIGEST = 12


def action_words(event: AuditEvent) -> str:
    """Return what was done."""
    return _ACTIONS.get(event.action, event.action)


def details_words(event: AuditEvent) -> str:
    """Return what an event says besides, a word for each of its entries.

    What has no word here is told as it stands, so that nothing is left out.
    """
    details: dict[str, Any] = json.loads(event.details)
    known = list(_KEYS)
    order = sorted(details, key=lambda key: known.index(key) if key in _KEYS else len(known))
    told = [
        f"{_KEYS.get(key, key)}：{_value(event.action, key, details[key])}"
        for key in order
        if details[key] not in (None, "")
    ]
    return "；".join(told) or "—"


def _value(action: str, key: str, value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    text = str(value)
    if key in ("from", "to"):
        if action == AuditAction.KIND_CHANGED:
            return kind_name(text)
        return _MOVES.get(action, {}).get(text, text)
    if key == "sha256":
        return text[:_DIGEST]
    return _VALUES.get(key, {}).get(text, text)
