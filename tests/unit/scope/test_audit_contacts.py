"""Connections to a target and its host, as the audit log has them."""

from datetime import datetime
from pathlib import Path

import pytest

from tests.unit.scope.test_dialer import SENDS, Bench, ping, ponging
from tieback.model.errors import WorkspaceError
from tieback.scope.audit import AuditLog
from tieback.scope.audit_contacts import read_contacts
from tieback.scope.conversation import Target


async def test_a_conversation_is_found_with_its_time_our_address_and_its_authority(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    async with ponging() as (port, _):
        target = Target("127.0.0.1", port)
        await bench.dialer().converse(target, ping(2), SENDS)
    lines = bench.log()
    found = read_contacts(bench.path, [target.label, "other.test:1"])
    (contact,) = found.values()
    assert set(found) == {target.label}
    assert contact.first == datetime.fromisoformat(lines[1]["time"])
    assert contact.last == datetime.fromisoformat(lines[2]["time"])
    assert (contact.connections, contact.local) == (2, ("127.0.0.1",))
    assert contact.authorised_by == lines[0]["fields"]["authorised_by"]


def test_lines_about_other_targets_and_edited_lines_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    with AuditLog(path) as log:
        log.append("grant", {"authorised_by": "first"})
        log.append("connect", {"target": "a.test:1", "address": "192.0.2.1"})
        log.append("connect", {"target": "aa.test:1", "address": "192.0.2.1"})
        log.append("grant", {"authorised_by": "second"})
        log.append("connect", {"target": 'b".test:1', "address": "192.0.2.1"})
        log.append("end", {"target": 'b".test:1', "local": "10.0.0.1"})
    found = read_contacts(path, ["a.test:1", 'b".test:1', "c.test:1"])
    assert [(name, one.authorised_by, one.connections, one.local) for name, one in found.items()] == [
        ("a.test:1", "first", 1, ()),
        ('b".test:1', "second", 1, ("10.0.0.1",)),
    ]
    path.write_bytes(path.read_bytes().replace(b"192.0.2.1", b"192.0.2.2", 1))
    assert set(read_contacts(path, ["a.test:1", 'b".test:1'])) == {'b".test:1'}


def test_without_a_log_there_are_no_connections(tmp_path: Path) -> None:
    assert read_contacts(tmp_path / "none", ["a.test:1"]) == {}
    with pytest.raises(WorkspaceError, match="cannot be read"):
        read_contacts(tmp_path, ["a.test:1"])


def test_other_ports_and_paths_of_a_host_count_but_not_resources_that_it_has_for_others(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    labels = ["a.test:1", "a.test:2", "a.test:2/es/", "a.test:443/project", "b.test:1", "[::1]:1", "[::1]:2", "[::2]:1"]
    with AuditLog(path) as log:
        for label in labels:
            log.append("connect", {"target": label, "address": "192.0.2.1"})
    assert list(read_contacts(path, ["a.test:1", "[::1]:9"])) == [
        "a.test:1", "a.test:2", "a.test:2/es/", "[::1]:1", "[::1]:2",
    ]  # fmt: skip
    assert list(read_contacts(path, ["a.test:443/project"])) == ["a.test:443/project"]
