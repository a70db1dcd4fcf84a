"""InfluxDB 1 (Debian): open, with authentication, empty, and ransomed."""

from urllib.parse import quote

from msgspec.structs import replace

from tieback.lab.http_client import answers, call
from tieback.lab.interface import Kind, Place
from tieback.lab.people import rows
from tieback.lab.process import RunningServer
from tieback.lab.programs import Need, locate
from tieback.lab.serve import fresh_home, serve
from tieback.lab.store import KEEPER, Holding, Server, State, Store, lab_store
from tieback.model.probe import Access, RansomVerdict

_PROGRAM = Need("influxd", "Debian: influxdb")
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_RPC_OFFSET = 2
"""Offset of its backup port from the HTTP port, as by default (8088, 8086)."""


def start(place: Place) -> RunningServer:
    """Start it; with authentication, the first request creates its account (``load``)."""
    binary, store = str(locate(_PROGRAM)), place.store
    home = fresh_home(place)
    protected = str(store.state is State.PROTECTED).lower()
    (home.path / "influx.conf").write_text(
        f'reporting-disabled = true\nbind-address = "{store.address}:{store.port + _RPC_OFFSET}"\n'
        f'[meta]\ndir = "{home.path}/meta"\n[data]\ndir = "{home.path}/data"\nwal-dir = "{home.path}/wal"\n'
        f'[http]\nbind-address = "{store.address}:{store.port}"\nauth-enabled = {protected}\n',
        encoding="utf-8",
    )
    where = (store.address, store.port)
    server = serve(place, home, (binary, "-config", str(home.path / "influx.conf")), lambda: answers(where, "/ping"))
    return replace(server, version=call(where, "GET", "/ping").headers.get("x-influxdb-version", ""))


def load(store: Store, server: RunningServer) -> None:
    """Create the databases and write one series per record."""
    where = (server.address, server.port)
    if store.state is State.PROTECTED:
        # Without any account, this statement is allowed once without authentication.
        account = f"CREATE USER {KEEPER.user} WITH PASSWORD '{KEEPER.password}' WITH ALL PRIVILEGES"
        call(where, "POST", "/query", f"q={quote(account)}".encode(), _FORM, accept=(401, 403))
    login = KEEPER if store.state is State.PROTECTED else None
    for holding in store.holdings:
        database, measurement = holding.path
        for statement in (f'DROP DATABASE "{database}"', f'CREATE DATABASE "{database}"'):
            call(where, "POST", "/query", f"q={quote(statement)}".encode(), _FORM, login=login)
        lines = [
            f"{measurement},row=r{number} " + ",".join(f'{k}="{_plain(v)}"' for k, v in row.items())
            for number, row in enumerate(rows(holding.dataset, holding.records))
        ]
        call(where, "POST", f"/write?db={quote(database)}", "\n".join(lines).encode(), _FORM, login=login)


def _plain(value: object) -> str:
    return str(value).replace("\\", "").replace('"', "'").replace("\n", " ")


def count(store: Store, server: RunningServer, holding: Holding) -> int:
    """Rows of the measurement, counted by the field with the most values."""
    login = KEEPER if store.state is State.PROTECTED else None
    database, measurement = holding.path
    sql = quote(f'SELECT count(*) FROM "{measurement}"')  # noqa: S608 - a constant of this file
    told = call((server.address, server.port), "GET", f"/query?db={quote(database)}&q={sql}", login=login).json()
    series = told["results"][0].get("series")
    return max(series[0]["values"][0][1:]) if series else 0


_VISITS = (Holding(("reception", "visitors"), "visitors", 150),)
KIND = Kind(
    server=Server.INFLUXDB,
    needs=(_PROGRAM,),
    start=start,
    load=load,
    count=count,
    stores=(
        lab_store("influxdb-open", Server.INFLUXDB, 110, 8086, State.OPEN, Access.OPEN, holdings=_VISITS),
        lab_store(
            "influxdb-protected", Server.INFLUXDB, 111, 8086, State.PROTECTED, Access.AUTH_REQUIRED, holdings=_VISITS
        ),
        lab_store("influxdb-empty", Server.INFLUXDB, 112, 8086, State.EMPTY, Access.OPEN_EMPTY),
        lab_store(
            "influxdb-ransomed",
            Server.INFLUXDB,
            113,
            8086,
            State.RANSOMED,
            Access.OPEN,
            holdings=(Holding(("READ_ME_TO_RECOVER_YOUR_DATA", "README"), "ransom_note", 1),),
            ransom=RansomVerdict.LIKELY,
        ),
    ),
)
