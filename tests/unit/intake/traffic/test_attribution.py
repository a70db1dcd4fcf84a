import struct
from collections.abc import Callable

import pytest

from tests.each import each
from tests.unit.intake.traffic import wire
from tieback.intake.traffic.attribution import PacketAttribution
from tieback.intake.traffic.interface import SampledFlow
from tieback.model.flow import FlowApp
from tieback.model.sighting import Problem

type Read = Callable[..., tuple[list[SampledFlow], list[Problem]]]


def trailer(uid: int, name: bytes) -> bytes:
    return struct.pack(">4si20sI", b"\x01\x07\x20\x21", uid, name, 0)


@pytest.mark.parametrize(
    ("uid", "name", "uid_map", "expected"),
    [
        (10123, b"Fieldhand", {}, ("Fieldhand", "", 10123)),
        (10123, b"Fieldhand", {10123: ("app.test",)}, ("Fieldhand", "app.test", 10123)),
        (10123, b"Fieldhand", {10123: ("b.test", "a.test")}, ("Fieldhand", "", 10123)),
        (10123, b"", {10123: ("b.test", "a.test")}, ("a.test, b.test", "", 10123)),
        (-1, b"", {}, None),
        (-1, b"Unknown", {}, ("Unknown", "", None)),
        (10123, b"\x1b[31m", {}, ("\ufffd[31m", "", 10123)),
    ],
)
def test_pcapdroid_trailer_in_a_file_made_from_its_description(
    read: Read, uid: int, name: bytes, uid_map: dict[int, tuple[str, ...]], expected: tuple[str, str, int | None] | None
) -> None:
    query = wire.ethernet(wire.ip(wire.udp(40000, 53, wire.dns("api.test", response=False)), protocol=17))
    flows, problems = read(wire.pcap([(1.0, query + bytes(2) + trailer(uid, name))]), uid_map)
    app = flows[0].flow.app
    assert (None if app is None else (app.name, app.bundle_id, app.uid)) == expected
    assert flows[0].flow.bytes_out == len(wire.dns("api.test", response=False)), "the trailer is no payload"
    assert problems == []


@each(
    "comment",
    [b"", b"u-", b"u-12x", b"u-99999999999", b"hello", b"ProcName: ", b"\xff" * 600],
    ids=lambda raw: repr(raw[:12]),
)
def test_other_comments_name_no_app(comment: bytes) -> None:
    assert PacketAttribution().of_comment(comment) is None


def test_equal_apps_are_one() -> None:
    attribution = PacketAttribution()
    assert attribution.of_uid(5, "a", "comment") is attribution.of_uid(5, "a", "comment")


def test_several_packages_of_one_user_id_do_not_depend_on_their_order() -> None:
    for first, second in (("a.test", "b.test"), ("b.test", "a.test")):
        blocks = PacketAttribution()
        blocks.learn(5, first.encode(), b"First")
        blocks.learn(5, second.encode(), b"Second")
        assert blocks.of_uid(5, "", "comment") == FlowApp("a.test, b.test", "", 5, "pcapdroid-block")
        listed = PacketAttribution({5: (first, second)})
        listed.learn(5, first.encode(), b"First")
        assert listed.of_uid(5, "", "comment") == FlowApp("a.test, b.test", "", 5, "pcapdroid-block")
