"""Names of the deployments; each has the name of its flow. The portal knows them too."""

from __future__ import annotations

PROCESS = "process-dossier"
PROCESS_ATTACHMENT = "process-attachment"
VERIFY_PAIR = "verify-pair"
SIMILARITY = "similarity-recheck"
CORRECT = "correct-dossier"
PUBLISH = "publish-dossier"
INGEST = "ingest-corpus"
SWEEP = "sweep"

# Emitted when a dossier was handed in; its resource is the dossier's id.
SUBMITTED = "mangping.dossier.submitted"


def full_name(deployment: str) -> str:
    """Return how Prefect wants a deployment named: flow and deployment."""
    return f"{deployment}/{deployment}"
