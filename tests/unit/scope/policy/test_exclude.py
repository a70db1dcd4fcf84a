"""Exclusions win over every target, whatever way leads to the address."""

from datetime import date

import pytest

from tests.each import each
from tieback.model.grant import Depth, ExcludeRule, Grant, TargetRule
from tieback.scope.decide import CompiledGrant
from tieback.scope.policy.exclude import Exclusions, SourcedRule

TODAY = date(2026, 11, 25)
EVERYTHING = tuple(
    TargetRule(match, "any", Depth.SAMPLE)
    for match in ("0.0.0.0/0", "::/0", "127.0.0.0/8", "10.0.0.0/8", "64:ff9b::/96", "2002::/16", "2001::/32", "*.test")
)
HOSTS: dict[str, str | tuple[str, ...]] = {"db.x.test": ("10.0.0.5", "10.0.0.6"), "other.test": "10.0.0.7"}


def scope(*rules: ExcludeRule, never: tuple[SourcedRule, ...] = ()) -> CompiledGrant:
    grant = Grant("O", "c@x.test", date(2027, 6, 30), EVERYTHING, hosts=HOSTS, exclude=rules, dns=True)
    return CompiledGrant(grant, TODAY, never)


@each(
    ("match", "host", "address", "excluded"),
    [
        # by address or block, whatever name or form leads there
        ("127.0.0.9", "127.0.0.9", None, True),
        ("127.0.0.9", "127.0.0.8", None, False),
        ("127.0.0.8/29", "127.0.0.9", None, True),
        ("127.0.0.9", "any.test", "127.0.0.9", True),
        ("127.0.0.9", "::ffff:127.0.0.9", None, True),
        ("127.0.0.9", "[::ffff:7f00:9]", None, True),
        ("::ffff:127.0.0.0/104", "127.0.0.9", None, True),
        ("8.8.4.4", "64:ff9b::808:404", None, True),
        ("8.8.4.4", "2002:808:404::1", None, True),
        ("8.8.4.4", "2001:0:808:404::1", None, True),
        ("8.8.4.4", "2001:0:1:1::f7f7:fbfb", None, True),
        ("8.8.4.4", "64:ff9b::808:405", None, False),
        ("::1", "127.0.0.1", None, False),
        ("2600::/16", "2600::1", None, True),
        ("2600::/16", "a.test", "2600::1", True),
        ("0.0.0.0/0", "8.8.8.8", None, True),
        ("0.0.0.0/0", "2600::1", None, False),
        # by name
        ("db.y.test", "db.y.test", "8.8.8.8", True),
        ("db.y.test", "DB.Y.test.", "8.8.8.8", True),
        ("db.y.test", "a.db.y.test", "8.8.8.8", False),
        ("*.y.test", "a.b.y.test", "8.8.8.8", True),
        ("*.y.test", "y.test", "8.8.8.8", True),
        ("*.y.test", "zy.test", "8.8.8.8", False),
        ("bücher.test", "xn--bcher-kva.test", "8.8.8.8", True),
        # the addresses that the grant itself gives for an excluded name
        ("db.x.test", "db.x.test", "10.0.0.5", True),
        ("db.x.test", "10.0.0.6", None, True),
        ("*.x.test", "10.0.0.6", None, True),
        ("db.x.test", "10.0.0.7", None, False),
    ],
)
def test_an_exclusion_wins(match: str, host: str, address: str | None, excluded: bool) -> None:
    rule = ExcludeRule(match, reason="ward 3")
    ways = (
        (scope(rule), "excluded by [[exclude]] 1 of the grant: ward 3"),
        (scope(never=(SourcedRule(rule, "never.toml line 3"),)), "excluded by never.toml line 3: ward 3"),
    )
    for compiled, reason in ways:
        decision = compiled.decide(host, address, 9200)
        assert (decision.allowed, decision.reason if excluded else reason) == (not excluded, reason)
    assert scope().decide(host, address, 9200).allowed


def test_an_alias_is_excluded_like_the_name() -> None:
    compiled = scope(ExcludeRule("*.ward.test"))
    assert compiled.decide("app.test", "8.8.8.8", 1, ("a.b.test", "c.b.test")).allowed
    decision = compiled.decide("app.test", "8.8.8.8", 1, ("a.b.test", "db.ward.test"))
    assert decision.reason == "excluded by [[exclude]] 1 of the grant: `*.ward.test`, no reason given"


@pytest.mark.parametrize(("port", "excluded"), [(9200, True), (27050, True), (9201, False)])
def test_ports_limit_an_exclusion(port: int, excluded: bool) -> None:
    for match in ("127.0.0.1", "db.y.test"):
        rule = ExcludeRule(match, (9200, "27000-27100"))
        assert scope(rule).decide("db.y.test", "127.0.0.1", port).allowed is not excluded
        assert bool(scope(rule).excluded_name("db.y.test", port)) is (excluded and match == "db.y.test")
    assert not scope(ExcludeRule("db.y.test", (9200,))).excluded_name("db.y.test")


def test_no_exclusions() -> None:
    assert not Exclusions()
    assert not scope().excluded_name("db.y.test")
