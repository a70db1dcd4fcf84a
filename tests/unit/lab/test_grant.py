"""The lab's own grant covers its running servers, nothing else on this machine, and gives no account away."""

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
    assert [rule.match for rule in grant.target] == list(dict.fromkeys(store.address for store in STORES))
    assert {(rule.ports, rule.depth) for rule in grant.target} == {("any", Depth.DESCRIBE)}
    assert {rule.passwordless for rule in grant.target} == {()}
    assert not any(rule.ransom_note for rule in grant.target)
    assert not grant.dns
    assert grant.not_after == TODAY + timedelta(days=VALID_DAYS)


def test_it_allows_a_session_only_with_the_mcp_server(grant: Grant) -> None:
    (address,) = (store.address for store in STORES if store.product == "mcp")
    assert [rule.match for rule in grant.target if rule.mcp] == [address]


def test_it_knows_every_name(grant: Grant) -> None:
    assert grant.hosts == {store.host: store.address for store in STORES}
    assert all(name.endswith(".test") for name in grant.hosts)


def test_it_names_the_emulations(grant: Grant) -> None:
    assert "osmem-server, an emulation of OpenSearch, answers as es.fieldhand.test, " in grant.note
    assert "The lab's table server, an emulation of HTTP servers, answers as listing-protected.lab.test, ollama" in (
        grant.note
    )
    assert "tillroll" not in grant.note


def test_it_names_only_stores_that_run() -> None:
    running = tuple(store for store in STORES if store.demo)
    grant = lab_grant(TODAY, running)
    assert set(grant.hosts) == {"es.fieldhand.test", "api.workhub.test", "db.tillroll.test"}
    assert [rule.match for rule in grant.target] == ["127.77.0.10", "127.77.0.20", "127.77.0.30"]
    assert "Azurite" not in grant.note
    assert "PouchDB" not in grant.note
    assert lab_grant(TODAY, ()).target == ()


@pytest.mark.parametrize(
    ("foreign", "ports"),
    [
        ({5432}, ("1-5431", "5433-65535")),
        ({1, 22, 23, 65535}, ("2-21", "24-65534")),
        ({22, 24}, ("1-21", 23, "25-65535")),
        (set(range(1, 65536)), ()),
    ],
)
def test_ports_of_other_programs_are_outside_it(
    foreign: set[int], ports: tuple[int | str, ...], tmp_path: Path
) -> None:
    from tieback.scope.grant import load_grant, render_grant

    store = next(store for store in STORES if store.name == "tillroll")
    grant = lab_grant(TODAY, (store,), {store.address: frozenset(foreign)})
    assert [rule.ports for rule in grant.target] == ([ports] if ports else [])
    path = tmp_path / "lab.toml"
    path.write_text(render_grant(grant))
    assert load_grant(path) == grant


def test_it_survives_being_written(grant: Grant, tmp_path: Path) -> None:
    from tieback.scope.grant import load_grant, render_grant

    path = tmp_path / "lab.toml"
    path.write_text(render_grant(grant))
    assert load_grant(path) == grant
