"""How the verdicts of other tools become classes of the taxonomy."""

import pytest

from bench import pii_peers
from tieback.pii.taxonomy import NONE, load_taxonomy


def test_every_mapped_class_is_one_of_the_taxonomy() -> None:
    maps = (pii_peers._COLSCAN, pii_peers._DBMASK, pii_peers._COMMONREGEX, pii_peers._SCRUBADUB, pii_peers._PRESIDIO)
    assert {kind for one in maps for kind in one.values()} <= {NONE, *load_taxonomy()}
    assert pii_peers.TOOLS.keys() == pii_peers.VERSIONS.keys()


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], NONE),
        ([("email", 9)], "email"),
        ([("email", 5)], NONE),
        ([("phone", 6), ("email", 10)], "email"),
    ],
)
def test_what_covers_most_of_a_value_names_it(spans: list[tuple[str, int]], expected: str) -> None:
    assert pii_peers._covering(spans, "0123456789") == expected


@pytest.mark.parametrize(
    ("values", "expected"), [("eee-", "email"), ("ee--", "email"), ("e---", NONE), ("", NONE), ("----", NONE)]
)
def test_half_of_the_values_name_a_column(values: str, expected: str) -> None:
    assert pii_peers._by_values(lambda value: "email" if value == "e" else NONE, list(values)) == expected


@pytest.mark.parametrize(
    ("entity", "expected"),
    [("US_SSN", "national_id"), ("NG_VEHICLE_REGISTRATION", "vehicle"), ("URL", NONE), ("PHONE_NUMBER", "phone")],
)
def test_entities_of_countries(entity: str, expected: str) -> None:
    assert pii_peers._presidio_class(entity) == expected
