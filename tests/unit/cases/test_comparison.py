"""Personal data and credentials of a store, compared with those when its case was opened."""

from typing import Any

import pytest

from tests.unit.cases.samples import exposure
from tieback.cases.comparison import compare_data, comparison_lines
from tieback.model.case import Comparison
from tieback.model.grant import Depth
from tieback.model.pii import Classification, SampledField, SampledRecords
from tieback.model.probe import Access, Container, Field, Outcome, ProbeReport
from tieback.pii import detectors

(DETECTOR,) = detectors()


def table(name: str, *fields: str, **values: str) -> Container:
    """A container; ``values`` has the class of the values of a field, if records were read."""
    judged = tuple(SampledField(field, Classification(one, 0.9), 3, 3) for field, one in values.items())
    return Container(
        (name,), "table", fields=tuple(Field(one) for one in (*fields, *values)),
        sampled=SampledRecords(3, judged) if judged else None,
    )  # fmt: skip


def compared(before: tuple[Container, ...], *after: tuple[Container, ...]) -> Comparison:
    reports = [ProbeReport(f"a:{n}", Outcome.OK, Access.OPEN, containers=one) for n, one in enumerate(after)]
    return compare_data(exposure(containers=before), reports, DETECTOR)


USERS = table("users", "email", "password", "latitude")


@pytest.mark.parametrize(
    ("before", "after", "more"),
    [
        ((USERS,), (USERS,), {"credentials": ("users.password",)}),
        ((USERS,), (table("users", "email"),), {"fewer": ("geo_location",), "credentials_gone": ("users.password",)}),
        (
            (USERS,), (table("orders", "total"),),
            {"fewer": ("email", "geo_location"), "credentials_gone": ("users.password",)},
        ),
        (
            (table("users", "email"),), (USERS,),
            {"more": ("geo_location", "password"), "credentials": ("users.password",)},
        ),
        # One field with credentials is gone, another one stays.
        (
            (table("a", "password"), table("b", "password")), (table("b", "password"),),
            {"credentials_gone": ("a.password",), "credentials": ("b.password",)},
        ),
        # A container that is described less this time shows nothing about its classes.
        (
            (USERS, table("a", "email")), (table("users"), table("a", "email")),
            {"unclear": ("geo_location", "password")},
        ),
        # The system's own containers do not count.
        (
            (table("a", "email"),),
            (table("a", "email"), Container(("s",), "table", True, fields=(Field("password"),))),
            {},
        ),
    ],
)  # fmt: skip
def test_what_is_gone_and_what_is_new(
    before: tuple[Container, ...], after: tuple[Container, ...], more: dict[str, Any]
) -> None:
    assert compared(before, after) == Comparison(Depth.DESCRIBE, **more)


def test_a_look_at_a_lower_depth_is_not_compared() -> None:
    read = table("users", email="email")
    assert compared((read,), (USERS,)).why_not == "this look had depth describe, the first one sample"
    assert compared((USERS,), (table("users"),)).why_not == "this look had depth enumerate, the first one describe"
    names = compared((table("users"),), (USERS,))
    assert (names.why_not, names.more) == ("no field names were read when the case was opened", ())


def test_a_deeper_look_is_compared_by_names() -> None:
    deeper = table("users", "latitude", "password", email="none")
    assert compared((USERS,), (deeper,)) == Comparison(Depth.DESCRIBE, credentials=("users.password",))


def test_several_places_show_the_most() -> None:
    assert compared((USERS,), (table("users"),), (USERS,)).fewer == ()


@pytest.mark.parametrize(
    ("one", "lines"),
    [
        (Comparison(Depth.DESCRIBE), ("the same classes of personal data",)),
        (Comparison(Depth.DESCRIBE, why_not="x"), ("personal data not compared: x",)),
        (
            Comparison(Depth.DESCRIBE, ("email",), ("health",), ("u.pw",), ("u.pin",), ("birth",)),
            (
                "fewer classes of personal data: E-mail addresses are gone",
                "new classes of personal data: Health data",
                "credentials gone: u.pw",
                "credentials still readable: u.pin",
                "not compared: Dates and places of birth, because fewer field names were read",
            ),
        ),
    ],
)  # fmt: skip
def test_in_words(one: Comparison, lines: tuple[str, ...]) -> None:
    assert comparison_lines(one) == lines
