"""The grant's yes and no, trick by trick."""

from datetime import date
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.model.errors import GrantError
from tieback.model.grant import Depth, Grant, TargetRule
from tieback.scope.address import special
from tieback.scope.decide import CompiledGrant

TODAY = date(2026, 11, 25)
PUBLIC = "9.9.9.9"


def scope(
    *targets: TargetRule | str, today: date = TODAY, hosts: dict[str, str | tuple[str, ...]] | None = None
) -> CompiledGrant:
    rules = tuple(t if isinstance(t, TargetRule) else TargetRule(t, "any", Depth.DESCRIBE) for t in targets)
    grant = Grant("Office", "sec@example.test", date(2027, 6, 30), rules, date(2026, 1, 1), hosts=hosts or {})
    return CompiledGrant(grant, today)


@each(
    ("match", "host", "address", "allowed"),
    [
        # by address or CIDR, whatever name led there
        ("127.0.0.0/8", "127.0.0.1", None, True),
        ("127.0.0.0/8", "127.255.0.1", "127.255.0.1", True),
        ("127.0.0.0/8", "any.name.test", "127.0.0.1", True),
        ("127.0.0.0/8", "128.0.0.1", None, False),
        ("10.0.0.5", "10.0.0.5", None, True),
        ("10.0.0.5", "10.0.0.6", None, False),
        ("2600::/16", "2600::1", None, True),
        ("2600::/16", "[2600::1]", None, True),
        # IPv4-mapped IPv6 is the IPv4
        ("127.0.0.0/8", "::ffff:127.0.0.1", None, True),
        ("127.0.0.0/8", "a.test", "::ffff:7f00:1", True),
        ("::/0", "::ffff:127.0.0.1", None, False),
        ("::ffff:0:0/96", "::ffff:9.9.9.9", None, True),
        # special space is named by a block inside it alone
        ("0.0.0.0/0", PUBLIC, None, True),
        ("0.0.0.0/0", "169.254.169.254", None, False),
        ("0.0.0.0/0", "127.0.0.1", None, False),
        ("0.0.0.0/0", "10.0.0.1", None, False),
        ("169.254.169.254", "169.254.169.254", None, True),
        ("::/0", "fc00::1", None, False),
        ("::/0", "2600::1", None, True),
        ("240.0.0.0/4", "240.0.0.1", None, True),
        # never, however named
        ("0.0.0.0/0", "0.0.0.0", None, False),
        ("0.0.0.0", "0.0.0.0", None, False),
        ("0.0.0.0/8", "0.1.2.3", None, False),
        ("::", "::", None, False),
        ("::/128", "::", None, False),
        ("::ffff:0:0/96", "::ffff:0.0.0.0", None, False),
        ("224.0.0.1", "224.0.0.1", None, False),
        ("255.255.255.255", "255.255.255.255", None, False),
        ("ff02::1", "ff02::1", None, False),
        # embedding by an explicit block on the IPv6 alone
        ("127.0.0.0/8", "64:ff9b::7f00:1", None, False),
        ("127.0.0.0/8", "2002:7f00:1::", None, False),
        ("::/0", "64:ff9b::7f00:1", None, False),
        ("2000::/3", "2002:7f00:1::", None, False),
        ("2001::/16", "2001:0:1::1", None, False),
        ("64:ff9b::/96", "64:ff9b::7f00:1", None, True),
        ("2002::/16", "2002:7f00:1::", None, True),
        ("2001::/32", "2001:0:1::1", None, True),
        # by name, then a public address
        ("db.x.test", "db.x.test", PUBLIC, True),
        ("db.x.test", "DB.X.test.", PUBLIC, True),
        ("DB.X.test.", "db.x.test", PUBLIC, True),
        ("bücher.test", "xn--bcher-kva.test", PUBLIC, True),
        ("xn--bcher-kva.test", "BÜCHER.test", PUBLIC, True),
        ("db.x.test", "other.x.test", PUBLIC, False),
        ("*.x.test", "db.x.test", PUBLIC, True),
        ("*.x.test", "a.b.x.test", PUBLIC, True),
        ("*.x.test", "x.test", PUBLIC, False),
        ("*.x.test", "notx.test", PUBLIC, False),
        ("*.x.test", "ax.test", PUBLIC, False),
        ("*.x.test", "x.test.evil.test", PUBLIC, False),
        ("*.x.test", "db.x.test", None, False),
        # what DNS says never leads to special space
        ("*.x.test", "db.x.test", "127.0.0.1", False),
        ("*.x.test", "db.x.test", "10.0.0.1", False),
        ("*.x.test", "db.x.test", "169.254.169.254", False),
        ("*.x.test", "db.x.test", "168.63.129.16", False),
        ("*.x.test", "db.x.test", "100.64.0.1", False),
        ("*.x.test", "db.x.test", "::1", False),
        ("*.x.test", "db.x.test", "::ffff:10.0.0.1", False),
        ("*.x.test", "db.x.test", "64:ff9b::7f00:1", False),
        ("*.x.test", "db.x.test", "fe80::1", False),
        ("*.x.test", "db.x.test", "192.0.2.1", False),
        ("*.x.test", "db.x.test", "0.0.0.0", False),
        # numbers in disguise
        ("0.0.0.0/0", "2130706433", None, False),
        ("127.0.0.0/8", "0177.0.0.1", "127.0.0.1", False),
        ("127.0.0.0/8", "0x7f.1", "127.0.0.1", False),
        ("127.0.0.0/8", "127.1", "127.0.0.1", False),
        # a literal is its own address
        ("127.0.0.0/8", "9.9.9.9", "127.0.0.1", False),
        ("127.0.0.0/8", "127.0.0.1", "not an address", False),
        ("fe80::/10", "fe80::1%1", None, False),
    ],
)
def test_one_rule(match: str, host: str, address: str | None, allowed: bool) -> None:
    decision = scope(match).decide(host, address, 9200)
    assert decision.allowed is allowed, decision.reason
    assert decision.reason
    assert decision.rule == (match if allowed else "")


@each(
    ("host", "address", "allowed"),
    [
        ("a.x.test", "10.0.0.1", True),
        ("A.x.test.", "10.0.0.1", True),
        ("a.x.test", "10.0.0.2", False),
        ("b.x.test", "10.0.0.1", False),
        ("b.x.test", "10.0.0.2", True),
        ("b.x.test", "::1", True),
        ("never.x.test", "0.0.0.0", False),
        ("embeds.x.test", "64:ff9b::1", False),
        ("outside.test", "10.0.0.1", False),
    ],
)
def test_hosts_table_applies_only_to_its_name(host: str, address: str, allowed: bool) -> None:
    table: dict[str, str | tuple[str, ...]] = {
        "A.X.test": "10.0.0.1",
        "b.x.test": ("10.0.0.2", "::1"),
        "never.x.test": "0.0.0.0",
        "embeds.x.test": "64:ff9b::1",
        "outside.test": "10.0.0.1",
    }
    assert scope("*.x.test", hosts=table).decide(host, address, 80).allowed is allowed


@each(
    ("host", "address", "port", "rule"),
    [
        ("db.x.test", "10.0.0.1", 80, "10.0.0.1"),
        ("db.x.test", "10.0.0.2", 80, "10.0.0.0/24"),
        ("db.x.test", "10.0.0.1", 22, "10.0.0.0/8"),
        ("db.x.test", PUBLIC, 80, "db.x.test"),
        ("db.y.x.test", PUBLIC, 80, "*.y.x.test"),
        ("c.x.test", PUBLIC, 80, "*.x.test"),
        ("db.x.test", PUBLIC, 22, "*.x.test"),
    ],
)
def test_the_most_specific_target_that_names_the_port_wins(host: str, address: str, port: int, rule: str) -> None:
    narrow = ["10.0.0.0/24", "10.0.0.1", "*.y.x.test", "db.x.test"]
    rules = [TargetRule(m, "any", Depth.IDENTIFY) for m in ("*.x.test", "10.0.0.0/8")]
    rules += [TargetRule(m, (80,), Depth.SAMPLE) for m in narrow]
    decision = scope(*rules).decide(host, address, port)
    assert decision.rule == rule
    assert decision.depth is (Depth.SAMPLE if rule in narrow else Depth.IDENTIFY)


def test_between_equals_the_first_wins() -> None:
    rules = [TargetRule("10.0.0.1", (80,), Depth.SAMPLE), TargetRule("10.0.0.1/32", "any", Depth.IDENTIFY)]
    assert scope(*rules).decide("10.0.0.1", None, 80).depth is Depth.SAMPLE
    assert scope(*rules).decide("10.0.0.1", None, 81).depth is Depth.IDENTIFY


def test_permissions_come_with_the_rule() -> None:
    rule = TargetRule("10.0.0.1", "any", Depth.SAMPLE, ("root",), True)
    decision = scope(rule, "10.0.0.0/8").decide("10.0.0.1", None, 3306)
    assert (decision.passwordless, decision.ransom_note, decision.address) == (("root",), True, "10.0.0.1")
    other = scope(rule, "10.0.0.0/8").decide("10.0.0.2", None, 3306)
    assert (other.passwordless, other.ransom_note) == ((), False)


@each(
    ("target", "host", "address", "port", "says"),
    [
        ("127.0.0.0/8", "10.0.0.1", None, 80, "no target of the grant covers 10.0.0.1"),
        ("*.x.test", "a.x.test", "10.0.0.1", 80, "private-use (RFC 1918): only [hosts] or a CIDR block"),
        ("0.0.0.0/0", "169.254.169.254", None, 80, "it needs a block inside 169.254.0.0/16"),
        ("*.x.test", "a.x.test", None, 80, "has no address"),
        ("*.x.test", "a.y.test", None, 80, "no target of the grant covers the name a.y.test"),
        ("224.0.0.1", "224.0.0.1", None, 80, "tieback never sends anything there"),
        ("127.0.0.1", "127.1", None, 80, "short form"),
        ("127.0.0.1", "127.0.0.1", None, 0, "0 is not a port"),
        ("127.0.0.1", "127.0.0.1", None, 65536, "65536 is not a port"),
    ],
)
def test_decisions_have_a_reason(target: str, host: str, address: str | None, port: int, says: str) -> None:
    assert says in scope(target).decide(host, address, port).reason


def test_the_port_is_in_the_reason() -> None:
    decision = scope(TargetRule("10.0.0.0/8", (9200, "27000-27100"), Depth.SAMPLE)).decide("10.0.0.1", None, 22)
    assert decision.reason == "port 22 is not among the ports of `10.0.0.0/8` (9200, 27000-27100)"


@pytest.mark.parametrize(("today", "says"), [(date(2027, 7, 1), "expired"), (date(2025, 1, 1), "not valid before")])
def test_outside_its_dates_a_grant_allows_nothing(today: date, says: str) -> None:
    decision = scope("127.0.0.0/8", today=today).decide("127.0.0.1", None, 80)
    assert not decision.allowed
    assert says in decision.reason


def test_a_grant_made_in_code_is_checked_too() -> None:
    with pytest.raises(GrantError):
        scope("127.1")
    with pytest.raises(GrantError):
        scope(hosts={"a.test": "127.1"})


def test_rules_by_name() -> None:
    judge = scope("*.x.test", "db.x.test", "10.0.0.0/8")
    assert [judge.names_rule(h) for h in ("db.x.test", "A.x.test.", "x.test", "10.0.0.1", "127.1")] == [
        "db.x.test",
        "*.x.test",
        "",
        "",
        "",
    ]
    assert [r.rule.match for r in judge.rules_for("db.x.test", "10.0.0.1")] == ["10.0.0.0/8", "db.x.test", "*.x.test"]


@given(st.ip_addresses(), st.integers(1, 65535))
@settings(max_examples=examples(100), deadline=None)
def test_name_rule_allows_only_global_unicast(address: IPv4Address | IPv6Address, port: int) -> None:
    decision = scope("*.x.test").decide("a.x.test", str(address), port)
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    assert decision.allowed is (special(mapped or address) is None)


@given(st.text(max_size=30), st.none() | st.text(max_size=30), st.integers())
@settings(max_examples=examples(100), deadline=None)
def test_any_input_is_decided(host: str, address: str | None, port: int) -> None:
    assert scope("*.x.test").decide(host, address, port).reason
