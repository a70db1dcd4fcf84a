"""Bundles for CERTs: what pymisp and IntelMQ read back, and that a recipient gets only its rows."""

import json
import os
import subprocess
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from pymisp import MISPEvent, MISPObject

from tests.unit.cases.samples import NOW, case, exposure
from tieback.cases.access_now import access_now
from tieback.cases.cert_export import TLP, Network, by_country, by_network, rows_of, select_cases, to_intelmq, to_misp
from tieback.cases.policy import default_policy
from tieback.cases.states import apply_recheck
from tieback.model.case import Case, CaseState, LetterDates, Recheck, RecheckVerdict
from tieback.model.figure import exact

HOSTER = Network("Hoster GmbH", "Abuse@hoster.test", "de", 64500, "HOSTER-AS")
READER = """
import json, sys
from intelmq.lib.message import MessageFactory
for line in sys.stdin:
    event = MessageFactory.unserialize(line)
    print(json.dumps(event.to_dict(hierarchical=False), default=str))
"""


def hoster(ip: str) -> Network:
    return HOSTER if ip == "192.0.2.7" else Network(country="FR")


def moved() -> Case:
    check = Recheck(RecheckVerdict.MOVED, NOW, where=("es.fieldhand.test:9201",))
    return case(places=check.where, check=check, owner="Fieldhand Machinery")


def test_the_rows_of_a_case_are_its_open_places_with_their_addresses() -> None:
    (row,) = rows_of(case(), hoster)
    assert (row.ip, row.port, row.fqdn, row.network) == ("192.0.2.7", 9200, "es.fieldhand.test", HOSTER)
    assert [(row.port, row.seen) for row in rows_of(moved(), hoster)] == [(9201, NOW)]
    literal = case(exposure(targets=("[2001:db8::1]:9200", "firestore.test:443/project"), addresses=()))
    assert [(row.ip, row.port, row.fqdn) for row in rows_of(literal, hoster)] == [("2001:db8::1", 9200, "")]
    assert by_network(row) == ("Hoster GmbH", "Abuse@hoster.test", "de")
    assert by_country(row) == ("", "", "de")


def test_what_is_withheld() -> None:
    promise = LetterDates(date(2026, 3, 2), date(2026, 3, 9), date(2026, 4, 1), date(2026, 6, 1))
    cases = [
        case("open"),
        case("done", state=CaseState.FIXED),
        msgspec.structs.replace(case("guess"), store=exposure(experimental=True)),
        case("promised", dates=promise),
    ]
    found, withheld = select_cases(cases, NOW.date())
    assert [one.id for one in found] == ["case-open"]
    assert [one.case for one in withheld] == ["case-guess", "case-promised"]
    found, withheld = select_cases(cases, NOW.date(), consent=True)
    assert [one.id for one in found] == ["case-open", "case-promised"]


def checked(verdict: RecheckVerdict, *, where: bool = True, **more: Any) -> Case:
    places = ("es.fieldhand.test:9200",) if where else ()
    return case(check=Recheck(verdict, NOW + timedelta(days=1), where=places, **more), state=CaseState.NOTIFIED)


CLOSED = [one for one in RecheckVerdict if one.closed]


@pytest.mark.parametrize("verdict", CLOSED)
@pytest.mark.parametrize("later", [False, True])
def test_a_closed_store_is_withheld_with_the_reason(verdict: RecheckVerdict, *, later: bool) -> None:
    found = checked(verdict, where=False)
    if later:
        unreachable = Recheck(RecheckVerdict.UNREACHABLE, NOW + timedelta(days=2))
        found, _ = apply_recheck(found, unreachable, default_policy(), "recheck")
    assert not [*rows_of(found, hoster)]
    kept, withheld = select_cases([found], NOW.date(), consent=True)
    assert kept == []
    (one,) = withheld
    assert one.reason.startswith("the re-check of 2026-03-02 found it closed")
    assert ("2026-03-03 gave no verdict" in one.reason) is later
    assert "found it closed" in access_now(found)


@pytest.mark.parametrize(
    ("found", "words", "records"),
    [
        (case(), "is accessible without authentication (open, 1,350 records)", 1350),
        (
            checked(RecheckVerdict.OPEN, records=exact(1400, "x")),
            "is accessible without authentication, 1,400 records; when the case was opened on 2026-03-01: open, 1,350",
            1400,
        ),
        (checked(RecheckVerdict.EMPTIED), "is accessible without authentication, but empty; when", None),
        (checked(RecheckVerdict.NAMES_ONLY), "shows names, but no records, without authentication; when", None),
        (checked(RecheckVerdict.WIPED), "was wiped, and is accessible without authentication; when", None),
        (checked(RecheckVerdict.CLOSED_TO_US), "refuses our address, but others had access", None),
        (
            checked(RecheckVerdict.UNREACHABLE, where=False),
            "was accessible without authentication; the re-check of 2026-03-02 gave no verdict; when",
            1350,
        ),
    ],
)
def test_a_row_states_what_the_last_re_check_found(found: Case, words: str, records: int | None) -> None:
    (row,) = rows_of(found, hoster)
    event = json.loads(to_intelmq([row], "green", NOW))
    assert words in event["event_description.text"]
    assert event["extra"].get("records") == records
    assert words.encode() in to_misp([row], "green", NOW)


@pytest.mark.parametrize("verdict", RecheckVerdict)
def test_only_a_store_that_may_be_open_has_rows(verdict: RecheckVerdict) -> None:
    found = checked(verdict, where=not verdict.closed and verdict is not RecheckVerdict.UNREACHABLE)
    kept, withheld = select_cases([found], NOW.date())
    assert (len(kept), len(withheld)) == ((0, 1) if verdict.closed else (1, 0))
    assert bool([*rows_of(found, hoster)]) is bool(kept)


@pytest.mark.parametrize("tlp", TLP)
def test_pymisp_reads_an_event(tlp: str) -> None:
    rows = [*rows_of(case(), hoster), *rows_of(moved(), hoster)]
    event = MISPEvent(strict_validation=True)
    event.load(to_misp(rows, tlp, NOW).decode())
    assert next(tag.name for tag in event.tags) == f"tlp:{tlp}"
    assert len(event.objects) == 2
    template = MISPObject("ip-port", strict=True)
    for one, row in zip(event.objects, rows, strict=True):
        assert (one.template_uuid, str(one.template_version)) == (
            template.template_uuid,
            str(template.template_version),
        )
        values = {attribute.object_relation: str(attribute.value) for attribute in one.attributes}
        assert (values["ip-dst"], values["dst-port"], values["hostname"]) == (row.ip, str(row.port), row.fqdn)
        for attribute in one.attributes:
            template.add_attribute(attribute.object_relation, value=attribute.value)
    assert event.distribution == 0
    assert to_misp(rows, tlp, NOW) == to_misp(rows, tlp, NOW)


def test_an_event_of_intelmq_has_its_fields_and_no_app() -> None:
    rows = [*rows_of(moved(), hoster)]
    (line,) = to_intelmq(rows, "amber+strict", NOW).splitlines()
    event = json.loads(line)
    assert event["classification.type"] == "information-disclosure"
    assert (event["source.ip"], event["source.port"], event["source.asn"]) == ("192.0.2.7", 9201, 64500)
    assert (event["source.geolocation.cc"], event["source.abuse_contact"]) == ("DE", "abuse@hoster.test")
    assert (event["tlp"], event["extra"]["tlp"]) == ("AMBER", "TLP:AMBER+STRICT")
    assert (event["time.source"], event["event_description.target"]) == (
        "2026-03-01T12:00:00+00:00", "Fieldhand Machinery",
    )  # fmt: skip
    assert b"org.fieldhand.app" not in line


def test_intelmq_itself_reads_the_events() -> None:
    python = os.environ.get("TIEBACK_INTELMQ", "")
    if not python:
        pytest.skip("TIEBACK_INTELMQ does not name a Python with IntelMQ")
    rows = [*rows_of(case(), hoster), *rows_of(moved(), lambda _: Network())]
    written = to_intelmq(rows, "amber+strict", NOW)
    done = subprocess.run([python, "-c", READER], input=written, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()
    for line, event in zip(done.stdout.splitlines(), written.splitlines(), strict=True):
        read, sent = json.loads(line), json.loads(event)
        assert {key: read[key] for key in sent if key not in ("__type", "extra")} == {
            key: value for key, value in sent.items() if key not in ("__type", "extra")
        }
