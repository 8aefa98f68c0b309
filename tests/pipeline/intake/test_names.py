from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pipeline.intake.names import LeavesFolderError, natural_key, safe_parts, shown

PIECES = st.sampled_from(["..", ".", "", "a", "文 件", "C:", " ..", "..\\", "\x00", "~", ".. "])
PATHS = st.lists(PIECES, max_size=6).map("/".join) | st.text(max_size=30)


@given(PATHS)
def test_no_accepted_path_leaves_its_folder(path: str) -> None:
    try:
        parts = safe_parts(path)
    except LeavesFolderError:
        return
    root = Path("/root/of/dossier")
    assert root in (root / Path(*parts)).resolve().parents
    assert ".." not in parts and all(parts)


@given(st.lists(st.sampled_from("ab文.-_ "), min_size=1, max_size=5).map("".join))
def test_an_ordinary_path_is_accepted(name: str) -> None:
    if name.strip(". "):
        assert safe_parts(f"夹/{name}") == ("夹", name)


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.text(max_size=5), st.text(max_size=5))
def test_numbers_in_names_are_counted_not_spelled(a: int, b: int, head: str, tail: str) -> None:
    if head[-1:].isdecimal() or tail[:1].isdecimal() or a == b:
        return
    first, second = sorted((a, b))
    assert natural_key(f"{head}{first}{tail}") < natural_key(f"{head}{second}{tail}")


@given(st.text(max_size=8), st.text(max_size=8))
def test_the_order_of_files_is_always_the_same(one: str, other: str) -> None:
    assert (natural_key(one) == natural_key(other)) is (one == other)


@given(st.text(max_size=2000))
def test_a_shown_name_cannot_break_a_sentence_or_a_terminal(name: str) -> None:
    assert len(shown(name)) <= 1024
    assert all(c.isprintable() for c in shown(name))
    shown(name).encode()
