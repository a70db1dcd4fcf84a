"""Nmap's XML: open TCP ports, versions, what scripts say; hostile XML is refused."""

import pytest

from tests.unit.intake.reports.conftest import Reading
from tieback.intake.reports.nmap import Nmap
from tieback.model.errors import InputError
from tieback.model.passive import PassiveService
from tieback.model.probe import Access

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE nmaprun>\n<nmaprun scanner="nmap" args="nmap -sV">\n'


def host(ports: str, address: str = '<address addr="203.0.113.7" addrtype="ipv4"/>') -> str:
    return (
        f'<host starttime="1762000000" endtime="1762000100"><status state="up"/>{address}'
        '<address addr="00:00:5E:00:53:01" addrtype="mac"/>'
        f'<hostnames><hostname name="db.example.org" type="user"/></hostnames><ports>{ports}</ports></host>'
    )


def port(number: int = 27017, inner: str = "", state: str = "open", protocol: str = "tcp") -> str:
    return f'<port protocol="{protocol}" portid="{number}"><state state="{state}"/>{inner}</port>'


MONGO = '<service name="mongod" product="MongoDB" version="7.0.1" method="probed"/>'
LISTED = '<script id="mongodb-databases" output="&#xa;  databases&#xa;    0&#xa;      name = shop SECRET"/>'


@pytest.mark.parametrize(
    ("inner", "service", "claims", "note"),
    [
        (MONGO, "mongodb", Access.UNKNOWN, ""),
        (MONGO + LISTED, "mongodb", Access.OPEN, "script mongodb-databases"),
        (MONGO + '<script id="mongodb-databases" output="unauthorized"/>', "mongodb", Access.UNKNOWN, ""),
        ('<service name="mongod" method="table"/>', "mongodb", Access.UNKNOWN, "guessed from the port number"),
        ("", "", Access.UNKNOWN, ""),
    ],
    ids=["version", "listed", "refused", "by-port", "nothing"],
)
def test_ports(reading: Reading, inner: str, service: str, claims: Access, note: str) -> None:
    read = reading(Nmap(), HEAD + host(port(inner=inner)) + "<runstats/></nmaprun>")
    (fact,) = read.facts
    assert isinstance(fact, PassiveService)
    assert fact.places == ("203.0.113.7:27017", "db.example.org:27017")
    assert (fact.service, fact.claims, fact.note) == (service, claims, note)
    assert fact.seen == "2025-11-01T12:28:20Z"
    assert "SECRET" not in repr(fact)


def test_closed_and_udp_ports_are_nothing(reading: Reading) -> None:
    ports = port(1, state="closed") + port(2, state="open|filtered") + port(3, protocol="udp") + port(70000)
    assert reading(Nmap(), HEAD + host(ports) + "</nmaprun>").facts == []


def test_hosts_do_not_mix(reading: Reading) -> None:
    other = host(port(6379), '<address addr="2001:db8::1" addrtype="ipv6"/>')
    facts = reading(Nmap(), HEAD + host(port(1) + port(2)) + other + "</nmaprun>").facts
    found = [(fact.address, fact.port) for fact in facts if isinstance(fact, PassiveService)]
    assert found == [("203.0.113.7", 1), ("203.0.113.7", 2), ("2001:db8::1", 6379)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HEAD + "<host>", "no element found"),
        (HEAD + "</host>", "mismatched tag"),
        (HEAD.replace("<!DOCTYPE nmaprun>", '<!DOCTYPE n [<!ENTITY a "b">]>') + "</nmaprun>", "entity definitions"),
        (HEAD + "<a>" * 70, "nested too deep"),
        (HEAD.replace("UTF-8", "KLINGON"), "encoding"),
    ],
    ids=["cut", "mismatch", "entity", "deep", "encoding"],
)
def test_hostile_files_end_in_one_line(reading: Reading, text: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as raised:
        reading(Nmap(), text)
    assert "\n" not in raised.value.diagnostics()
