"""The flow ``publish-dossier``: the package for reviewers, of a dossier that nothing holds back."""

from __future__ import annotations

import tempfile
from pathlib import Path

from prefect import flow
from prefect.runtime import flow_run

from flows.artifacts import leave_link
from flows.parameters import Account, Counts, DossierId
from flows.quiet import quiet


@flow(
    name="publish-dossier",
    description="发布一份材料：全部附件复核通过、没有待办时，生成评审专家看的材料包。",
    flow_run_name="publish-{dossier_id}",
    persist_result=False,
    log_prints=False,
)
def publish_dossier(dossier_id: DossierId, requested_by: Account = None) -> Counts:
    """Release a dossier: build the reviewers' package and open it to those who are assigned.

    Returns:
        How many files are in the package.
    """
    with quiet(dossier_id):
        from dossiers import prepare

        prepare()
        from dossiers.errors import NotReleasableError
        from dossiers.models import RunKind, User
        from dossiers.permissions import require
        from dossiers.roles import Permission
        from dossiers.services.lookup import dossier_of
        from dossiers.services.releasing import release_blockers, release_dossier
        from dossiers.services.runs import finish_run, start_run
        from flows.package import build_package
        from flows.stored import WORKER, lease_seconds

        by = User.objects.get(pk=requested_by) if requested_by is not None else None
        if by is not None:
            require(by, Permission.RELEASE, dossier_of(dossier_id))
        blockers = release_blockers(dossier_id)
        if blockers:
            raise NotReleasableError(dossier_id, count=len(blockers))
        grant = start_run(
            dossier_id,
            RunKind.PUBLISH,
            worker=WORKER,
            flow_run=str(flow_run.id or ""),
            seconds=lease_seconds(),
        )
        completed = False
        counts: Counts = {}
        try:
            with tempfile.TemporaryDirectory(prefix="mangping-") as folder:
                package = build_package(dossier_id, Path(folder))
                release_dossier(dossier_id, package, by=by)
                counts = {"files": len(package)}
            completed = True
        finally:
            finish_run(grant, completed=completed, counts=counts)
        leave_link(dossier_id)
        return counts
