"""A passive service is known by its address and by its names."""

import pytest

from tieback.model.passive import PassiveService


@pytest.mark.parametrize(
    ("address", "port", "names", "places"),
    [
        ("203.0.113.7", 9200, (), ("203.0.113.7:9200",)),
        ("2001:db8::1", 9200, ("es.example.org",), ("[2001:db8::1]:9200", "es.example.org:9200")),
        ("", 443, ("a.example", "b.example"), ("a.example:443", "b.example:443")),
        ("203.0.113.7", None, ("a.example",), ()),
    ],
)
def test_places_of_a_passive_service(
    address: str, port: int | None, names: tuple[str, ...], places: tuple[str, ...]
) -> None:
    assert PassiveService("shodan", "", address, port, names).places == places
