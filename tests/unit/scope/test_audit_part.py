"""Parts of the audit log: only whole blocks about the hosts, and what shows that they are whole."""

from pathlib import Path

import pytest

from tieback.scope.audit import open_audit_log
from tieback.scope.audit_part import AuditPart, hosts_of, read_part, verify_part


def log(path: Path, *blocks: tuple[str, ...]) -> Path:
    """A log with a checkpoint after each block; a block has the targets of its connections."""
    for block in blocks:
        with open_audit_log(path) as one:
            one.append("grant", {"authorised_by": "t"})
            for target in block:
                one.append("connect", {"target": target})
    return path


def test_only_blocks_about_the_hosts(tmp_path: Path) -> None:
    path = log(tmp_path / "a.jsonl", ("a.test:1", "a.test:2"), ("b.test:1",), ("a.test:1", "b.test:1"), ("[::1]:9200",))
    part = read_part(path, {"a.test"})
    assert (part.blocks, part.left_out) == (1, 1)
    assert not any(b"b.test" in line for line in part.lines)
    proof = verify_part(part.lines)
    assert (proof.lines, len(proof.keys)) == (4, 1)
    both = read_part(path, {"a.test"}, others=True)
    assert (both.blocks, both.left_out, len(both.lines)) == (2, 0, 8)
    assert verify_part(both.lines).last > proof.last
    assert read_part(path, {"::1"}).blocks == 1
    assert read_part(path, {"c.test"}) == AuditPart((), 0, 0)
    assert read_part(tmp_path / "none", {"a.test"}) == AuditPart((), 0, 0)


def test_the_newest_blocks_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = log(tmp_path / "a.jsonl", *((f"a.test:{number}",) for number in range(1, 5)))
    monkeypatch.setattr("tieback.scope.audit_part.MAX_BLOCKS", 2)
    part = read_part(path, {"a.test"})
    assert [number for number in range(1, 5) if f'"a.test:{number}"'.encode() in b"".join(part.lines)] == [3, 4]
    monkeypatch.setattr("tieback.scope.audit_part.MAX_BYTES", 10)
    assert read_part(path, {"a.test"}).lines == ()


@pytest.mark.parametrize("gone", range(4))
def test_a_line_that_is_gone_or_changed_is_found(tmp_path: Path, gone: int) -> None:
    lines = list(read_part(log(tmp_path / "a.jsonl", ("a.test:1", "a.test:2")), {"a.test"}).lines)
    changed = [*lines[:gone], lines[gone].replace(b"seq", b"seQ"), *lines[gone + 1 :]]
    with pytest.raises(ValueError, match=f"line {gone + 1}"):
        verify_part(changed)
    if gone:
        with pytest.raises(ValueError, match=r"line"):
            verify_part([*lines[:gone], *lines[gone + 1 :]])


def test_hosts_of_targets() -> None:
    assert hosts_of(["a.test:1", "[::1]:9200", "firestore.test:443/project"]) == {"a.test", "::1", "firestore.test"}
