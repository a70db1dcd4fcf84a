"""Addresses: what is special, and how they are written."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.scope.address import blocks, parse_address, parse_network, special


@each(
    ("address", "name"),
    [
        ("0.0.0.0", "this network"),
        ("10.1.2.3", "private-use"),
        ("100.64.0.1", "shared"),
        ("127.0.0.1", "loopback"),
        ("169.254.169.254", "link-local"),
        ("168.63.129.16", "platform service"),
        ("172.31.255.255", "private-use"),
        ("192.0.2.1", "documentation"),
        ("192.168.0.1", "private-use"),
        ("198.19.0.1", "benchmarking"),
        ("224.0.0.1", "multicast"),
        ("240.0.0.1", "reserved"),
        ("255.255.255.255", "limited broadcast"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("::7f00:1", "IPv4-compatible"),
        ("64:ff9b::7f00:1", "NAT64"),
        ("64:ff9b:1::1", "NAT64"),
        ("2001:0:1::1", "Teredo"),
        ("2001:db8::1", "documentation"),
        ("2002:7f00:1::", "6to4"),
        ("fc00::1", "unique-local"),
        ("fe80::1", "link-local"),
        ("ff02::1", "multicast"),
        ("4000::1", "reserved"),
        ("fec0::1", "site-local"),
    ],
)
def test_special_blocks(address: str, name: str) -> None:
    block = special(parse_address(address))
    assert block is not None
    assert block.name.startswith(name)


@each("address", ["8.8.8.8", "172.32.0.1", "100.128.0.1", "223.255.255.255", "2600::1", "2a00::1"])
def test_global_unicast_addresses(address: str) -> None:
    assert special(parse_address(address)) is None


def test_the_narrowest_block_comes_first() -> None:
    lengths = [block.network.prefixlen for block in blocks()]
    assert lengths == sorted(lengths, reverse=True)


@pytest.mark.parametrize(
    ("text", "meant"),
    [("::ffff:127.0.0.1", "127.0.0.1"), ("::FFFF:7f00:1", "127.0.0.1"), ("2001:DB8:0::1", "2001:db8::1")],
)
def test_addresses_are_canonical(text: str, meant: str) -> None:
    assert str(parse_address(text)) == meant


@each("text", ["", "127.1", "0177.0.0.1", "fe80::1%eth0", "1.2.3.4/32", "a", "1.2.3.4 ", "٣.1.1.1"])
def test_invalid_addresses_are_rejected(text: str) -> None:
    with pytest.raises(ValueError, match="address"):
        parse_address(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("::ffff:127.0.0.0/104", "127.0.0.0/8"),
        ("::/0", "::/0"),
        ("1.2.3.4/32", "1.2.3.4/32"),
    ],
)
def test_networks(text: str, meant: str) -> None:
    assert str(parse_network(text)) == meant


@each("text", ["10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/255.0.0.0", "10.0.0.0/", "/8", "fe80::%1/64"])
def test_invalid_networks_are_rejected(text: str) -> None:
    with pytest.raises(ValueError, match=r"CIDR|after its prefix"):
        parse_network(text)


@given(st.ip_addresses())
@settings(max_examples=examples(100), deadline=None)
def test_an_address_reads_back(address: IPv4Address | IPv6Address) -> None:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    assert parse_address(str(address)) == (mapped or address)


@given(st.ip_addresses(v=4))
@settings(max_examples=examples(100), deadline=None)
def test_special_block_table_covers_what_python_covers(address: IPv4Address) -> None:
    if special(address) is None:
        assert address.is_global
