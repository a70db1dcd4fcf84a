"""MariaDB (Debian): with a password, with a readable anonymous account, over TLS, empty, and ransomed.

The anonymous account accepts any user name: ``any_user``.
"""

import fcntl
import os
import re
import shutil
from pathlib import Path

from tieback.lab.interface import LabProduct, StartContext
from tieback.lab.people import Row, synthetic_rows
from tieback.lab.process import RunningServer, UnprivilegedUser, run_tool
from tieback.lab.programs import Need, locate
from tieback.lab.serve import PEM, accepts_connections, create_server_directory, serve
from tieback.lab.store import LAB_ACCOUNT, Holding, LabStore, ServerProgram, StoreState, lab_store
from tieback.lab.wheels import reachable_directory
from tieback.model.probe import Access, RansomVerdict

_PROGRAM = Need("mariadbd", "Debian: mariadb-server")
_INSTALL = Need("mariadb-install-db", "Debian: mariadb-server")
_CLIENT = Need("mariadb", "Debian: mariadb-client")


def start(place: StartContext) -> RunningServer:
    """Start it on a copy of one fresh installation; an init file loads the records before it listens."""
    binary, store = str(locate(_PROGRAM)), place.store
    locate(_CLIENT)
    home = create_server_directory(place)
    shutil.copytree(_template(place, home.account), home.path / "data")
    (home.path / "init.sql").write_text(_sql(store), encoding="utf-8")
    argv = (
        *(binary, "--no-defaults", f"--datadir={home.path}/data", f"--port={store.port}"),
        *(f"--bind-address={store.address}", f"--socket={home.path}/s", f"--init-file={home.path}/init.sql"),
        *(f"--pid-file={home.path}/pid", "--skip-name-resolve", "--innodb-buffer-pool-size=16M"),
        *("--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=OFF", "--performance-schema=OFF"),
        *((f"--ssl-cert={home.path}/{PEM}", f"--ssl-key={home.path}/{PEM}") if store.tls else ()),
        *(("--require-secure-transport=ON",) if store.tls else ("--skip-ssl",)),
    )
    version = re.search(r"Ver ([\w.+-]+)", run_tool((binary, "--version"), directory=home.path))
    return serve(
        place,
        home,
        argv,
        lambda: accepts_connections(store.address, store.port),
        version=version[1] if version else "",
    )


def _template(place: StartContext, account: UnprivilegedUser | None) -> Path:
    """A data directory from ``mariadb-install-db``, created once for all MariaDB stores of the lab."""
    shared = reachable_directory(place.directory.parent, account) / "mariadb"
    shared.mkdir(exist_ok=True)
    if account is not None:
        os.chown(shared, account.uid, account.gid)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        data, fresh = shared / "data", shared / "fresh"
        if not data.exists():
            shutil.rmtree(fresh, ignore_errors=True)
            words = (str(locate(_INSTALL)), "--no-defaults", f"--datadir={fresh}", "--skip-test-db")
            more = ("--auth-root-authentication-method=normal", "--skip-name-resolve")
            run_tool((*words, *more), directory=shared, account=account)
            fresh.rename(data)
    return data


def _sql(store: LabStore) -> str:
    """One statement per line, as required for an init file."""
    lines = [
        f"CREATE USER '{LAB_ACCOUNT.user}'@'127.0.0.0/255.0.0.0' IDENTIFIED BY '{LAB_ACCOUNT.password}'",
        f"GRANT ALL ON *.* TO '{LAB_ACCOUNT.user}'@'127.0.0.0/255.0.0.0'",
        # After installation, root has no password, but the lab's grant names no passwordless account.
        f"ALTER USER 'root'@'localhost' IDENTIFIED BY '{LAB_ACCOUNT.password}'",
        "DELETE FROM mysql.global_priv WHERE User = 'root' AND Host <> 'localhost'",
        "FLUSH PRIVILEGES",
    ]
    if store.state is not StoreState.PROTECTED:
        lines.append("CREATE USER ''@'127.0.0.0/255.0.0.0'")
    if store.state is StoreState.EMPTY:
        # Without a right on every table, the catalogue would not show that there is none.
        lines.append("GRANT SELECT ON *.* TO ''@'127.0.0.0/255.0.0.0'")
    for holding in store.holdings:
        database, table = holding.path
        made = synthetic_rows(holding.dataset, holding.records)
        columns = ", ".join(f"`{name}` {_type(value)}" for name, value in made[0].items())
        lines += [f"CREATE DATABASE `{database}`", f"CREATE TABLE `{database}`.`{table}` ({columns})"]
        values = ", ".join(map(_values, made))
        lines += [f"INSERT INTO `{database}`.`{table}` VALUES {values}"]  # noqa: S608 - the lab's own rows, quoted
        lines += [f"ANALYZE TABLE `{database}`.`{table}`"]
        if store.state is not StoreState.PROTECTED:
            lines.append(f"GRANT SELECT ON `{database}`.* TO ''@'127.0.0.0/255.0.0.0'")
    return "".join(f"{line};\n" for line in lines)


def _type(value: object) -> str:
    return "bigint" if isinstance(value, int) else "varchar(500)"


def _values(row: Row) -> str:
    texts = [str(value).replace("\\", "\\\\").replace("'", "\\'") for value in row.values()]
    return "(" + ",".join(f"'{text}'" for text in texts) + ")"


def count(store: LabStore, server: RunningServer, holding: Holding) -> int:
    """``count(*)``, by the product's own client over TCP."""
    database, table = holding.path
    there = f"SELECT count(*) FROM information_schema.tables WHERE table_schema='{database}'"  # noqa: S608 - ours
    if _client(store, server, there) == "0":
        return 0
    return int(_client(store, server, f"SELECT count(*) FROM `{database}`.`{table}`"))  # noqa: S608 - ours


def _client(store: LabStore, server: RunningServer, sql: str) -> str:
    login = (f"-u{LAB_ACCOUNT.user}", "--ssl" if store.tls else "--skip-ssl", "--disable-ssl-verify-server-cert")
    where = ("-h", server.address, "-P", str(server.port))
    words = (str(locate(_CLIENT)), "--no-defaults", *where, *login, "-BN", "-e", sql)
    environment = {"MYSQL_PWD": LAB_ACCOUNT.password}
    return run_tool(words, directory=Path(server.directory), environment=environment).strip()


_CUSTOMERS = (Holding(("loyalty", "customers"), "customers", 300),)
KIND = LabProduct(
    server=ServerProgram.MARIADB,
    needs=(_PROGRAM, _INSTALL, _CLIENT),
    start=start,
    count=count,
    stores=(
        lab_store(
            "mariadb-open", ServerProgram.MARIADB, 170, 3306, StoreState.OPEN, Access.ANY_USER, holdings=_CUSTOMERS
        ),
        lab_store(
            "mariadb-protected",
            ServerProgram.MARIADB,
            171,
            3306,
            StoreState.PROTECTED,
            Access.AUTH_REQUIRED,
            holdings=_CUSTOMERS,
        ),
        lab_store(
            "mariadb-tls",
            ServerProgram.MARIADB,
            172,
            3306,
            StoreState.OPEN,
            Access.ANY_USER,
            holdings=_CUSTOMERS,
            tls=True,
        ),
        lab_store("mariadb-empty", ServerProgram.MARIADB, 173, 3306, StoreState.EMPTY, Access.OPEN_EMPTY),
        lab_store(
            "mariadb-ransomed",
            ServerProgram.MARIADB,
            174,
            3306,
            StoreState.RANSOMED,
            Access.ANY_USER,
            holdings=(Holding(("READ_ME_TO_RECOVER_YOUR_DATA", "README"), "ransom_note", 1),),
            ransom=RansomVerdict.LIKELY,
        ),
    ),
)
