"""``mangping audit verify``: is the audit chain whole, and where is it broken. No Prefect."""

from __future__ import annotations

import json
from typing import TextIO

from dossiers import prepare

BROKEN = 3


def verify_chain(stream: TextIO, *, as_json: bool) -> int:
    """Check the chain, print what is wrong with it, and return the exit code: 0, or 3 if broken.

    Raises:
        UsageError: The database or its keys cannot be opened.
    """
    prepare()
    from dossiers.audit import verify

    seen = verify()
    code = BROKEN if seen.breaches else 0
    if as_json:
        breaches = [
            {"sequence": b.sequence, "kind": b.kind.value, "message": b.message}
            for b in seen.breaches
        ]
        said = {
            "command": "audit-verify",
            "exit_code": code,
            "events": seen.events,
            "head": seen.head,
            "breaches": breaches,
        }
        print(json.dumps(said, ensure_ascii=False), file=stream)
        return code
    for breach in seen.breaches:
        print(f"✗ {breach.message}", file=stream)
    if seen.breaches:
        print("审计记录不完整；请保留现场，与备份核对后再继续使用。", file=stream)
    else:
        print(f"✓ 审计记录完整：{seen.events} 条，最新校验值 {seen.head}", file=stream)
    return code
