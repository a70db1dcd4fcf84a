"""The list of stores and one store: every state, every figure, and what nobody looked at."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.unit.cases.samples import exposure
from tests.unit.pipeline.workspaces import GRANT, conclude, make
from tests.unit.web.clients import client as client_of
from tieback.assess.findings import apply_rules
from tieback.cases.policy import default_policy
from tieback.cases.states import recheck_fields
from tieback.model.case import NewLogLine, Recheck, RecheckVerdict
from tieback.model.errors import UsageError
from tieback.model.exposure import Exposure, Severity
from tieback.model.figure import exact
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.disclosure.cases import case_service
from tieback.pipeline.views.store import show_store
from tieback.pipeline.views.stores import StoreState, list_stores
from tieback.storage.lake.tables.probes import ProbeWriter
from tieback.storage.workspace import Workspace
from tieback.web.pages import NONE

OPEN = exposure()
EVIL = exposure(
    "es-evil",
    severity=Severity.CRITICAL,
    version="<script>alert(1)</script>",
    targets=("x\u202egpj.test:9200",),
    experimental=True,
)
UNDECIDED = exposure("es-und", access=Access.AUTH_REQUIRED, untested=("a login with any user name",))
CLOSED = exposure("es-shut", access=Access.AUTH_REQUIRED)
NAMES = exposure("es-names", access=Access.SCHEMA_ONLY)
TRAP = exposure("es-trap", honeypot=("answers every port",))


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("stores")
    with Workspace.open(make(folder, stores=(OPEN,))) as opened:
        conclude(opened, OPEN, EVIL, UNDECIDED, CLOSED, NAMES, TRAP)
        run = opened.ledger.latest_run()
        assert run is not None
        stores = (OPEN, EVIL, UNDECIDED, CLOSED, NAMES, TRAP)
        opened.ledger.conclusions.save(run.id, stores, apply_rules(stores, ()))
        case_service(opened, now=datetime(2026, 3, 1, tzinfo=UTC)).open(default_policy())
        yield opened


def test_each_state_has_a_word(workspace: Workspace) -> None:
    listing = list_stores(workspace)
    assert listing is not None
    states = {row.id: row.state for row in listing.items}
    assert states == {
        OPEN.id: StoreState.OPEN,
        EVIL.id: StoreState.OPEN,
        UNDECIDED.id: StoreState.NOT_DECIDED,
        CLOSED.id: StoreState.CLOSED,
        NAMES.id: StoreState.REACHABLE,
        TRAP.id: StoreState.HONEYPOT,
    }
    assert [row.id for row in listing.items][:2] == [EVIL.id, OPEN.id]
    # The stores that are not open are named one by one: an open, empty one is neither closed nor undecided.
    assert listing.others == (("login required", 2), ("probable honeypot", 1), ("schema only", 1))
    assert sum(count for _, count in listing.others) == listing.stores_total - listing.exposed_total
    assert (listing.total, listing.exposed_total, listing.stores_total) == (6, 2, 6)
    assert "not decided (login required)" in {row.verdict for row in listing.items}


def test_pages_follow_each_other(workspace: Workspace) -> None:
    found: list[str] = []
    after: str | None = ""
    while after is not None:
        listing = list_stores(workspace, limit=2, after=after)
        assert listing is not None
        found += [row.id for row in listing.items]
        after = listing.next
    assert len(found) == len(set(found)) == 6


def test_an_open_store_links_to_its_case(workspace: Workspace) -> None:
    listing = list_stores(workspace, exposed=True)
    assert listing is not None
    links = {row.id: [(one.vendor, one.state.value) for one in row.cases] for row in listing.items}
    assert links == {OPEN.id: [("Fieldhand Ltd", "found")], EVIL.id: []}


def test_wrong_filters_are_refused(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="unknown class"):
        list_stores(workspace, pii_class="shoe_size")
    with pytest.raises(UsageError, match="cursor"):
        list_stores(workspace, after="WzFd")
    assert list_stores(workspace, run="20260101T000000Z-00000000") is None


def test_one_store_has_its_contents_routes_history_and_advice(workspace: Workspace) -> None:
    detail = show_store(workspace, OPEN.id)
    assert detail is not None
    assert [(one.name, one.records and one.records.value) for one in detail.containers] == [
        ("machines", 1200),
        ("operators", 150),
    ]
    assert [(one.label, one.title, one.records.value) for one in detail.classes][1] == (
        "email",
        "E-mail addresses",
        150,
    )
    (app,) = detail.apps
    assert (app.bundle_id, app.name, app.how) == ("org.fieldhand.app", "Fieldhand", "named in the app")
    assert [one.verdict for one in detail.history] == ["open", "open"]
    assert {one.rule for one in detail.findings} >= {"open-store", "cleartext-store"}
    assert all(one.advice for one in detail.findings)
    assert detail.store.cases[0].id.startswith("case-")


def test_a_run_that_did_not_find_the_store_says_so(workspace: Workspace) -> None:
    detail = show_store(workspace, CLOSED.id)
    assert detail is not None
    assert [(one.verdict, one.state) for one in detail.history] == [
        ("login required", StoreState.CLOSED),
        ("not found", None),
    ]


def test_what_was_not_tried_is_listed(workspace: Workspace) -> None:
    detail = show_store(workspace, UNDECIDED.id)
    assert detail is not None
    assert detail.untested == ("a login with any user name",)


def test_an_unknown_store_is_none(workspace: Workspace) -> None:
    assert show_store(workspace, "exp-none") is None
    assert show_store(workspace, OPEN.id, run="no-run") is None


def test_an_empty_workspace_has_an_empty_list(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "ws") as empty:
        listing = list_stores(empty)
        assert listing is not None
        assert (listing.items, listing.shown, listing.total) == ((), None, None)
        assert show_store(empty, OPEN.id) is None


@pytest.mark.parametrize(
    ("stores", "grant", "text"),
    [((), None, "This run had no grant"), ((), GRANT, "This run probed no target"),
     ((OPEN,), GRANT, ""), ((OPEN,), None, "")],
)  # fmt: skip
def test_what_was_not_probed_is_not_zero(
    tmp_path: Path, stores: tuple[Exposure, ...], grant: str | None, text: str
) -> None:
    with Workspace.open(make(tmp_path, stores=stores, grant=grant)) as opened:
        last = opened.ledger.latest_run()
        assert last is not None
        with ProbeWriter(opened.lake, last.id) as writer:
            writer.add(ProbeReport("api.workhub.test:6379", Outcome.OUT_OF_SCOPE))
        listing = list_stores(opened)
    assert listing is not None
    assert listing.not_probed.startswith(text)
    assert bool(listing.not_probed) == bool(text)
    with client_of(tmp_path / "ws", Role.ANALYST) as client:
        page = client.get("/stores").text
    cards = re.findall(r'<span class="value">(.*?)</span><span class="label">', page)
    assert cards == ([NONE, NONE] if text else ["1", "0"])
    assert listing.not_probed in page
    assert "No store answered" not in page


def test_a_store_that_the_last_run_did_not_find_is_shown_with_its_re_checks(tmp_path: Path) -> None:
    """The link of a case leads to its history, whatever later runs found."""
    directory = make(tmp_path, stores=(OPEN,), grant=GRANT)
    with Workspace.open(directory) as opened:
        service = case_service(opened, now=datetime(2026, 3, 1, tzinfo=UTC))
        service.open(default_policy())
        (case,) = opened.ledger.cases.cases()
        check = Recheck(RecheckVerdict.OPEN, datetime(2026, 3, 2, tzinfo=UTC), records=exact(3500, "counted"))
        line = NewLogLine(case.id, "check", recheck_fields(check), "ann")
        opened.ledger.cases.change(case.id, lambda old: (old, (line,)), check.time)
        first = opened.ledger.latest_run()
        conclude(opened, grant=GRANT)
        last = opened.ledger.latest_run()
        assert first is not None
        assert last is not None
        detail = show_store(opened, OPEN.id)
        assert detail is not None
        assert (detail.shown.id, detail.not_found_by) == (first.id, last.id)
        assert [(one.verdict, one.records and one.records.value) for one in detail.history if not one.run] == [
            ("open", 3500)
        ]
        assert show_store(opened, OPEN.id, run=last.id) is None
        known = show_store(opened, OPEN.id, run=first.id)
        assert known is not None
        assert known.not_found_by == ""
    with client_of(directory, Role.ANALYST) as client:
        link = re.search(rf'href="(/stores/{OPEN.id}[^"]*)"', client.get(f"/cases/{case.id}").text)
        assert link is not None
        page = client.get(link[1])
        assert page.status_code == 200
        assert "did not find this store" in page.text
        assert "3,500" in page.text
