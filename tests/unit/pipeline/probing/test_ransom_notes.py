"""Notes are read where report, grant and probe allow it; everything else leaves the report as it was."""

import stat
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from tieback.assess.ransom import judge_ransom
from tieback.model.errors import WorkspaceError
from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Field, Outcome, ProbeReport, Ransom, RansomVerdict
from tieback.pipeline.probing.ransom_notes import NoteJudge, read_salt
from tieback.scope.conversation import Conversation, DeclaredSend, Fault, Target, Traffic
from tieback.storage.trust import NOTE_SALT_FILE

SALT = b"s" * 32
TARGET = Target("store.test", 27017)
NOTE = Container(
    ("READ1", "info"), "collection", records=exact(1, "x"), fields=(Field("mail", "string"), Field("text", "string"))
)
PEOPLE = Container(("hr", "people"), "collection", records=exact(900, "x"))


def report(*containers: Container, probe: str = "mongodb", outcome: Outcome = Outcome.OK) -> ProbeReport:
    return ProbeReport(
        TARGET.label, outcome, Access.OPEN, probe=probe, containers=containers, ransom=judge_ransom(containers)
    )


class Saying:
    """A dialer whose store has this note."""

    def __init__(self, text: bytes | Fault) -> None:
        self.text = text
        self.asked: list[str] = []

    async def converse(
        self,
        target: Target,
        conversation: Conversation[bytes],
        sends: Sequence[DeclaredSend],
        *,
        depth: Depth,
        probe: str,
        note: bool,
    ) -> tuple[bytes, Traffic]:
        conversation.close()
        assert note
        assert any(send.values for send in sends)
        self.asked.append(probe)
        if isinstance(self.text, Fault):
            raise self.text
        return self.text, Traffic("192.0.2.1", 10, 20, 0.5, None)


async def test_a_note_confirms() -> None:
    concluded: list[tuple[Target, Ransom]] = []
    dialer = Saying(b"pay 1 BTC, write x@y.test to recover")
    notes = NoteJudge(SALT, lambda *told: concluded.append(told))
    found = await notes.read(report(PEOPLE, NOTE), TARGET, Depth.DESCRIBE, dialer)  # type: ignore[arg-type]
    assert found.ransom.verdict is RansomVerdict.CONFIRMED
    assert (dialer.asked, found.bytes_read, found.seconds) == (["mongodb-note"], 20, 0.5)
    assert concluded == [(TARGET, Ransom(found.ransom.verdict, found.ransom.reasons, found.ransom.marks))]
    assert b"y.test" not in msgspec.json.encode(found)


@pytest.mark.parametrize("text", [b"", b"minutes of the meeting", Fault(Outcome.OUT_OF_SCOPE, "no notes here")])
async def test_what_is_none_changes_no_verdict(text: bytes | Fault) -> None:
    before = report(NOTE)
    found = await NoteJudge(SALT).read(before, TARGET, Depth.DESCRIBE, Saying(text))  # type: ignore[arg-type]
    assert found.ransom == before.ransom
    assert any("no notes here" in problem for problem in found.problems) == isinstance(text, Fault)


NOT_READ = [
    ("no sign", report(PEOPLE), Depth.DESCRIBE),
    ("a name alone", report(PEOPLE, Container(("READ1", "info"), "collection")), Depth.DESCRIBE),
    ("too shallow", report(NOTE), Depth.ENUMERATE),
    ("a store whose notes are not read", report(NOTE, probe="etcd"), Depth.DESCRIBE),
    ("an unknown probe", report(NOTE, probe=""), Depth.DESCRIBE),
    ("no answer", report(NOTE, outcome=Outcome.TIMEOUT), Depth.DESCRIBE),
]


@pytest.mark.parametrize(("before", "depth"), [one[1:] for one in NOT_READ], ids=[one[0] for one in NOT_READ])
async def test_what_is_not_read(before: ProbeReport, depth: Depth) -> None:
    dialer = Saying(b"x")
    assert await NoteJudge(SALT).read(before, TARGET, depth, dialer) is before  # type: ignore[arg-type]
    assert dialer.asked == []


def test_a_folder_has_one_salt_of_its_own(tmp_path: Path) -> None:
    salt = read_salt(tmp_path / "one")
    assert read_salt(tmp_path / "one") == salt
    assert read_salt(tmp_path / "two") != salt
    assert stat.S_IMODE((tmp_path / "one" / NOTE_SALT_FILE).stat().st_mode) == 0o600


def test_another_file_of_that_name_is_one_error(tmp_path: Path) -> None:
    (tmp_path / NOTE_SALT_FILE).write_bytes(b"short")
    with pytest.raises(WorkspaceError, match="not a valid salt"):
        read_salt(tmp_path)
