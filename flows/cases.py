"""Which dossiers were submitted for processing: an opaque id for Prefect, the paths for us.

Prefect stores parameters in clear, and a path may name the applicant; so a flow is given an id only
and looks the paths up here, in a private folder of the user.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from pydantic import ValidationError

from dossiers.places import state_dir
from flows.errors import OutputFolderError, UnknownCaseError
from pipeline.dossier import Noun


class Order(Noun):
    """What somebody asked for. All paths are absolute."""

    dossier: Path
    out: Path
    identity: Path | None = None
    policy: str | None = None
    with_text: bool = False
    text_layer: bool = False
    registry: Path | None = None
    corpus: Path | None = None
    review_round: str | None = None

    @property
    def id(self) -> str:
        """The same for the same output folder; says nothing about it."""
        digest = hashlib.sha256(os.fsencode(self.out.resolve())).hexdigest()
        return f"d-{digest[:12]}"


def submit(order: Order) -> str:
    """Register an order and return its id.

    Raises:
        OutputFolderError: The private folder cannot be written.
    """
    folder = state_dir() / "cases"
    place = folder / f"{order.id}.json"
    temporary = place.with_suffix(f".{os.getpid()}.part")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary.write_text(order.model_dump_json(), encoding="utf-8")
        temporary.chmod(0o600)
        temporary.replace(place)
    except OSError:
        raise OutputFolderError(str(folder)) from None
    return order.id


def is_registered(order_id: str) -> bool:
    """Whether somebody registered an order of that id."""
    return _place(order_id).is_file()


def find(order_id: str) -> Order:
    """Return a registered order.

    Raises:
        UnknownCaseError: There is none of that id.
    """
    try:
        return Order.model_validate_json(_place(order_id).read_text(encoding="utf-8"))
    except (OSError, ValidationError):
        raise UnknownCaseError(order_id) from None


def _place(order_id: str) -> Path:
    return state_dir() / "cases" / f"{Path(order_id).name}.json"
