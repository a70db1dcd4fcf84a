"""tieback's own reports: stores and endpoints as evidence, in both formats; nothing of a hostile one is trusted."""

import io
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.intake.reports.conftest import Reading
from tests.unit.pipeline.graph_workspace import shared
from tieback.intake.reports.source import ReportSource
from tieback.intake.reports.tieback import TiebackReport
from tieback.model.errors import InputError
from tieback.model.passive import PassiveService, PassiveText
from tieback.model.probe import Access
from tieback.pipeline.report import run_report
from tieback.report import by_name

HEAD = {
    "audience": "", "baseline": None, "created": "2026-11-28T10:00:00.5Z", "schema": "tieback/report-head/1",
    "tool_version": "0.3",
}  # fmt: skip
STORE = {
    "schema": "tieback/exposure/1", "id": "s1", "product": "elasticsearch", "version": "7.1", "access": "open",
    "targets": ["203.0.113.7:9200", "[2001:db8::1]:9200", "es.example.test:9200", "nonsense", "x.example.test:99999"],
    "records": {"value": 12, "quality": "exact", "method": "count"}, "containers": [{"path": ["db", "users"]}],
}  # fmt: skip
APP = {"schema": "tieback/app-summary/1", "app": {"sha256": "ab" * 32, "platform": "android", "bundle_id": "org.a"}}
SIGHTING = {
    "schema": "tieback/app-sighting/1",
    "app_sha256": "ab" * 32,
    "sighting": {
        "endpoint": {"value": "https://api.example.test/v1", "kind": "url"},
        "evidence": {"file": "classes.dex", "context": "text"},
    },
}


def test_stores_and_endpoints_with_their_date(reading: Reading) -> None:
    read = reading(TiebackReport(), HEAD, APP, STORE, SIGHTING, {"schema": "tieback/finding/1", "id": 1})
    *services, text = read.facts
    assert all(isinstance(one, PassiveService) for one in services)
    assert [one.places for one in services if isinstance(one, PassiveService)] == [
        ("203.0.113.7:9200",), ("[2001:db8::1]:9200",), ("es.example.test:9200",),
    ]  # fmt: skip
    first = services[0]
    assert isinstance(first, PassiveService)
    assert (first.source, first.seen, first.claims) == ("tieback", "2026-11-28T10:00:00Z", Access.OPEN)
    assert (first.containers, first.note) == (("db.users",), "probed by tieback 0.3, store s1")
    assert isinstance(text, PassiveText)
    assert (text.text, text.app.bundle_id, text.where) == ("https://api.example.test/v1", "org.a", "classes.dex")
    assert read.skipped == 0


@pytest.mark.parametrize("digest", ["x" * 70_000, "../" * 21 + "a", "AB" * 32, "ab" * 32 + "\n"])
def test_what_is_not_a_hash_is_no_hash_of_an_app(reading: Reading, digest: str) -> None:
    app = {"schema": "tieback/app-summary/1", "app": {"sha256": digest, "platform": "android"}}
    known = reading(TiebackReport(), HEAD, app, SIGHTING | {"app_sha256": digest}).facts
    unknown = reading(TiebackReport(), HEAD, STORE, SIGHTING | {"app_sha256": digest}).facts
    assert [one.app.sha256 for one in known if isinstance(one, PassiveText)] == [""]
    assert [one for one in unknown if isinstance(one, PassiveText)] == []


def test_the_address_of_a_cloud_resource_is_in_its_context(reading: Reading) -> None:
    found = {"endpoint": {"value": "firebase-rtdb:p", "kind": "cloud"}, "evidence": {"context": "https://p.x.test"}}
    (text,) = reading(TiebackReport(), HEAD, APP, SIGHTING | {"sighting": found}).facts
    assert isinstance(text, PassiveText)
    assert text.text == "https://p.x.test"


@pytest.mark.parametrize("form", ["json", "ndjson"])
def test_what_this_release_writes(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, form: str) -> None:
    out = io.BytesIO()
    with run_report(shared(tmp_path_factory)) as whole:
        by_name(form).render(whole, out)
    path = tmp_path / "report"
    path.write_bytes(out.getvalue())
    source = ReportSource(path)
    assert TiebackReport().recognises(source.head())
    facts = list(TiebackReport().facts(source))
    services = [one for one in facts if isinstance(one, PassiveService)]
    assert [(one.places, one.claims) for one in services] == [
        (("api.workhub.test:27017",), Access.OPEN), (("es.fieldhand.test:9200",), Access.AUTH_REQUIRED),
    ]  # fmt: skip
    texts = {one.text for one in facts if isinstance(one, PassiveText)}
    assert {"http://es.fieldhand.test:9200/machines/_search", "https://api.workhub.test"} <= texts
    assert source.skipped == 0


def test_a_damaged_row_is_left_out_and_said(reading: Reading) -> None:
    read = reading(TiebackReport(), HEAD, STORE | {"targets": 7}, STORE | {"access": "wide"}, STORE | {"targets": []})
    assert read.skipped == 2
    assert [one.claims for one in read.facts if isinstance(one, PassiveService)] == [Access.UNKNOWN] * 3


@given(
    st.recursive(st.none() | st.integers() | st.text(), lambda some: st.lists(some) | st.dictionaries(st.text(), some))
)
def test_any_document_never_raises_more_than_an_input_error(
    tmp_path_factory: pytest.TempPathFactory, value: Any
) -> None:
    path = tmp_path_factory.mktemp("report") / "report"
    rows = [HEAD, STORE | {"targets": value}, SIGHTING | {"sighting": value}, {"schema": value}]
    path.write_bytes(b"\n".join(msgspec.json.encode(row) for row in rows))
    try:
        facts = list(TiebackReport().facts(ReportSource(path)))
    except InputError:
        facts = []
    assert all(isinstance(one, PassiveService | PassiveText) for one in facts)
