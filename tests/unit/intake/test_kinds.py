"""What a file is by its name, and by its ends where the name says nothing."""

from pathlib import Path

import pytest

from tests.unit.pipeline.test_traffic import HTTP, capture
from tieback.intake.kinds import Kind, kind_of, kind_of_name

APP = (Path(__file__).parents[3] / "labs" / "apps" / "workhub.apk").read_bytes()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("s3://b/a.APK", Kind.APP),
        ("a.aab", Kind.APP),
        ("a.ipa", Kind.APP),
        ("a.xapk", Kind.APP),
        ("run.pcapng", Kind.TRAFFIC),
        ("run.pcap.gz", Kind.TRAFFIC),
        ("run.har", Kind.TRAFFIC),
        ("000.tar", Kind.SHARD),
        ("000.tar.gz", Kind.PACKED_SHARD),
        ("000.tgz", Kind.PACKED_SHARD),
        ("a.zip", Kind.OTHER),
        ("apk", Kind.OTHER),
    ],
)
def test_names(name: str, kind: Kind) -> None:
    assert kind_of_name(name) is kind


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("object", APP, Kind.APP),
        ("object", capture(HTTP), Kind.TRAFFIC),
        ("a.apk", b"nothing of the kind", Kind.APP),
        ("object", b"PK\x03\x04" + bytes(100), Kind.OTHER),
        ("object", b"", Kind.OTHER),
        ("000.tar", b"not a shard", Kind.OTHER),
    ],
)
def test_bytes(name: str, content: bytes, kind: Kind) -> None:
    assert kind_of(name, content[:65_536], content[-1_048_576:]) is kind
