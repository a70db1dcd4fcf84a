"""Records that wait for the one of their connection are bounded, and none is lost."""

import pytest
from msgspec.structs import replace

from tests.unit.intake.traffic.test_decrypted import FLOW
from tieback.intake.traffic import log_connections
from tieback.intake.traffic.interface import SampledFlow
from tieback.intake.traffic.log_connections import ConnectionRecords
from tieback.model.flow import CleartextSample, NameSource, Server


def record(name: str, size: int = 0) -> SampledFlow:
    flow = replace(FLOW, server=Server("192.0.2.9", 443, name, NameSource.SNI), bytes_out=None, bytes_in=None)
    return SampledFlow(flow, (CleartextSample("out", "http", bytes(size)),) if size else ())


WHOLE = SampledFlow(replace(FLOW, start=0.5, end=9.0))


def test_the_oldest_connections_wait_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_connections, "MAX_CONNECTIONS", 2)
    records = ConnectionRecords()
    found = [one for number in range(4) for one in records.add(str(number), record(f"{number}.test"), whole=False)]
    assert [one.flow.server.name for one in found] == ["0.test", "1.test"]
    # The record of the whole connection comes too late for its figures, but not for its name.
    (late,) = records.add("0", WHOLE, whole=True)
    assert (late.flow.server.name, late.flow.bytes_out) == ("0.test", 100)
    (joined,) = records.add("2", WHOLE, whole=True)
    assert (joined.flow.server.name, joined.flow.bytes_out, joined.flow.start, joined.flow.end) == (
        "2.test", 100, 0.5, 9.0,
    )  # fmt: skip
    assert [one.flow.server.name for one in records.rest()] == ["3.test"]


def test_bytes_and_records_of_one_connection_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_connections, "MAX_WAITING", 100)
    monkeypatch.setattr(log_connections, "MAX_RECORDS", 3)
    records = ConnectionRecords()
    assert len(list(records.add("a", record("a.test", 200), whole=False))) == 1
    counts = [len(list(records.add("b", record("b.test"), whole=False))) for _ in range(3)]
    assert counts == [0, 0, 3]
    assert list(records.rest()) == []


def test_records_without_a_connection_do_not_wait() -> None:
    assert list(ConnectionRecords().add("", WHOLE, whole=True)) == [WHOLE]
