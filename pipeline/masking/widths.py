"""Standard widths: a mask in a cell, a slot or at a line's end must not tell a name's length."""

from __future__ import annotations

from pipeline.dossier import Kind, Place

# In em. Wide enough for nearly all that stands there, and the same for all of a kind.
_WIDTHS: dict[Kind, float] = {
    Kind.APPLICANT_NAME: 4.0,
    Kind.PERSON_NAME: 4.0,
    Kind.SIGNATURE: 4.0,
    Kind.APPLICANT_UNIT: 10.0,
    Kind.UNIT: 10.0,
    Kind.ADDRESS: 14.0,
    Kind.ID_NUMBER: 10.0,
    Kind.PHONE: 7.0,
    Kind.EMAIL: 10.0,
    Kind.BIRTH_DATE: 7.0,
    Kind.HOLDER_NUMBER: 10.0,
}


def standard_width(kind: Kind, place: Place) -> float | None:
    """Return the width in em, or None where the mask follows the ink."""
    return None if place is Place.RUNNING else _WIDTHS.get(kind)


def widen(
    ink: tuple[float, float],
    fit: tuple[float, float],
    width: float,
    place: Place,
    *,
    ruled: bool,
) -> tuple[float, float]:
    """Widen the extent of the ink to the standard width, as far as there is room.

    Args:
        ink: Start and end of the ink with its margin.
        fit: How far the mask may reach on either side: a neighbour, a rule, the page's edge.
        width: The standard width in pixels.
        place: Slots and line ends grow forward from where the writing starts; in a cell the
            mask grows to both sides, because the writing may be centred.
        ruled: Whether both ends of ``fit`` are rules of a cell. A cell of about the standard
            width is filled, which also hides where in it the writing started.
    """
    low, high = min(fit[0], ink[0]), max(fit[1], ink[1])
    if place is Place.CELL and ruled and high - low <= 2 * width:
        return low, high
    missing = width - (ink[1] - ink[0])
    if missing <= 0:
        return ink
    start, end = ink
    if place is Place.CELL:
        start, end = start - missing / 2, end + missing / 2
        if start < low:
            start, end = low, end + low - start
        elif end > high:
            start, end = start - (end - high), high
    else:
        end += missing
    return max(start, low), min(end, high)
