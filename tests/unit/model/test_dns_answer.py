"""Answers of the DNS: which of them are the zone's word."""

import msgspec
import pytest

from tieback.model.dns_answer import DnsAnswer, DnsAnswerState


@pytest.mark.parametrize(
    ("state", "settled"),
    [("found", True), ("none", True), ("missing", True), ("failed", False), ("silent", False)],
)
def test_transport_failure_is_not_an_answer_of_the_zone(state: str, settled: bool) -> None:
    assert DnsAnswerState(state).is_definite is settled


def test_an_answer_survives_json() -> None:
    answer = DnsAnswer("a.test", "MX", DnsAnswerState.FOUND, 1.0, 61.0, ("mx.a.test",), ("b.test",), "", True)
    assert msgspec.json.decode(msgspec.json.encode(answer), type=DnsAnswer) == answer
