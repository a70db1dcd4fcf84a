import pytest

from tieback.probes.wire.placeholders import is_distinctive, placeholders


@pytest.mark.parametrize(
    ("key", "value", "apart"),
    [
        ("cluster_uuid", "_na_", False),
        ("cluster_uuid", "osmem-cluster", False),
        ("cluster_uuid", "", False),
        ("cluster_uuid", "Zj3BsmMMTX2Gn4nNZpUeeA", True),
        ("server_uuid", "osmem-cluster", True),
        ("master_replid", "0" * 40, False),
        ("master_replid", "0" * 39 + "1", True),
    ],
)
def test_distinctive_identifiers(key: str, value: str, apart: bool) -> None:
    assert is_distinctive(key, value) is apart


def test_each_has_a_reason_and_a_source() -> None:
    assert placeholders()
    assert all(entry.reason and entry.source for entry in placeholders())
