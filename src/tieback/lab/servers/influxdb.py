"""InfluxDB 1 (Debian): open, with authentication, empty, and ransomed."""

from urllib.parse import quote

from msgspec.structs import replace

from tieback.lab.http_client import is_answering, send_request
from tieback.lab.interface import LabProduct, StartContext
from tieback.lab.people import synthetic_rows
from tieback.lab.process import RunningServer
from tieback.lab.programs import Need, locate
from tieback.lab.serve import create_server_directory, serve
from tieback.lab.store import LAB_ACCOUNT, Holding, LabStore, ServerProgram, StoreState, lab_store
from tieback.model.probe import Access, RansomVerdict

_PROGRAM = Need("influxd", "Debian: influxdb")
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_RPC_OFFSET = 2
"""Offset of its backup port from the HTTP port, as by default (8088, 8086)."""


def start(place: StartContext) -> RunningServer:
    """Start it; with authentication, the first request creates its account (``load``)."""
    binary, store = str(locate(_PROGRAM)), place.store
    home = create_server_directory(place)
    protected = str(store.state is StoreState.PROTECTED).lower()
    (home.path / "influx.conf").write_text(
        f'reporting-disabled = true\nbind-address = "{store.address}:{store.port + _RPC_OFFSET}"\n'
        f'[meta]\ndir = "{home.path}/meta"\n[data]\ndir = "{home.path}/data"\nwal-dir = "{home.path}/wal"\n'
        f'[http]\nbind-address = "{store.address}:{store.port}"\nauth-enabled = {protected}\n',
        encoding="utf-8",
    )
    where = (store.address, store.port)
    server = serve(
        place, home, (binary, "-config", str(home.path / "influx.conf")), lambda: is_answering(where, "/ping")
    )
    return replace(server, version=send_request(where, "GET", "/ping").headers.get("x-influxdb-version", ""))


def load(store: LabStore, server: RunningServer) -> None:
    """Create the databases and write one series per record."""
    where = (server.address, server.port)
    if store.state is StoreState.PROTECTED:
        # Without any account, this statement is allowed once without authentication.
        account = f"CREATE USER {LAB_ACCOUNT.user} WITH PASSWORD '{LAB_ACCOUNT.password}' WITH ALL PRIVILEGES"
        send_request(where, "POST", "/query", f"q={quote(account)}".encode(), _FORM, accept=(401, 403))
    login = LAB_ACCOUNT if store.state is StoreState.PROTECTED else None
    for holding in store.holdings:
        database, measurement = holding.path
        for statement in (f'DROP DATABASE "{database}"', f'CREATE DATABASE "{database}"'):
            send_request(where, "POST", "/query", f"q={quote(statement)}".encode(), _FORM, login=login)
        lines = [
            f"{measurement},row=r{number} " + ",".join(f'{k}="{_plain(v)}"' for k, v in row.items())
            for number, row in enumerate(synthetic_rows(holding.dataset, holding.records))
        ]
        send_request(where, "POST", f"/write?db={quote(database)}", "\n".join(lines).encode(), _FORM, login=login)


def _plain(value: object) -> str:
    return str(value).replace("\\", "").replace('"', "'").replace("\n", " ")


def count(store: LabStore, server: RunningServer, holding: Holding) -> int:
    """Rows of the measurement, counted by the field with the most values."""
    login = LAB_ACCOUNT if store.state is StoreState.PROTECTED else None
    database, measurement = holding.path
    sql = quote(f'SELECT count(*) FROM "{measurement}"')  # noqa: S608 - a constant of this file
    told = send_request(
        (server.address, server.port), "GET", f"/query?db={quote(database)}&q={sql}", login=login
    ).json()
    series = told["results"][0].get("series")
    return max(series[0]["values"][0][1:]) if series else 0


_VISITS = (Holding(("reception", "visitors"), "visitors", 150),)
KIND = LabProduct(
    server=ServerProgram.INFLUXDB,
    needs=(_PROGRAM,),
    start=start,
    load=load,
    count=count,
    stores=(
        lab_store("influxdb-open", ServerProgram.INFLUXDB, 110, 8086, StoreState.OPEN, Access.OPEN, holdings=_VISITS),
        lab_store(
            "influxdb-protected",
            ServerProgram.INFLUXDB,
            111,
            8086,
            StoreState.PROTECTED,
            Access.AUTH_REQUIRED,
            holdings=_VISITS,
        ),
        lab_store("influxdb-empty", ServerProgram.INFLUXDB, 112, 8086, StoreState.EMPTY, Access.OPEN_EMPTY),
        lab_store(
            "influxdb-ransomed",
            ServerProgram.INFLUXDB,
            113,
            8086,
            StoreState.RANSOMED,
            Access.OPEN,
            holdings=(Holding(("READ_ME_TO_RECOVER_YOUR_DATA", "README"), "ransom_note", 1),),
            ransom=RansomVerdict.LIKELY,
        ),
    ),
)
