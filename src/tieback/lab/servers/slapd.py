"""OpenLDAP (Debian ``slapd``): open to anonymous readers, with a login, and over TLS (``ldaps``)."""

import os
import re
from pathlib import Path

from tieback.lab.interface import LabProduct, StartContext
from tieback.lab.people import synthetic_rows
from tieback.lab.process import RunningServer, run_tool, unprivileged_account
from tieback.lab.programs import Need, locate
from tieback.lab.serve import PEM, ServerDirectory, accepts_connections, create_server_directory, serve
from tieback.lab.store import Holding, LabStore, ServerProgram, StoreState, lab_store
from tieback.model.probe import Access

_PROGRAM = Need("slapd", "Debian: slapd")
_ADD = Need("slapadd", "Debian: slapd")
_CAT = Need("slapcat", "Debian: slapd")
_SUFFIX = "dc=workhub,dc=test"
_DIRECT = "(entries)"
"""The entry of the suffix, and that of the unit."""
_CONFIG = "slapd.conf"


def start(place: StartContext) -> RunningServer:
    """Start it; its directory is loaded before it runs."""
    binary, store = str(locate(_PROGRAM)), place.store
    home = create_server_directory(place, keep_root=True)
    account = unprivileged_account()
    (home.path / "data").mkdir()
    (home.path / _CONFIG).write_text(_config(store, home), encoding="utf-8")
    drop: tuple[str, ...] = ()
    if account is not None:
        os.chown(home.path / "data", account.uid, account.gid)
        drop = ("-u", str(account.uid), "-g", str(account.gid))
    if store.holdings:
        words = (str(locate(_ADD)), "-q", "-f", str(home.path / _CONFIG))
        run_tool(words, directory=home.path, account=account, text=_entries(store))
    url = f"{'ldaps' if store.tls else 'ldap'}://{store.address}:{store.port}"
    version = re.search(r"slapd ([\d.]+)", run_tool(("/bin/sh", "-c", f"{binary} -VV 2>&1"), directory=home.path))
    return serve(
        place,
        home,
        (binary, "-f", str(home.path / _CONFIG), "-h", url, "-d", "0", *drop),
        lambda: accepts_connections(store.address, store.port),
        version=version[1] if version else "",
    )


def _config(store: LabStore, home: ServerDirectory) -> str:
    lines = [f"include /etc/ldap/schema/{name}.schema" for name in ("core", "cosine", "inetorgperson")]
    lines += ["modulepath /usr/lib/ldap", "moduleload back_mdb"]
    if store.tls:
        lines += [f"TLSCertificateFile {home.path}/{PEM}", f"TLSCertificateKeyFile {home.path}/{PEM}"]
    if store.state is StoreState.PROTECTED:
        lines += ["disallow bind_anon", "require authc"]
    lines += ["database mdb", "maxsize 10485760", f'suffix "{_SUFFIX}"', f"directory {home.path}/data"]
    return "\n".join([*lines, "access to * by * read", ""])


def _entries(store: LabStore) -> str:
    """LDIF (RFC 2849)."""
    parts = [f"dn: {_SUFFIX}\nobjectClass: dcObject\nobjectClass: organization\no: Workhub\ndc: workhub\n"]
    for holding in store.holdings:
        unit = holding.path[-1]
        if unit == _DIRECT:
            continue
        kind = unit.partition("=")[2]
        parts.append(f"dn: {unit},{_SUFFIX}\nobjectClass: organizationalUnit\nou: {kind}\n")
        parts += [
            f"dn: uid={row['employee_id']},{unit},{_SUFFIX}\nobjectClass: inetOrgPerson\nuid: {row['employee_id']}\n"
            f"cn: {row['first_name']}\nsn: {row['last_name']}\nmail: {row['email']}\n"
            for row in synthetic_rows(holding.dataset, holding.records)
        ]
    return "\n".join(parts)


def count(_store: LabStore, server: RunningServer, holding: Holding) -> int:
    """Entries directly below the entry of the holding, from ``slapcat``; for ``(entries)`` those in no unit."""
    home = Path(server.directory)
    told = run_tool((str(locate(_CAT)), "-f", str(home / _CONFIG), "-o", "ldif-wrap=no"), directory=home)
    if holding.path[-1] == _DIRECT:
        return len(re.findall(rf"(?m)^dn: (?:[^,]+,)?{re.escape(_SUFFIX)}$", told))
    return len(re.findall(rf"(?m)^dn: [^,]+,{re.escape(','.join(reversed(holding.path)))}$", told))


_PEOPLE = (Holding((_SUFFIX, "ou=People"), "employees", 130), Holding((_SUFFIX, _DIRECT), "", 2))
KIND = LabProduct(
    server=ServerProgram.SLAPD,
    needs=(_PROGRAM, _ADD, _CAT),
    start=start,
    count=count,
    stores=(
        lab_store(
            "ldap-open",
            ServerProgram.SLAPD,
            160,
            389,
            StoreState.OPEN,
            Access.OPEN,
            holdings=_PEOPLE,
            product="openldap",
        ),
        lab_store(
            "ldap-protected",
            ServerProgram.SLAPD,
            161,
            389,
            StoreState.PROTECTED,
            Access.AUTH_REQUIRED,
            holdings=_PEOPLE,
            # A server that refuses searches does not disclose its product.
            product="ldap",
        ),
        lab_store(
            "ldap-tls",
            ServerProgram.SLAPD,
            162,
            636,
            StoreState.OPEN,
            Access.OPEN,
            holdings=_PEOPLE,
            product="openldap",
            tls=True,
        ),
    ),
)
