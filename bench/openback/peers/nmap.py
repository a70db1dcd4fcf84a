"""nmap: ``-sV`` and those of its scripts for data stores that nmap itself puts into the category ``safe``.

Left out are all scripts of the categories ``brute``, ``intrusive``, ``exploit`` and ``dos``, scripts that log in,
such as ``mysql-empty-password`` and ``ftp-anon``, and ``mqtt-subscribe``, which would receive messages. Products
are those of ``-sV``. nmap names no state of access: ``open`` is claimed where a script prints data that needs no
login (``OPENING``), and ``closed`` where ``http-auth`` or a script reports that a login is needed. Otherwise there
is no claim. A store without records is ``open`` to nmap, which does not count them.
"""

import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.openback.peers import _stores
from bench.openback.peers._answers import UnsupportedError, ended, results
from bench.openback.peers._programs import ToolError, run
from bench.openback.schema import Case, Claim, Result

TOPICS = _stores.TOPICS
CLAIMS = _stores.CLAIMS
SCRIPTS = (
    "amqp-info", "cassandra-info", "couchdb-databases", "couchdb-stats", "hadoop-namenode-info", "hbase-master-info",
    "http-auth", "http-title", "ldap-rootdse", "membase-http-info", "memcached-info", "mongodb-databases",
    "mongodb-info", "mysql-info", "redis-info", "riak-http-info", "rsync-list-modules", "smb-protocols",
)  # fmt: skip
OPENING = {
    "couchdb-databases": "<", "couchdb-stats": "<", "memcached-info": "Total connections",
    "mongodb-databases": "totalSize", "redis-info": "Used memory", "rsync-list-modules": "\n",
    "riak-http-info": "\n", "membase-http-info": "\n",
}  # fmt: skip
"""Scripts whose output shows access without a login, and a text that it then has."""
REFUSED = ("authentication required", "noauth", "not authorized", "unauthorized", "authentication: yes", "401 ")
PRODUCTS = {
    "apache couchdb": "couchdb", "couchdb": "couchdb", "pouchdb": "couchdb", "docker registry": "docker-registry",
    "elasticsearch": "elasticsearch", "opensearch": "opensearch", "etcd": "etcd", "influxdb": "influxdb",
    "mariadb": "mariadb", "memcached": "memcached", "minio": "minio", "mongodb": "mongodb", "mosquitto": "mosquitto",
    "mysql": "mysql", "nats": "nats", "openldap": "openldap", "postgresql": "postgresql", "prometheus": "prometheus",
    "rabbitmq": "rabbitmq", "redis": "redis", "samba": "smb", "vsftpd": "ftp", "zookeeper": "zookeeper",
}  # fmt: skip
"""Product of openback for a word in nmap's product; the first that is contained."""
AT_ONCE = 8
MAX_OUTPUT = 4 << 20


def version() -> str | None:
    """Version of the program; ``None`` if it is not installed."""
    try:
        words = subprocess.run(["nmap", "--version"], capture_output=True, text=True, check=False).stdout.split()
    except OSError:
        return None
    return words[2] if len(words) > 2 else None


def claims(output: bytes) -> list[Claim] | None:
    """The claims of an XML report about one port; ``None`` if it states nothing that openback asks.

    Raises:
        ToolError: it is no XML, or too large.
    """
    if len(output) > MAX_OUTPUT or b"<!ENTITY" in output:
        raise ToolError("wrote a report that is too large or has entities")
    try:
        root = ET.fromstring(output)
    except ET.ParseError as error:
        raise ToolError(f"wrote no XML: {error}") from None
    found: list[Claim] = []
    for port in root.iter("port"):
        service = port.find("service")
        told = (
            " ".join(service.attrib.get(key, "") for key in ("product", "extrainfo", "name"))
            if service is not None
            else ""
        )
        fingerprint = service.attrib.get("servicefp", "") if service is not None else ""
        product = next((name for word, name in PRODUCTS.items() if word in told.lower()), "")
        if product == "mysql" and "MariaDB" in fingerprint + "".join(
            one.attrib.get("output", "") for one in port.iter("script")
        ):
            product = "mariadb"
        if product:
            found.append(Claim("product", product))
        access = _access({one.attrib.get("id", ""): one.attrib.get("output", "") for one in port.iter("script")})
        if access:
            found.append(Claim("access", access))
    return found or None


def _access(scripts: dict[str, str]) -> str:
    if any(mark in scripts[name] for name, mark in OPENING.items() if name in scripts if not _refuses(scripts[name])):
        return "open"
    return (
        "closed"
        if "http-auth" in scripts or any(_refuses(scripts[name]) for name in OPENING if name in scripts)
        else ""
    )


def _refuses(output: str) -> bool:
    return any(word in output.lower() for word in REFUSED)


def answer(cases: Sequence[Case], folder: Path) -> Iterator[Result]:
    """A result per case; several runs at once, as nmap mostly waits."""
    places = _stores.places(cases, folder)
    with TemporaryDirectory(prefix="openback-") as home, ThreadPoolExecutor(AT_ONCE) as pool:

        def scan(case: Case) -> bytes:
            place = places[case.id]
            words = ["-n", "-Pn", "-sT", "-sV", "--script", ",".join(SCRIPTS), "-oX", "-"]
            return ended(run(["nmap", *words, "-p", f"{place.port}", place.host], Path(home), network=True))

        scans = {case.id: pool.submit(scan, case) for case in cases if case.id in places}

        def decide(case: Case) -> Iterable[Claim] | None:
            if case.id not in scans:
                raise UnsupportedError("server not here")
            return claims(scans[case.id].result())

        yield from results("nmap", version(), cases, decide)
