"""What a policy file leaves out is shown to reviewers, or hidden from the report's reader."""

from __future__ import annotations

from datetime import date

import pytest
import yaml

from pipeline.dossier import Action, Kind
from pipeline.errors import UsageError
from pipeline.policy import Policy, load_policy
from pipeline.policy.loader import DamagedPolicyError, UnknownPolicyError, policy_names
from pipeline.publication.nouns import Effect

IDENTIFYING = (
    Kind.APPLICANT_NAME,
    Kind.APPLICANT_UNIT,
    Kind.PERSON_NAME,
    Kind.UNIT,
    Kind.ID_NUMBER,
    Kind.PHONE,
    Kind.EMAIL,
    Kind.ADDRESS,
    Kind.BIRTH_DATE,
    Kind.HOLDER_NUMBER,
    Kind.SIGNATURE,
)


@pytest.fixture(params=["huainan-2025", "wuhu-2021"])
def policy(request: pytest.FixtureRequest) -> Policy:
    return load_policy(request.param)


def test_every_shipped_policy_loads_under_its_own_name() -> None:
    assert policy_names() == ["huainan-2025", "wuhu-2021"]
    assert [load_policy(name).id for name in policy_names()] == policy_names()


def test_every_kind_is_decided_and_explained(policy: Policy) -> None:
    assert set(policy.actions) == set(Kind)
    assert set(policy.reasons) == set(Kind) and all(policy.reasons.values())


def test_every_mask_says_what_it_hides(policy: Policy) -> None:
    masked = {kind for kind in Kind if policy.action(kind) is Action.MASK}
    assert masked <= {kind for kind, label in policy.labels.items() if label}


def test_colleagues_and_schools_are_told_apart_by_number(policy: Policy) -> None:
    assert all("{n}" in policy.labels[kind] for kind in (Kind.PERSON_NAME, Kind.UNIT))


def test_what_identifies_a_person_is_masked(policy: Policy) -> None:
    assert all(policy.action(kind) is Action.MASK for kind in IDENTIFYING)


def test_a_kind_that_a_notice_forgets_is_masked() -> None:
    bare = Policy(id="x", version=1, title="x", actions={}, reasons={})
    assert all(bare.action(kind) is Action.MASK for kind in Kind)


@pytest.mark.parametrize("name", ["hefei-2026", "", "../huainan-2025", "huainan_2025"])
def test_an_unknown_policy_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(UnknownPolicyError) as caught:
        load_policy(name)
    assert isinstance(caught.value, UsageError)
    assert caught.value.as_json()["code"] == "unknown-policy"
    assert "huainan-2025" in str(caught.value) and "wuhu-2021" in str(caught.value)


def test_the_dates_and_vendors_of_a_notice_that_names_them_are_kept() -> None:
    said = load_policy("huainan-2025").publication
    assert said.cutoff == date(2025, 10, 29) and said.recent_years == 5
    assert set(said.similarity_vendors) == {"知网", "万方", "维普"}


def test_a_journal_outside_the_registry_goes_to_a_person(policy: Policy) -> None:
    assert policy.publication.unknown_journal is Effect.PERSON


def test_a_damaged_policy_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = {"id": "x", "version": "second", "title": "x", "actions": {"names": "mask"}}
    monkeypatch.setattr(yaml, "safe_load", lambda text: broken)
    with pytest.raises(DamagedPolicyError) as caught:
        load_policy("huainan-2025")
    assert "huainan_2025.yaml" in str(caught.value)
    assert "names" not in str(caught.value)
