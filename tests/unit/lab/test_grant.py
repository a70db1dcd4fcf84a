"""The lab's own grant covers loopback's 127.77.0.0/16 and gives no account away."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from tieback.lab.grant import VALID_DAYS, lab_grant
from tieback.lab.stores import STORES
from tieback.model.grant import Depth, Grant

TODAY = date(2026, 11, 25)


@pytest.fixture
def grant() -> Grant:
    return lab_grant(TODAY, STORES)


def test_what_it_allows(grant: Grant) -> None:
    (rule,) = grant.target
    assert (rule.match, rule.ports, rule.depth) == ("127.77.0.0/16", "any", Depth.DESCRIBE)
    assert rule.passwordless == ()
    assert not rule.ransom_note
    assert not grant.dns
    assert grant.not_after == TODAY + timedelta(days=VALID_DAYS)


def test_it_knows_every_name(grant: Grant) -> None:
    assert grant.hosts == {store.host: store.address for store in STORES}
    assert all(name.endswith(".test") for name in grant.hosts)


def test_it_names_the_emulations(grant: Grant) -> None:
    assert "osmem-server, an emulation of OpenSearch, answers as es.fieldhand.test, " in grant.note
    assert "tillroll" not in grant.note


def test_it_survives_being_written(grant: Grant, tmp_path: Path) -> None:
    from tieback.scope.grant import load_grant, render_grant

    path = tmp_path / "lab.toml"
    path.write_text(render_grant(grant))
    assert load_grant(path) == grant
