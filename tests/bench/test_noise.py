"""The labelled hosts of packages: a table that can be trusted, and its score."""

import ipaddress

from bench.noise import PARTS, Package, Score, labelled, read_twice, score

LABELS = ("backend", "noise", "link")


def test_every_package_has_an_origin_and_known_labels() -> None:
    packages = labelled()
    assert len(packages) >= 70
    assert {package.part for package in packages} == set(PARTS)
    assert all(package.origin and len(package.digest) == 16 for package in packages)
    assert {label for package in packages for label in package.hosts.values()} == set(LABELS)
    assert len({package.name for package in packages}) == len(packages)


def test_no_source_is_in_both_parts() -> None:
    parts: dict[str, set[str]] = {}
    for package in labelled():
        owner, is_public, _ = package.origin.partition("/")
        source = owner if is_public and owner.startswith("github:") else package.name.partition("-")[0]
        parts.setdefault(source, set()).add(package.part)
    assert all(len(one) == 1 for one in parts.values())


LOST = "set 23"
"""Its labels were lost before they were recorded: only its scores are left, in docs/benchmarks/unseen-apps.md."""


def test_a_package_is_in_one_numbered_set_or_in_none() -> None:
    sets = {package.chosen for package in labelled()} | {LOST}
    assert sets == {"", *(f"set {number}" for number in range(1, len(sets)))}
    assert not [package for package in labelled() if package.chosen == LOST]


def test_names_that_are_only_of_use_near_the_device_are_no_back_ends() -> None:
    ends = {host for package in labelled() for host, label in package.hosts.items() if label == "backend"}
    addresses = {ipaddress.ip_address(host) for host in ends if host.replace(".", "").isdigit()}
    assert addresses
    assert not [host for host in ends if "." not in host and ":" not in host]
    assert not [one for one in addresses if one.is_loopback or one.is_multicast or one.is_reserved]
    assert not addresses & {ipaddress.ip_address("10.0.2.2"), ipaddress.ip_address("10.0.3.2")}


def test_links_for_people_count_neither_way() -> None:
    package = Package("a", "held", "0", "x", {"a": "backend", "b": "noise", "c": "link", "d": "backend"})
    found = score(package, {"a", "b", "c", "e"})
    assert found == Score(1, 2, 1)
    assert (found.precision, found.recall) == (1 / 3, 1 / 2)
    assert not found.exact
    assert score(package, {"a", "c", "d"}).exact


def test_hosts_of_packages_that_were_labelled_twice_are_compared() -> None:
    pairs = read_twice(labelled())
    # One of the seven that differ is the host of an identity pool, which the second reader labelled by the pool's name.
    assert len(pairs) == 289
    assert sum(one == two for one, two in pairs) == 282
    assert set(pairs) <= {(one, two) for one in LABELS for two in LABELS}
