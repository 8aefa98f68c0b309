"""What an operator sees of a run on Prefect's pages: counts, durations, and where to look on."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from prefect.artifacts import create_link_artifact, create_table_artifact

from flows.portal_address import portal_url
from pipeline.dossier import VerdictKind
from pipeline.progress import Stage

if TYPE_CHECKING:
    from flows.session import Session

_STAGES = {
    Stage.INTAKE: "打开文件",
    Stage.READING: "识别",
    Stage.DETECTION: "查找",
    Stage.MASKING: "打码",
    Stage.VERIFICATION: "复核",
}
_VERDICTS = {
    VerdictKind.CLEAN: "通过复核",
    VerdictKind.PERSON: "需人工核对",
    VerdictKind.ERROR: "未能处理",
}


def leave_tables(session: Session) -> None:
    """Leave counts and durations of what has ended, and the link to the dossier's page."""
    key, results = session.id, session.results
    verdicts = Counter(result.verdict for result in results)
    create_table_artifact(
        [{"结论": name, "文件数": verdicts[kind]} for kind, name in _VERDICTS.items()],
        key=f"{key}-verdicts",
        description="附件的结论",
    )
    seconds: Counter[str] = Counter()
    for result in results:
        seconds.update(result.seconds)
    create_table_artifact(
        [{"阶段": name, "秒": round(seconds[stage.value], 1)} for stage, name in _STAGES.items()],
        key=f"{key}-seconds",
        description="各阶段用时；沿用的不计",
    )
    from pipeline.outcome import PUBLICATION_NAMES

    examined: Counter[str] = Counter(one.verdict for one in session.publications.values())
    if examined:
        create_table_artifact(
            [{"结论": name, "件数": examined[v]} for v, name in PUBLICATION_NAMES.items()],
            key=f"{key}-publications",
            description="论著审查的结论",
        )
    leave_link(key)


def leave_link(dossier_id: str) -> None:
    """Leave the link to the dossier's page in the portal."""
    create_link_artifact(
        f"{portal_url()}/dossiers/{dossier_id}/",
        link_text="在门户里核对这份材料",
        key=f"{dossier_id}-portal",
        description="打开后需登录",
    )
