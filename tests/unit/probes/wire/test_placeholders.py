import pytest

from tests.each import each
from tieback.probes.wire.placeholders import is_distinctive, is_distinctive_key, placeholders


@each(
    ("key", "value", "apart"),
    [
        ("cluster_uuid", "_na_", False),
        ("cluster_uuid", "osmem-cluster", False),
        ("cluster_uuid", "", False),
        ("cluster_uuid", "Zj3BsmMMTX2Gn4nNZpUeeA", True),
        ("server_uuid", "osmem-cluster", True),
        ("master_replid", "0" * 40, False),
        ("master_replid", "0" * 39 + "1", True),
        # Kafka keeps the last character, of which two bits count.
        ("cluster_id", "MkU3OEVBNTcwNTJENDM2Qk", False),
        ("cluster_id", "MkU3OEVBNTcwNTJENDM2Q0", False),
        ("cluster_id", "MkU3OEVBNTcwNTJENDM2R0", True),
        ("cluster_id", "5L6g3nShT-eMCtK--X86sw", False),
        ("cluster_id", "5L6g3nShT-eMCtK--X86swx", True),
        ("cluster_id", "14841639068965178418", False),
        ("ClusterId", "testClusterID", False),
        ("ClusterId", "CID-3b6e2f2d-9f0f-4b7a-8a55-0f5b8a3f7e11", True),
        ("uuid", "decafbaddecafbaddecafbaddecafbad", False),
    ],
)
def test_distinctive_identifiers(key: str, value: str, apart: bool) -> None:
    assert is_distinctive(key, value) is apart


@pytest.mark.parametrize(
    ("key", "apart"),
    [
        ("kafka:cluster_id:MkU3OEVBNTcwNTJENDM2Q0", False),
        ("kafka:cluster_id:a:b", True),
        ("redis:address:127.0.0.1:6379", True),
        ("kafka", True),
        ("", True),
    ],
)
def test_the_key_of_an_identity_with_a_placeholder_is_not_distinctive(key: str, apart: bool) -> None:
    assert is_distinctive_key(key) is apart


def test_each_has_a_reason_and_a_source() -> None:
    assert placeholders()
    assert all(entry.reason and entry.source for entry in placeholders())
