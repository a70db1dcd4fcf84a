"""What leaked is named by class and place, and its value is never kept."""

import pytest

from tieback.intake.traffic.interface import SeenFlow
from tieback.model.document import encode
from tieback.model.flow import Flow, FlowEvidence, Peer, Sample, Server
from tieback.model.pii import Classification, Column
from tieback.pii import detectors
from tieback.pipeline.leaks import mask, with_leaks


def flow(encrypted: bool | None = False) -> Flow:
    return Flow(
        path="run.pcap", app=None, client=Peer("127.0.0.1", 40000), server=Server("127.0.0.2", 80), transport="tcp",
        protocol="http", evidence=FlowEvidence.PAYLOAD, confidence=0.95, encrypted=encrypted, tls=None,
        bytes_out=1, bytes_in=1, packets_out=1, packets_in=1, start=0.0, end=1.0,
    )  # fmt: skip


def classify(column: Column) -> Classification | None:
    return next(iter(detectors()[0].classify(column)), None)


REQUEST = Sample(
    "out",
    "http",
    b"POST /v1/staff?page=2 HTTP/1.1\r\nAuthorization: Basic YWRhOnNlY3JldA==\r\nContent-Type: application/json\r\n\r\n"
    b'{"email":"ada.lovelace@workhub.test","vpn_pin":"482913","status":"active"}',
)


def test_leaks_name_class_place_and_direction() -> None:
    leaks = with_leaks(SeenFlow(flow(), (REQUEST,)), classify).leaks
    assert {(leak.pii_class, leak.where, leak.direction) for leak in leaks} == {
        ("password", "header:authorization", "out"),
        ("email", "json:$.email", "out"),
        ("pin_otp", "json:$.vpn_pin", "out"),
    }


def test_no_value_is_kept() -> None:
    line = encode("flow", with_leaks(SeenFlow(flow(), (REQUEST,)), classify)).decode()
    for value in ("ada.lovelace@workhub.test", "482913", "YWRhOnNlY3JldA=="):
        assert value not in line


def test_encrypted_flows_are_left_alone() -> None:
    assert with_leaks(SeenFlow(flow(encrypted=True), (REQUEST,)), classify).leaks == ()


@pytest.mark.parametrize(
    ("value", "masked"),
    [("ada.lovelace@workhub.test", "a…t (25)"), ("482913", "4…3 (6)"), ("1234", "… (4)"), ("", "… (0)")],
)
def test_mask(value: str, masked: str) -> None:
    assert mask(value) == masked


def test_masks_cannot_write_to_a_terminal() -> None:
    assert mask("\x1b[31mred\x07") == "?…? (9)"
