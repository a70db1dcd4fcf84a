"""Letters from the ledger: to whom, once a version, as files."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.unit.cases.samples import exposure
from tests.unit.pipeline.workspaces import P, make
from tieback.cases.policy import default_policy
from tieback.model.case import CaseState
from tieback.model.device import InventoryRow
from tieback.model.errors import InputError, UsageError
from tieback.pipeline.disclosure.cases import CaseService, open_case_service
from tieback.pipeline.disclosure.letters import LetterRequest, WrittenLetter, mark_sent, sender_of, write_letters
from tieback.pipeline.disclosure.vendors import operator_contact

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
POLICY = default_policy()


@pytest.fixture
def work(tmp_path: Path) -> Iterator[CaseService]:
    directory = make(tmp_path, InventoryRow(P.ANDROID, "org.fieldhand.app", device="d"), stores=(exposure(),))
    (directory / "sender.toml").write_text('organisation = "Nordwind"\nemail = "sec@nordwind.example"\n')
    with open_case_service(directory, now=NOW) as work:
        work.open(POLICY)
        work.add_contacts(work.find_vendor("Fieldhand Ltd").id, [operator_contact("a@fieldhand.test")], "")
        yield work


def write(work: CaseService, kind: str, *vendors: str, **more: object) -> list[WrittenLetter]:
    more = {"sender": work.directory / "sender.toml", **more}
    request = LetterRequest(kind, work.directory / "out", vendors, **more)  # type: ignore[arg-type]
    return list(write_letters(work, request, POLICY))


def test_every_vendor_gets_an_assurance_request(work: CaseService) -> None:
    done = write(work, "assurance", forms=("md",))
    assert [one.vendor for one in done] == ["Fieldhand Ltd", "com.Acme.Mail", "com.never"]
    text = done[0].files[0].read_text()
    assert "org.fieldhand.app" in text
    assert "com.never" not in text


def test_notice_goes_only_to_vendors_with_a_case(work: CaseService) -> None:
    (done,) = write(work, "exposure", forms=("md", "html", "eml", "mailto"))
    assert done.vendor == "Fieldhand Ltd"
    assert [path.suffix for path in done.files] == [".md", ".html", ".eml", ".txt"]
    assert b"To: a@fieldhand.test" in done.files[2].read_bytes()
    assert dict(done.letter.files)[done.files[0].name] == hashlib.sha256(done.files[0].read_bytes()).hexdigest()
    with pytest.raises(UsageError, match="not due a letter of kind exposure"):
        write(work, "exposure", "com.never")
    with pytest.raises(UsageError, match="not due a letter of kind thanks"):
        write(work, "thanks", "Fieldhand Ltd")


def test_the_same_again_is_the_same_version(work: CaseService) -> None:
    (first,) = write(work, "exposure", forms=("md",))
    (again,) = write(work, "exposure", forms=("md",))
    assert (again.again, again.letter.version, again.letter.sha256) == (True, 1, first.letter.sha256)
    (german,) = write(work, "exposure", forms=("md",), language="de")
    assert (german.again, german.letter.version) == (False, 1)
    (later,) = write(work, "exposure", forms=("md",), due=date(2026, 5, 1))
    assert later.letter.version == 2
    assert "letter" in [line.event for line in work.log(first.letter.vendor)]


def test_what_was_sent_moves_the_cases(work: CaseService) -> None:
    (done,) = write(work, "exposure", forms=("md",))
    _, moved = mark_sent(work, done.letter.id[:12], "email", NOW.date(), POLICY, "Ann")
    assert [(case.state, case.channel) for case in moved] == [(CaseState.NOTIFIED, "email")]
    (asked, *_) = write(work, "assurance", forms=("md",))
    mark_sent(work, asked.letter.id, "post", NOW.date(), POLICY, "Ann")
    vendor = work.find_vendor("Fieldhand Ltd")
    assert (vendor.asked, vendor.due) == (date(2026, 3, 1), date(2026, 3, 31))
    assert write(work, "reminder", "Fieldhand Ltd", forms=("md",))
    with pytest.raises(UsageError, match="no such letter"):
        mark_sent(work, "letter-zz", "email", NOW.date(), POLICY, "")


def test_a_provider_or_cert_is_the_recipient(work: CaseService) -> None:
    (done,) = write(work, "provider", forms=("md", "eml"), to="CERT-Bund", address="reports@cert.test")
    work.advance(done.letter.cases[0], CaseState.VERIFIED, POLICY, "", "", "")
    assert mark_sent(work, done.letter.id, "email", NOW.date(), POLICY, "")[1] == []
    (case,) = mark_sent(work, done.letter.id, "cert", NOW.date(), POLICY, "")[1]
    assert case.state is CaseState.HANDED_TO_CERT
    assert "To: CERT-Bund" in done.files[0].read_text()
    assert b"To: reports@cert.test" in done.files[1].read_bytes()


@pytest.mark.parametrize(
    ("text", "says"),
    [("", "organisation"), ("organisation = 1\nemail = 'x'", "invalid sender file"), ("[", "invalid sender file")],
)
def test_a_sender_that_is_none(work: CaseService, tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "sender.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=says):
        sender_of(work, path)


def test_letter_requires_a_sender(work: CaseService) -> None:
    with pytest.raises(UsageError, match="missing sender"):
        write(work, "assurance", sender=None)
    with pytest.raises(UsageError, match="unknown format"):
        write(work, "assurance", forms=("rtf",))
