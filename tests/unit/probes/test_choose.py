import pytest

from tieback.probes import PROBES
from tieback.probes.choose import order

ORDERS = [
    # service, port, first probe
    ("mongodb", 9200, "mongodb"),
    ("MongoDB", 1, "mongodb"),
    ("opensearch", 27017, "elasticsearch"),
    ("rediss", 1, "redis"),
    ("postgres", 1, "postgresql"),
    ("mariadb", 1, "mysql"),
    (None, 3306, "mysql"),
    (None, 27018, "mongodb"),
    (None, 6380, "redis"),
    (None, 1, PROBES[0].meta.name),
    ("unheard-of", 5432, "postgresql"),
]


@pytest.mark.parametrize(("service", "port", "first"), ORDERS)
def test_the_likeliest_comes_first_and_none_is_left_out(service: str | None, port: int, first: str) -> None:
    probes = order(service, port)
    assert probes[0].meta.name == first
    assert {probe.meta.name for probe in probes} == {probe.meta.name for probe in PROBES}


def test_a_hint_comes_before_a_port() -> None:
    assert [probe.meta.name for probe in order("redis", 3306)][:2] == ["redis", "mysql"]


def test_probes_declare_themselves() -> None:
    names = [probe.meta.name for probe in PROBES]
    assert len(set(names)) == len(names)
    for probe in PROBES:
        assert probe.meta.sends
        assert probe.meta.ports
        assert probe.meta.references
        assert all(send.why and send.name for send in probe.meta.sends)
        assert len({send.name for send in probe.meta.sends}) == len(probe.meta.sends)
