"""Non-standard ports: the whole lab on random high ports, ``tieback probe`` compared with ``nmap -sV`` on the same
ports.

Every address of the lab is probed on each port that any of its servers uses, so nearly all ports are closed. The tools
run as whole processes, start-up included. nmap is found on the PATH; without it the comparison is left out. redposture
needs the product of each address, with one module per product. It is run only for the stores that it has a module for.
It has an environment of its own, which ``tools/install-peers`` makes.
"""

import json
import os
import shutil
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen

from bench.measure import table

SUBNET = 73
SECONDS = 400
SCRIPTS = (
    "mongodb-info,mongodb-databases,mysql-info,mysql-empty-password,mysql-databases,redis-info,couchdb-databases,"
    "couchdb-stats,memcached-info,cassandra-info,ldap-rootdse,mqtt-subscribe,amqp-info,rsync-list-modules,ftp-anon,"
    "smb-protocols,http-title"
)
"""nmap's scripts for data stores, without those that guess passwords."""
REDPOSTURE = Path(__file__).parents[1] / ".cache" / "openback" / "redposture" / "bin" / "redposture"
MODULES = {
    "redis": ("redis", "valkey"),
    "mongodb": ("mongodb",),
    "elastic": ("opensearch",),
    "postgres": ("postgresql",),
    "etcd": ("etcd",),
    "zookeeper": ("zookeeper",),
    "docker-registry": ("docker-registry",),
    "minio": ("seaweedfs",),
}
"""Products of the lab by redposture module."""
FAMILY = {
    "valkey": ("valkey", "redis"),
    "redis-sentinel": ("redis", "sentinel"),
    "mariadb": ("mariadb", "mysql"),
    "mqtt": ("mqtt", "mosquitto"),
    "mosquitto": ("mqtt", "mosquitto"),
    "openldap": ("ldap",),
    "docker-registry": ("registry",),
    "smb": ("samba",),
    "opensearch": ("opensearch", "elasticsearch"),
    "pouchdb": ("couchdb", "pouchdb"),
    "python-http-server": ("simplehttpserver",),
    "": ("http",),
}
"""Words of nmap that count as the correct product. Without a product, only the protocol is visible."""


def run() -> str:
    """Measure, and return the report section."""
    from tieback.lab.state import Lab
    from tieback.lab.up import up

    with tempfile.TemporaryDirectory(prefix="tieback-bench-") as folder:
        lab = Lab(Path(folder) / "lab")
        begun = time.perf_counter()
        raised = up(lab, lambda _one: None, subnet=SUBNET, odd_ports=True)
        started = time.perf_counter() - begun
        try:
            stores = {one.store.name: one for one in raised if one.server is not None and one.store.is_store}
            return _compare(lab, stores, started, Path(folder))  # type: ignore[no-untyped-call,no-any-return]
        finally:
            with lab.locked():
                lab.stop_all()
                lab.purge()


def _compare(lab, stores, started, folder):  # type: ignore[no-untyped-def]
    places = {(one.server.address, one.server.port): one.store for one in stores.values()}
    ports = sorted({port for _, port in places})
    hosts = sorted({address for address, _ in places})
    targets = folder / "targets"
    targets.write_text("".join(f"{host}:{port}\n" for host in hosts for port in ports))
    command = ["tieback", "probe", "--targets", str(targets), "--grant", str(lab.grant), "--format", "json"]
    # The command ends with 3: most of the ports refuse.
    wall, cpu, said = _timed([str(Path(sys.executable).with_name("tieback")), *command[1:]])
    products, accesses = 0, 0
    wrong = []
    reports = {report["target"]: report for report in map(json.loads, said.splitlines())}
    for (address, port), store in places.items():
        report = reports.get(f"{address}:{port}", {})
        products += report.get("product") == store.product
        accesses += report.get("access") == store.access
        if (report.get("product"), report.get("access")) != (store.product, store.access):
            wrong.append(f"{store.name}: {report.get('product')} {report.get('access')}")
    rows = [_row("tieback probe, depth describe", wall, cpu, f"{products} of {len(places)}", f"{accesses}", 1.0, 1.0)]
    if shutil.which("nmap") is None:
        rows.append(["nmap -sV", "not installed here", "", "", "", "", ""])
    else:
        base = ["nmap", "-n", "-Pn", "-oX", "-", "-p", ",".join(map(str, ports)), *hosts]
        for name, more in (("nmap -sV", ["-sV"]), ("nmap -sV and its scripts", ["-sV", "--script", SCRIPTS])):
            if name != "nmap -sV" and not os.environ.get("TIEBACK_BENCH_SCRIPTS"):
                continue
            peer_wall, peer_cpu, xml = _timed([*base, *more])
            known = sum(_knows(places, element) for element in _open_ports(xml))
            right = f"{known} of {len(places)}"
            rows.append(_row(name, peer_wall, peer_cpu, right, "not reported", peer_wall / wall, peer_cpu / cpu))
    rows += _redposture(places, folder)  # type: ignore[no-untyped-call]
    closed = len(hosts) * len(ports) - len(places)
    text = (
        f"### Non-standard ports\n\nThe whole lab on random high ports: {len(places)} servers (started in "
        f"{started:.0f} s) among {closed:,} closed ports. Each tool runs once, as a whole process. nmap's product "
        "counts as right if it names the product's family. nmap does not report whether anonymous access is possible. "
        "`TIEBACK_BENCH_SCRIPTS=1` runs its scripts too. redposture receives the address and product of each store; "
        "its modules run one after the other.\n\n"
    )
    columns = ["what", "wall s", "CPU s", "right product", "right access", "x wall", "x CPU"]
    return text + table(columns, rows) + "".join(f"\nWrong: {one}\n" for one in wrong)


def _redposture(places, folder):  # type: ignore[no-untyped-def]
    if not REDPOSTURE.exists():
        return [["redposture", "not installed here", "", "", "", "", ""]]
    wall, cpu, asked, known, judged = 0.0, 0.0, 0, 0, 0
    for module, products in MODULES.items():
        own = {place: store for place, store in places.items() if store.product in products}
        targets = ",".join(f"{address}:{port}" for address, port in own)
        out = folder / f"{module}.jsonl"
        command = [str(REDPOSTURE), module, "-t", targets, "--no-color", "-f", "json", "-o", str(out)]
        spent = _timed(command)
        wall, cpu, asked = wall + spent[0], cpu + spent[1], asked + len(own)
        for found in map(json.loads, out.read_text().splitlines()):
            store = own.get((found.get("host"), found.get("port")))
            if store is not None and found.get("status") in ("open_no_auth", "auth_required"):
                known += 1
                judged += (found["status"] == "auth_required") == (store.access == "auth_required")
    return [
        [
            *_row("redposture", wall, cpu, f"provided; {known} of {asked} found", f"{judged} of {asked}", 0, 0)[:5],
            "",
            "",
        ]
    ]


def _row(
    name: str, wall: float, cpu: float, products: str, accesses: str, wall_ratio: float, cpu_ratio: float
) -> list[str]:
    return [name, f"{wall:.2f}", f"{cpu:.2f}", products, accesses, f"{wall_ratio:.0f}", f"{cpu_ratio:.1f}"]


def _timed(command: list[str]) -> tuple[float, float, str]:
    """Wall and CPU seconds of the process and all its children, and its standard output."""
    begun = time.perf_counter()
    with Popen(command, stdout=PIPE, stderr=DEVNULL, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
    return time.perf_counter() - begun, usage.ru_utime + usage.ru_stime, said


def _open_ports(xml: str):  # type: ignore[no-untyped-def]
    for host in ET.fromstring(xml).iter("host"):
        address = host.find("address")
        for port in host.iter("port"):
            state, service = port.find("state"), port.find("service")
            if address is not None and state is not None and state.get("state") == "open":
                told = " ".join(service.attrib.values()) if service is not None else ""
                yield (address.get("addr"), int(port.get("portid", 0))), told.lower()


def _knows(places, found) -> bool:  # type: ignore[no-untyped-def]
    place, told = found
    store = places.get(place)
    return store is not None and any(word in told for word in FAMILY.get(store.product, (store.product,)))
