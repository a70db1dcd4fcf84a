"""Letters from the ledger: to whom, once a version, as files."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest

from tests.unit.cases.samples import case, exposure
from tests.unit.pipeline.workspaces import P, enter, make
from tieback.cases.policy import default_policy
from tieback.cases.states import apply_recheck
from tieback.model.case import CaseState, LetterDates, PartyRole, PartyState, Recheck, RecheckVerdict
from tieback.model.device import InventoryRow
from tieback.model.errors import InputError, UsageError
from tieback.model.exposure import Severity
from tieback.model.vendor import Contact
from tieback.pipeline.disclosure.cases import CaseService, open_case_service
from tieback.pipeline.disclosure.letter_files import date_warnings
from tieback.pipeline.disclosure.letters import (
    LetterRequest,
    WrittenLetter,
    dates_of,
    mark_sent,
    sender_of,
    write_letters,
)
from tieback.pipeline.disclosure.vendors import operator_contact
from tieback.scope.audit import AuditLog
from tieback.storage.workspace import Workspace

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
POLICY = default_policy()
SENDER = 'organisation = "Nordwind"\nemail = "sec@nordwind.example"\n'


@pytest.fixture
def work(tmp_path: Path) -> Iterator[CaseService]:
    directory = make(tmp_path, InventoryRow(P.ANDROID, "org.fieldhand.app", device="d"), stores=(exposure(),))
    (directory / "sender.toml").write_text(SENDER)
    with open_case_service(directory, now=NOW) as work:
        work.open(POLICY)
        work.add_contacts(work.find_vendor("Fieldhand Ltd").id, [operator_contact("a@fieldhand.test")], "")
        yield work


def write(work: CaseService, kind: str, *vendors: str, **more: object) -> list[WrittenLetter]:
    more = {"sender": work.directory / "sender.toml", **more}
    request = LetterRequest(kind, work.directory / "out", vendors, **more)  # type: ignore[arg-type]
    return list(write_letters(work, request, POLICY))


def test_a_vendor_with_an_open_store_gets_no_assurance_request(work: CaseService) -> None:
    done = write(work, "assurance", forms=("md",))
    assert [one.vendor for one in done] == ["com.Acme.Mail", "com.never"]
    with pytest.raises(UsageError, match="The letter exposure also asks for the confirmation"):
        write(work, "assurance", "Fieldhand Ltd")


def test_only_apps_on_devices_are_used_in_their_installed_version(tmp_path: Path) -> None:
    rows = (
        InventoryRow(P.IOS, "com.acme.mail", version="0.9", device="d"),
        InventoryRow(P.IOS, "com.acme.mail", version="0.8", device="e"),
    )
    with open_case_service(make(tmp_path, *rows), now=NOW) as work:
        work.enroll()
        (tmp_path / "ws" / "sender.toml").write_text(SENDER)
        texts = {one.vendor: one.files[0].read_text() for one in write(work, "assurance", forms=("md",))}
    used, never = texts["com.Acme.Mail"], texts["com.never"]
    assert "Our organisation uses the following app" in used
    assert "version 0.9, 0.8" in used or "version 0.8, 0.9" in used
    assert "For our organisation, we have examined the following app" in never
    assert "uses" not in never.partition("Apps of this kind")[0]


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
    vendor = work.find_vendor("Fieldhand Ltd")
    # The notice asks for the written confirmation, too.
    assert (vendor.asked, vendor.due) == (date(2026, 3, 1), date(2026, 3, 31))
    assert write(work, "reminder", "Fieldhand Ltd", forms=("md",))
    (asked, *_) = write(work, "assurance", "com.never", forms=("md",))
    mark_sent(work, asked.letter.id, "post", NOW.date(), POLICY, "Ann")
    vendor = work.find_vendor("com.never")
    assert (vendor.asked, vendor.due) == (date(2026, 3, 1), date(2026, 3, 31))
    assert write(work, "reminder", "com.never", forms=("md",))
    with pytest.raises(UsageError, match="no such letter"):
        mark_sent(work, "letter-zz", "email", NOW.date(), POLICY, "")


def test_a_provider_or_cert_is_the_recipient(work: CaseService) -> None:
    work.add_party(work.cases()[0].id, PartyRole.COORDINATOR, "CERT-Bund", "", "Ann")
    (done,) = write(work, "provider", forms=("md", "eml"), to="CERT-Bund", address="reports@cert.test")
    work.advance(done.letter.cases[0], CaseState.VERIFIED, POLICY, "", "", "")
    assert mark_sent(work, done.letter.id, "email", NOW.date(), POLICY, "")[1] == []
    (case,) = mark_sent(work, done.letter.id, "cert", NOW.date(), POLICY, "")[1]
    assert case.state is CaseState.HANDED_TO_CERT
    assert "To: CERT-Bund" in done.files[0].read_text()
    assert b"To: reports@cert.test" in done.files[1].read_bytes()


def test_a_letter_to_a_party_of_a_case_is_its_own_and_moves_only_this_party(work: CaseService) -> None:
    (case,) = work.cases()
    work.add_party(case.id, PartyRole.PROVIDER, "Hoster GmbH", "abuse@hoster.test", "Ann")
    work.add_party(case.id, PartyRole.COORDINATOR, "CERT-Bund", "", "Ann")
    (done,) = write(work, "provider", forms=("md", "eml"), to="hoster gmbh")
    assert b"To: abuse@hoster.test" in done.files[1].read_bytes()
    mark_sent(work, done.letter.id, "email", NOW.date(), POLICY, "Ann")
    (after,) = work.cases()
    assert [(party.state, party.letter) for party in after.parties] == [
        (PartyState.INFORMED, done.letter.id), (PartyState.NOT_INFORMED, ""),
    ]  # fmt: skip
    assert after.state is case.state


def test_a_letter_is_refused_to_a_recipient_that_is_no_party(work: CaseService) -> None:
    (case,) = work.cases()
    with pytest.raises(UsageError, match="no case of this letter has this party") as refused:
        write(work, "provider", to="Nobody Inc", address="x@nobody.test", reason="x")
    assert "Parties: none yet" in refused.value.diagnostics()
    work.add_party(case.id, PartyRole.PROVIDER, "Hoster GmbH", "", "Ann")
    with pytest.raises(UsageError) as refused:
        write(work, "provider", to="Hostr GmbH", reason="x")
    assert "Parties: Hoster GmbH" in refused.value.diagnostics()
    assert (work.letters(), (work.directory / "out").exists()) == ([], False)


def test_a_letter_to_a_party_is_only_about_cases_with_this_party(tmp_path: Path) -> None:
    (route,) = exposure().routes
    other = exposure("b", routes=(msgspec.structs.replace(route, app_sha256="c" * 64),), targets=("b.acme.test:9200",))
    stores = (exposure(), exposure("a"), other)
    with open_case_service(make(tmp_path, stores=stores), now=NOW) as work:
        (work.directory / "sender.toml").write_text(SENDER)
        work.open(POLICY)
        second = next(case for case in work.cases() if case.store.id == other.id)
        first = next(case for case in work.cases() if case.vendor != second.vendor)
        work.add_party(first.id, PartyRole.PROVIDER, "Hoster GmbH", "", "Ann")
        (done,) = write(work, "provider", to="Hoster GmbH")
        assert done.letter.cases == (first.id,)
        with pytest.raises(UsageError, match="no case of this letter has this party"):
            write(work, "provider", work.find_vendor(second.vendor).name, to="Hoster GmbH")


def test_each_recipient_has_a_letter_and_files_of_its_own(work: CaseService) -> None:
    (case,) = work.cases()
    names = ("Hoster GmbH", "Hoster, GmbH", "CERT-Bund", "救")
    for name in names:
        work.add_party(case.id, PartyRole.PROVIDER, name, "", "Ann")
    done = [write(work, "provider", to=name)[0] for name in names]
    assert [(one.again, one.letter.version, one.letter.to) for one in done] == [(False, 1, name) for name in names]
    assert len({one.letter.id for one in done}) == len({path for one in done for path in one.files}) / 3 == len(names)
    assert [f"To: {name}" in one.files[0].read_text() for name, one in zip(names, done, strict=True)] == [True] * 4
    (again,) = write(work, "provider", to="hoster gmbh ")
    assert (again.again, again.letter.id, again.files) == (True, done[0].letter.id, done[0].files)
    assert {one.to for one in work.letters()} == set(names)


@pytest.mark.parametrize("option", [{"to": "Ann"}, {"address": "ann@fieldhand.test"}])
def test_one_recipient_gets_no_letters_about_several_vendors(work: CaseService, option: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="is for one letter, but several vendors are due one"):
        write(work, "assurance", **option)
    assert [one.vendor for one in write(work, "assurance", "com.never", **option)] == ["com.never"]


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


def test_the_dates_of_a_letter_are_the_dates_of_its_case(work: CaseService) -> None:
    (done,) = write(work, "exposure", forms=("md",))
    text = done.files[0].read_text()
    for day in ("8 March 2026", "31 March 2026", "15 April 2026", "30 May 2026"):
        assert day in text
    (case,) = mark_sent(work, done.letter.id, "email", NOW.date(), POLICY, "Ann")[1]
    assert (case.state, case.due) == (CaseState.NOTIFIED, date(2026, 3, 8))
    assert work.advance(case.id, CaseState.ACKNOWLEDGED, POLICY, "", "", "").due == date(2026, 3, 31)
    (again,) = write(work, "exposure", forms=("md",), due=date(2026, 3, 20))
    (case,) = mark_sent(work, again.letter.id, "email", NOW.date(), POLICY, "Ann")[1]
    assert (case.state, case.due) == (CaseState.ACKNOWLEDGED, date(2026, 3, 20))
    assert case.dates is not None
    assert case.dates.share == date(2026, 4, 15)


def test_acknowledgement_and_closing_are_on_different_days_for_critical_stores() -> None:
    urgent = msgspec.structs.replace(case(), store=exposure(severity=Severity.CRITICAL))
    assert dates_of("exposure", [urgent], POLICY, NOW.date()) == LetterDates(
        date(2026, 3, 2), date(2026, 3, 4), date(2026, 3, 8), date(2026, 5, 30)
    )


def test_no_provider_is_informed_before_the_day_that_our_letter_promises(work: CaseService) -> None:
    (early,) = write(work, "provider", forms=("md",))
    (notice,) = write(work, "exposure", forms=("md",))
    mark_sent(work, notice.letter.id, "email", NOW.date(), POLICY, "Ann")
    with pytest.raises(UsageError, match="promises to inform no provider or CERT until 2026-04-15"):
        write(work, "provider")
    with pytest.raises(UsageError, match="until 2026-04-15"):
        mark_sent(work, early.letter.id, "cert", NOW.date(), POLICY, "Ann")
    (agreed,) = write(work, "provider", forms=("md",), reason="they agree")
    (case,) = mark_sent(work, agreed.letter.id, "cert", NOW.date(), POLICY, "Ann", "they agree")[1]
    assert (case.state, case.shared, case.due) == (CaseState.HANDED_TO_CERT, NOW.date(), agreed.letter.due)
    (later,) = write(work, "exposure", forms=("md",))
    text = later.files[0].read_text()
    assert "We informed the hosting provider or a CERT on 1 March 2026" in text
    assert "no one outside" not in text


def test_an_escalation_gives_at_least_the_time_that_was_announced(work: CaseService) -> None:
    (notice,) = write(work, "exposure", forms=("md",))
    mark_sent(work, notice.letter.id, "email", NOW.date(), POLICY, "Ann")
    (reminder,) = write(work, "reminder", forms=("md",), due=date(2026, 3, 10))
    assert "if access is still open after 15 April 2026" in reminder.files[0].read_text()
    assert mark_sent(work, reminder.letter.id, "email", NOW.date(), POLICY, "Ann")[1][0].due == date(2026, 3, 10)
    (letter,) = write(work, "escalation", forms=("md",))
    assert letter.letter.due == date(2026, 4, 15)
    (case,) = mark_sent(work, letter.letter.id, "post", NOW.date(), POLICY, "Ann")[1]
    assert (case.state, case.due, case.silent_until(date(2026, 4, 15))) == (
        CaseState.ESCALATED, date(2026, 4, 15), date(2026, 4, 15),
    )  # fmt: skip
    assert case.silent_until(date(2026, 4, 16)) is None


def test_letters_state_the_day_on_which_the_notice_was_sent_not_recorded(work: CaseService) -> None:
    (notice,) = write(work, "exposure", forms=("md",))
    with open_case_service(work.directory, now=datetime(2026, 3, 20, 12, tzinfo=UTC)) as later:
        (case,) = mark_sent(later, notice.letter.id, "email", date(2026, 3, 3), POLICY, "Ann")[1]
        assert case.since.date() == case.reached["notified"].date() == date(2026, 3, 3)
        for kind in ("reminder", "escalation"):
            assert "On 3 March 2026" in write(later, kind, forms=("md",))[0].files[0].read_text()
        (told,) = write(later, "provider", forms=("md",), reason="they agree")
        assert "We informed the vendor on 3 March 2026" in told.files[0].read_text()


@pytest.mark.parametrize("due", [None, date(2026, 5, 20)])
def test_what_a_reminder_announces_is_done_no_earlier(work: CaseService, due: date | None) -> None:
    """Sent after the first announced day, it names a later one, which then holds."""
    (notice,) = write(work, "exposure", forms=("md",))
    mark_sent(work, notice.letter.id, "email", NOW.date(), POLICY, "Ann")
    with open_case_service(work.directory, now=datetime(2026, 5, 1, 12, tzinfo=UTC)) as later:
        (reminder,) = write(later, "reminder", forms=("md",), due=due)
        asked = due or date(2026, 5, 2)
        assert f"if access is still open after {asked.day} May 2026" in reminder.files[0].read_text()
        mark_sent(later, reminder.letter.id, "email", later.now.date(), POLICY, "Ann")
        (case,) = later.cases()
        assert (case.due, case.silent_until(asked)) == (asked, asked)
        assert case.dates is not None
        assert notice.letter.dates is not None
        assert (case.dates.close, case.dates.publish) == (notice.letter.dates.close, notice.letter.dates.publish)
        with pytest.raises(UsageError, match=f"promises to inform no provider or CERT until {asked}"):
            later.advance(case.id, CaseState.HANDED_TO_CERT, POLICY, "", "", "")


def test_a_reminder_before_the_announced_day_names_that_day(work: CaseService) -> None:
    (notice,) = write(work, "exposure", forms=("md",))
    mark_sent(work, notice.letter.id, "email", NOW.date(), POLICY, "Ann")
    with open_case_service(work.directory, now=datetime(2026, 3, 20, 12, tzinfo=UTC)) as later:
        (reminder,) = write(later, "reminder", forms=("md",))
        assert "As announced, we will inform" in reminder.files[0].read_text()
        assert "if access is still open after 15 April 2026" in reminder.files[0].read_text()
        mark_sent(later, reminder.letter.id, "email", later.now.date(), POLICY, "Ann")
        assert later.cases()[0].dates == notice.letter.dates


@pytest.mark.parametrize(("kind", "last"), [("exposure", 8), ("assurance", 31), ("provider", 31)])
def test_a_letter_that_asks_for_something_by_a_past_date_is_not_sent(work: CaseService, kind: str, last: int) -> None:
    if kind == "assurance":
        work.advance(work.cases()[0].id, CaseState.CLOSED, POLICY, note="not a store", by_whom="", channel="")
    letter = write(work, kind, forms=("md",))[0]
    with open_case_service(work.directory, now=datetime(2026, 4, 2, 12, tzinfo=UTC)) as later:
        with pytest.raises(UsageError, match=f"it requests an answer by 2026-03-{last:02}") as raised:
            mark_sent(later, letter.letter.id, "email", later.now.date(), POLICY, "Ann")
        assert "Write it again" in raised.value.advice
        assert date_warnings(later, letter.letter) == [
            f"Its dates have passed: it requests an answer by 2026-03-{last:02}. Write it again before you send it."
        ]
        assert [line for line in later.log() if "sent" in line.fields] == []
        # On its last day, or with a reason for the log, it counts.
        mark_sent(later, letter.letter.id, "email", date(2026, 3, last), POLICY, "Ann")
        mark_sent(later, letter.letter.id, "email", later.now.date(), POLICY, "Ann", "by mistake")


def test_thanks_and_notices_to_our_own_people_are_due_on_no_day(tmp_path: Path) -> None:
    directory = make(tmp_path, InventoryRow(P.ANDROID, "org.fieldhand.app", device="d"), stores=(exposure(),))
    (directory / "sender.toml").write_text(SENDER)
    with open_case_service(directory, now=NOW) as work:
        work.open(POLICY)
        (letter,) = write(work, "owners", forms=("md",))
        assert letter.letter.due is None
        with open_case_service(work.directory, now=datetime(2027, 3, 1, 12, tzinfo=UTC)) as later:
            assert date_warnings(later, letter.letter) == []
            assert mark_sent(later, letter.letter.id, "email", later.now.date(), POLICY, "Ann")[1] == []


def test_our_own_people_get_their_language_and_what_stays_of_a_removed_app(tmp_path: Path) -> None:
    kept = InventoryRow(P.ANDROID, "com.x", device="d")
    installed = InventoryRow(P.ANDROID, "org.fieldhand.app", device="d")
    directory = make(tmp_path, installed, kept, stores=(exposure(),))
    (directory / "sender.toml").write_text(f'{SENDER}language = "fr"\n')
    with open_case_service(directory, now=NOW) as work:
        work.open(POLICY)
        work.edit(work.find_vendor("Fieldhand Ltd").id, {"language": "de"}, "")
        (notice,) = write(work, "owners", forms=("md",))
        with pytest.raises(UsageError, match="Write the kind owners"):
            write(work, "removed", "Fieldhand Ltd")
    text = notice.files[0].read_text()
    assert notice.letter.language == "fr"
    assert "À : Utilisateurs de Fieldhand" in text
    assert "es.fieldhand.test" not in text
    assert "TLP:AMBER+STRICT" in text.replace("\\", "")
    assert notice.files[0].name.startswith("Fieldhand-")
    assert "Ltd" not in notice.files[0].name
    with Workspace.open(directory) as workspace:
        enter(workspace, date(2026, 3, 2), kept, InventoryRow(P.ANDROID, "com.y", device="d"))
    with open_case_service(directory, now=NOW) as work:
        (gone,) = write(work, "removed", forms=("md",), language="en")
        with pytest.raises(UsageError, match="Write the kind removed"):
            write(work, "owners", "Fieldhand Ltd")
    text = gone.files[0].read_text()
    assert "the data stayed behind" in text
    assert "You have" not in text
    assert "To: Former users of" in text


def test_an_open_store_of_an_app_on_no_device(tmp_path: Path) -> None:
    """Its maker gets no request for assurance, also before there is a case, and there are no owners to inform."""
    with open_case_service(make(tmp_path, stores=(exposure(),)), now=NOW) as work:
        work.enroll()
        (tmp_path / "ws" / "sender.toml").write_text(SENDER)
        assert "Fieldhand Ltd" not in [one.vendor for one in write(work, "assurance")]
        with pytest.raises(UsageError, match="run `tieback case open`"):
            write(work, "assurance", "Fieldhand Ltd")
        work.open(POLICY)
        for kind in ("owners", "removed"):
            with pytest.raises(UsageError, match="No inventory lists an app of this vendor"):
                write(work, kind, "Fieldhand Ltd")


def test_an_experimental_verdict_needs_a_person_before_a_case_or_letter(tmp_path: Path) -> None:
    directory = make(tmp_path, stores=(exposure(experimental=True),))
    (directory / "sender.toml").write_text(SENDER)
    (tmp_path / "session.txt").write_text("$ curl http://es.fieldhand.test:9200/_cat/indices")
    with open_case_service(directory, now=NOW) as work:
        done = work.open(POLICY)
        assert (done.cases, done.unconfirmed) == ((), ("elasticsearch at es.fieldhand.test:9200",))
        with pytest.raises(UsageError, match="no open store"):
            work.confirm("db.test:1", tmp_path / "session.txt", POLICY, "Ann")
        with pytest.raises(InputError):
            work.confirm("es.fieldhand.test:9200", tmp_path / "none", POLICY, "Ann")
        case = work.confirm("es.fieldhand.test:9200", tmp_path / "session.txt", POLICY, "Ann")
        assert case.confirmed is not None
        assert (case.confirmed.by, case.confirmed.file, case.unconfirmed) == ("Ann", "session.txt", False)
        assert (directory / "attachments" / case.confirmed.sha256).is_file()
        assert [line.event for line in work.log(case.id)] == ["opened", "attachment"]
        assert work.open(POLICY).known == 1
        (letter,) = write(work, "exposure", forms=("md",))
        assert case.confirmed.sha256 in letter.files[0].read_text()
        assert work.verify().ok


def test_a_case_of_an_earlier_release_with_an_experimental_verdict_gets_no_letter(work: CaseService) -> None:
    (case,) = work.cases()
    unsure = msgspec.structs.replace(case, store=exposure(experimental=True))
    work.change(case.id, lambda _: (unsure, ()))
    for kind in ("exposure", "provider", "owners"):
        with pytest.raises(UsageError, match="case confirm CASE --evidence"):
            write(work, kind, "Fieldhand Ltd")
    work.confirm(case.id, work.directory / "sender.toml", POLICY, "Ann")
    assert write(work, "exposure", "Fieldhand Ltd")


def test_the_owner_that_the_graph_names_is_in_the_letter_to_its_host(work: CaseService) -> None:
    (case,) = work.cases()
    (unknown,) = write(work, "provider", forms=("md",))
    text = unknown.files[0].read_text()
    assert "We do not know who operates it" in text
    assert "To: Hosting provider of es.fieldhand.test" in text
    work.change(case.id, lambda old: (msgspec.structs.replace(old, owner="Workhub GmbH", provider="Hoster AG"), ()))
    (known,) = write(work, "provider", forms=("md",))
    text = known.files[0].read_text()
    assert "it belongs to **Workhub GmbH**" in text
    assert "To: Hoster AG" in text
    # The key of the vendor's contact is only for letters to the vendor.
    key = work.find_vendor("Fieldhand Ltd").id
    work.add_contacts(key, [Contact("s@fieldhand.test", "security.txt", "https://fieldhand.test/key.asc")], "")
    (notice,) = write(work, "exposure", forms=("md",))
    assert (notice.key, known.key) == ("https://fieldhand.test/key.asc", "")


def test_a_store_that_the_last_recheck_found_closed_is_not_called_open(work: CaseService) -> None:
    (case,) = work.cases()
    closed = msgspec.structs.replace(case, check=Recheck(RecheckVerdict.CLOSED, NOW), state=CaseState.NOTIFIED)
    work.change(case.id, lambda _: (closed, ()))
    for kind in ("exposure", "provider", "reminder", "escalation", "thanks"):
        with pytest.raises(UsageError, match="not due a letter"):
            write(work, kind, "Fieldhand Ltd")
    (notice,) = write(work, "owners", forms=("md",))
    assert "could be read" in notice.files[0].read_text()


def test_a_re_check_without_a_verdict_does_not_open_a_closed_store_again(work: CaseService) -> None:
    (case,) = work.cases()
    for verdict in (RecheckVerdict.CLOSED, RecheckVerdict.UNREACHABLE):
        check = Recheck(verdict, NOW)
        case = work.change(case.id, lambda old, check=check: apply_recheck(old, check, POLICY, "recheck"))  # type: ignore[misc]
    assert case.check is not None
    assert (case.check.verdict, case.seen_closed) == (RecheckVerdict.UNREACHABLE, NOW)
    with pytest.raises(UsageError, match="the re-check of 2026-03-01 found it closed, and that of 2026-03-01 gave no"):
        write(work, "exposure", "Fieldhand Ltd")
    opened, _ = apply_recheck(case, Recheck(RecheckVerdict.OPEN, NOW, where=("a:1",)), POLICY, "recheck")
    assert opened.seen_closed is None


def test_a_letter_states_our_connections_and_their_authority(work: CaseService) -> None:
    with AuditLog(work.directory / "audit.jsonl") as log:
        log.append("grant", {"authorised_by": "Board of Nordwind"})
        log.append("connect", {"target": "es.fieldhand.test:9200", "address": "192.0.2.7"})
        log.append("end", {"target": "es.fieldhand.test:9200", "local": "192.0.2.200"})
    (done,) = write(work, "exposure", forms=("md",))
    assert not done.address_unknown
    text = done.files[0].read_text()
    assert f"on {datetime.now(UTC):%-d %B %Y}, " in text
    assert "(UTC), one connection; from the address 192.0.2.200" in text
    assert "| On the authority of | Board of Nordwind |" in text
    (work.directory / "sender.toml").write_text(f'{SENDER}key = "0123 4567"\npublic_address = "203.0.113.9"\n')
    (keyed,) = write(work, "exposure", forms=("md",), tlp="red")
    text = keyed.files[0].read_text()
    assert "OpenPGP key: 0123 4567" in text
    assert "TLP:RED: this letter is only for the people" in text


def test_only_an_overdue_answer_is_awaited_in_a_reminder(work: CaseService) -> None:
    (notice,) = write(work, "exposure", forms=("md",))
    assert notice.address_unknown
    mark_sent(work, notice.letter.id, "email", NOW.date(), POLICY, "Ann")
    vendor = work.find_vendor("Fieldhand Ltd").id
    for due, awaited in ((NOW.date(), False), (date(2026, 2, 28), True)):
        work.edit(vendor, {"due": due}, "")
        (reminder,) = write(work, "reminder", forms=("md",))
        assert ("We also await the written confirmation" in reminder.files[0].read_text()) is awaited
