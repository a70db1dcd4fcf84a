"""One bundle per recipient, from imported RDAP documents."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from tests.unit.cases.samples import exposure
from tests.unit.pipeline.workspaces import make
from tieback.cases.policy import default_policy
from tieback.cases.states import apply_recheck
from tieback.model.backend import Attribution
from tieback.model.case import Recheck, RecheckVerdict
from tieback.pipeline.disclosure.cases import CaseService, open_case_service
from tieback.pipeline.disclosure.cert_bundles import make_bundles, network_of

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def said(claim: str, value: str, reason: str = "r", sure: float = 0.9) -> Attribution:
    return Attribution(claim, value, reason, sure)


@pytest.fixture
def work(tmp_path: Path) -> Iterator[CaseService]:
    cloud = msgspec.structs.replace(exposure("es-2"), targets=("firestore.test:443/project",), addresses=())
    with open_case_service(make(tmp_path, stores=(exposure(), cloud)), now=NOW) as work:
        work.open(default_policy())
        yield work


@pytest.mark.parametrize("form", ["intelmq", "misp"])
@pytest.mark.parametrize("by", ["network", "country"])
def test_a_bundle_per_recipient(work: CaseService, tmp_path: Path, form: str, by: str) -> None:
    made = make_bundles(work, form, "green", by, tmp_path / "data")
    (bundle,) = made.bundles
    assert (bundle.rows, len(bundle.cases), len(made.without_address)) == (1, 1, 1)
    assert bundle.file.endswith((".intelmq.jsonl", ".misp.json"))
    assert json.loads(bundle.data)
    assert b"192.0.2.7" in bundle.data


@pytest.mark.parametrize("form", ["intelmq", "misp"])
def test_a_store_that_the_last_re_check_found_closed_is_in_no_bundle(
    work: CaseService, tmp_path: Path, form: str
) -> None:
    check = Recheck(RecheckVerdict.CLOSED_AT_KNOWN_PLACES, NOW)
    for one in work.cases():
        work.change(one.id, lambda old: apply_recheck(old, check, default_policy(), "recheck"))
    made = make_bundles(work, form, "green", "network", tmp_path / "data")
    assert (made.bundles, made.without_address) == ((), ())
    assert {one.reason for one in made.withheld} == {"the re-check of 2026-03-01 found it closed"}
    assert len(made.withheld) == len(work.cases())


def test_the_network_of_an_address() -> None:
    found = network_of(
        (
            said("network", "Hoster GmbH"),
            said("network_contact", "tech@hoster.test", "technical contact of Hoster for 192.0.2.0/24"),
            said("network_contact", "abuse@hoster.test", "abuse contact of Hoster for 192.0.2.0/24"),
            said("provider", "Cloud"),
            said("asn", "AS64500"),
            said("as_name", "HOSTER-AS"),
            said("country", "DE"),
        )
    )
    assert msgspec.structs.astuple(found) == ("Hoster GmbH", "abuse@hoster.test", "DE", 64500, "HOSTER-AS")
    assert msgspec.structs.astuple(network_of(())) == ("", "", "", None, "")
