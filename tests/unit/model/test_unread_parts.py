"""The parts of an input that were not read: each reason once, with all places that have it, up to a limit."""

import msgspec
import pytest

from tieback.model.sighting import (
    MAX_PLACES,
    Problem,
    UnreadCode,
    UnreadKind,
    main_reasons,
    unread_parts,
)

ENCRYPTED, DAMAGED, LIMIT = UnreadKind.ENCRYPTED, UnreadKind.DAMAGED, UnreadKind.LIMIT


def problems(kind: UnreadKind, what: str, *places: str) -> list[Problem]:
    return [Problem(what, place, kind) for place in places]


@pytest.mark.parametrize(
    ("places", "text"),
    [
        (["a.js"], "a.js"),
        (["a.js", "b.js"], "a.js, b.js"),
        (["a.js", "b.js", "a.js"], "a.js, b.js"),
        ([f"{n}.js" for n in range(5)], "0.js, 1.js, 2.js, 3.js, 4.js"),
        ([f"{n}.js" for n in range(17)], "0.js, 1.js, 2.js, 3.js, 4.js and 12 more"),
        ([f"{n}.js" for n in range(1000)], "0.js, 1.js, 2.js, 3.js, 4.js and 995 more"),
        ([""], ""),
        (["", "a.js"], "a.js"),
    ],
)
def test_every_place_of_a_reason_is_named_or_counted(places: list[str], text: str) -> None:
    (part,) = unread_parts((), problems(ENCRYPTED, "encrypted", *places))
    assert part.places_text() == text
    assert len(part.places) <= MAX_PLACES
    assert part.places_text(MAX_PLACES).count(",") == max(len(part.places) - 1, 0)


def test_reasons_stay_apart_and_damage_comes_first() -> None:
    found = unread_parts((), problems(LIMIT, "too large", "a", "b") + problems(DAMAGED, "cut off", "c", "d"))
    assert [(one.kind, one.places) for one in found] == [(DAMAGED, ("c", "d")), (LIMIT, ("a", "b"))]


def test_known_parts_keep_their_places() -> None:
    known = UnreadCode(ENCRYPTED, "encrypted", "a", ("b",), 3)
    (part,) = unread_parts((known,), problems(ENCRYPTED, "encrypted", "b", "c"))
    assert (part.places, part.more) == (("a", "b", "c"), 3)


def test_what_follows_from_damage_is_left_out_place_by_place() -> None:
    damage = UnreadCode(DAMAGED, "cut off", "a", ("b",))
    follows = UnreadCode(LIMIT, "unknown format", "a", ("b",))
    partly = UnreadCode(LIMIT, "too large", "a", ("c",))
    assert main_reasons((damage, follows, partly)) == (damage, UnreadCode(LIMIT, "too large", "c"))
    # The input as a whole keeps all its reasons.
    whole = UnreadCode(DAMAGED, "cut off", "x.pcap")
    other = UnreadCode(LIMIT, "too large", "x.pcap")
    assert main_reasons((whole, other), "x.pcap") == (whole, other)


def test_one_place_is_written_as_before() -> None:
    assert msgspec.json.encode(UnreadCode(LIMIT, "l", "a")) == b'{"kind":"limit","what":"l","where":"a"}'
    assert msgspec.json.decode(b'{"kind":"limit","what":"l","where":"a"}', type=UnreadCode).places == ("a",)
