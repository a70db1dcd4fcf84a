"""What a check of an audit log detects, and what it cannot."""

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tieback.scope.audit import AuditLog
from tieback.scope.audit_check import AuditCheck, AuditDemands, verify
from tieback.scope.checkpoints import EVERY, CheckpointSigner, own_fingerprint, record_file, record_of

TAIL = len(b',"hash":"') + 64 + len(b'"}')


class Log:
    """A log with a key of its own."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "audit.jsonl"
        self.keys = folder / "keys"

    def write(self, count: int = 5, keys: Path | None = None) -> None:
        with AuditLog(self.path, CheckpointSigner.open(self.path, keys or self.keys)) as log:
            for number in range(count):
                log.append("connect", {"target": f"127.0.0.1:{number}"})

    def lines(self) -> list[bytes]:
        return self.path.read_bytes().splitlines(keepends=True)

    def put(self, lines: list[bytes]) -> None:
        self.path.write_bytes(b"".join(lines))

    def check(self, key: str = "", contains: str = "", *, here: bool = True) -> AuditCheck:
        """Here, on the machine that wrote it; or elsewhere, where no record is."""
        record = record_of(self.path, self.keys) if here else None
        return verify(self.path, AuditDemands(record, key, contains))

    def events(self) -> list[str]:
        return [json.loads(line)["event"] for line in self.lines()]


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path)


def rechained(lines: list[bytes]) -> list[bytes]:
    """The lines with new numbers and a new hash chain, as an editor without the key makes them."""
    head, out = "0" * 64, []
    for number, raw in enumerate(lines, start=1):
        body = raw.rstrip(b"\n")[:-TAIL] + b"}"
        body = re.sub(rb'^\{"seq":\d+', b'{"seq":%d' % number, body)
        body = re.sub(rb'"prev":"[0-9a-f]{64}"\}$', b'"prev":"%s"}' % head.encode(), body)
        head = hashlib.sha256(body).hexdigest()
        out.append(body[:-1] + b',"hash":"' + head.encode() + b'"}\n')
    return out


def without(lines: list[bytes], word: bytes) -> list[bytes]:
    return [line for line in lines if word not in line]


def test_a_checkpoint_ends_each_run_and_comes_every_so_many_lines(log: Log) -> None:
    log.write(5)
    log.write(2 * EVERY + 10)
    assert log.events().count("checkpoint") == 4
    assert log.events()[-1] == "checkpoint"
    verdict = log.check(own_fingerprint(log.keys))
    assert (verdict.ok, verdict.lines, verdict.checkpoints, verdict.unsigned) == (True, 5 + 2 * EVERY + 10 + 4, 4, 0)
    assert verdict.keys == (own_fingerprint(log.keys),)


def test_a_run_without_entries_adds_no_checkpoint(log: Log) -> None:
    log.write(1)
    log.write(0)
    assert log.events() == ["connect", "checkpoint"]


def test_no_secret_is_needed(log: Log) -> None:
    log.write()
    (log.keys / "id_ed25519").unlink()
    assert log.check(own_fingerprint(log.keys)).ok


@pytest.mark.parametrize(
    ("forge", "elsewhere"),
    [
        # The reproducer of the finding: lines that mention a target are dropped, and the chain is recomputed.
        (lambda lines: rechained(without(lines, b"127.0.0.1:3")), True),
        (lambda lines: rechained([lines[0].replace(b"127.0.0.1", b"127.0.0.9"), *lines[1:]]), True),
        (lambda lines: rechained([*lines[:2], lines[1], *lines[2:]]), True),
        (lambda lines: rechained(lines[1:]), True),
        (lambda lines: lines[:0], True),
        # Cut back to an earlier checkpoint, or to before the first.
        (lambda lines: lines[:6], False),
        (lambda lines: lines[:3], False),
        # All checkpoints removed.
        (lambda lines: rechained(without(without(lines, b"127.0.0.1:3"), b"checkpoint")), False),
    ],
)
def test_forgeries_are_detected(log: Log, forge: Callable[[list[bytes]], list[bytes]], elsewhere: bool) -> None:
    log.write()
    log.write(2)
    whole, last = log.check(), log.lines()[-1]
    assert whole.ok
    log.put(forge(log.lines()))
    verdict = log.check()
    assert not verdict.ok
    # What no right signature covers is never called intact.
    assert verdict.bad_line is None or verdict.lines == verdict.checkpoints == 0
    assert log.check(here=False).ok is not elsewhere
    # Elsewhere, a hash of an earlier check helps.
    assert not log.check(contains=json.loads(last)["hash"], here=False).ok


def test_a_forgery_with_another_key_is_detected_by_the_key(log: Log, tmp_path: Path) -> None:
    log.write()
    key = own_fingerprint(log.keys)
    forged = rechained(without(without(log.lines(), b"127.0.0.1:3"), b"checkpoint"))
    log.put(forged)
    log.write(1, keys=tmp_path / "mallory")
    assert not log.check().ok
    elsewhere = log.check(here=False)
    assert (elsewhere.ok, elsewhere.keys) == (True, (own_fingerprint(tmp_path / "mallory"),))
    demanded = log.check(key, here=False)
    assert (demanded.ok, demanded.why) == (False, f"no checkpoint is signed by {key}")


def test_a_longer_log_does_not_hide_that_it_was_cut(log: Log) -> None:
    log.write()
    log.write(3)
    log.put(log.lines()[:6])
    log.write(20)
    assert log.events()[6] == "shortened"
    for here in (True, False):
        verdict = log.check(here=here)
        assert (verdict.ok, verdict.why) == (False, "line 7: before it, the log was shortened from 10 to 6 entries")


def test_a_new_log_names_the_one_that_was_removed(log: Log) -> None:
    log.write()
    log.path.unlink()
    log.write()
    verdict = log.check()
    assert (verdict.ok, verdict.notes) == (True, ("line 1: an earlier log at this path, with 6 entries, was removed",))


def test_what_is_not_detected(log: Log) -> None:
    """Entries after the last checkpoint; the verdict counts them."""
    log.write()
    with AuditLog(log.path) as old:
        for number in range(4):
            old.append("x", {"n": number})
    assert (log.check().ok, log.check().unsigned) == (True, 4)
    log.put(log.lines()[:-2])
    assert (log.check().ok, log.check().unsigned) == (True, 2)


def test_a_log_of_an_older_release_is_covered_by_the_next_run(log: Log) -> None:
    with AuditLog(log.path) as old:
        for number in range(4):
            old.append("x", {"n": number})
    assert (log.check().ok, log.check().checkpoints, log.check().unsigned) == (True, 0, 4)
    log.write(1)
    assert (log.check().ok, log.check().checkpoints, log.check().unsigned) == (True, 1, 0)
    log.put(rechained([log.lines()[0].replace(b'"n":0', b'"n":7'), *log.lines()[1:]]))
    assert not log.check(here=False).ok


def test_a_killed_run_leaves_at_most_so_many_unsigned_lines(log: Log) -> None:
    program = (
        "import sys; from pathlib import Path; from tieback.scope.audit import AuditLog\n"
        "from tieback.scope.checkpoints import CheckpointSigner\n"
        "log = AuditLog(Path(sys.argv[1]), CheckpointSigner.open(Path(sys.argv[1]), Path(sys.argv[2])))\n"
        "while True: log.append('x', {})"
    )
    worker = subprocess.Popen([sys.executable, "-c", program, str(log.path), str(log.keys)])
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (log.path.exists() and log.path.stat().st_size > 600 * EVERY):
        time.sleep(0.05)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    verdict = log.check()
    assert verdict.checkpoints > 1
    assert verdict.unsigned <= EVERY
    log.write(1)
    assert log.check().unsigned == 0
    assert log.check().ok


def test_two_users_write_one_log(log: Log, tmp_path: Path) -> None:
    log.write()
    log.write(2, keys=tmp_path / "other")
    log.write(1)
    verdict = log.check()
    assert (verdict.ok, len(verdict.keys), verdict.unsigned, verdict.notes) == (True, 2, 0, ())


def test_a_damaged_record_is_no_record(log: Log) -> None:
    log.write()
    record_file(log.path, log.keys).write_bytes(b"\0" * 100)
    assert log.check().ok
