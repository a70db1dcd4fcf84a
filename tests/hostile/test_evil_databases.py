"""Databases whose owner set traps: everything that an owner can define reports when it runs, and no probe runs any.

The owner has no special privileges. The probe runs as a superuser, which is what such an owner would like to use. A
function of PostgreSQL reports by ``RAISE LOG``, which a read-only transaction does not stop; one of MariaDB by a file.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.lab.ports import free_port
from tests.lab.stores import HOST, LOOPBACK, SocketDriver, mariadb, stopped_after
from tieback.lab.postgres import psql, start_postgres
from tieback.lab.process import RunningServer
from tieback.model.backend import Candidate, Route
from tieback.model.errors import LabError
from tieback.model.figure import exact
from tieback.model.grant import Depth, TargetRule
from tieback.model.probe import Container, Field, ProbeReport
from tieback.pipeline.probing.targets import ProbeRunSettings, probe_targets
from tieback.probes.interface import SampledColumn
from tieback.probes.stores.mysql import queries as mysql_queries
from tieback.probes.stores.mysql.probe import MysqlProbe
from tieback.probes.stores.postgresql import queries
from tieback.probes.stores.postgresql.probe import PostgresqlProbe
from tieback.scope.conversation import Target

pytestmark = [pytest.mark.servers, pytest.mark.filterwarnings("ignore:Parsed a serial number")]

TRIP = """CREATE FUNCTION public.trip(what pg_catalog.text) RETURNS pg_catalog.text LANGUAGE plpgsql IMMUTABLE
AS $$BEGIN RAISE LOG 'TRIPWIRE %', what; RETURN what; END$$"""


def function(name: str, arguments: str, result: str, value: str) -> str:
    """A function that reports its call and returns ``value``."""
    body = f"BEGIN RAISE LOG 'TRIPWIRE function {name}({arguments})'; RETURN {value}; END"
    name = name if "." in name else f'public."{name}"'
    return f"CREATE FUNCTION {name}({arguments}) RETURNS {result} LANGUAGE plpgsql IMMUTABLE AS $${body}$$"


PAIRS = [
    *("name,name", "name,text", "text,text", "oid,oid", '"char","char"', "bool,bool", "int2,int4", "int2,int2"),
    *("int8,int8", "text,name", "oid,int4", "oid,int8"),
]
OPERATORS = {"=": "true", "<>": "true", "!~": "true", "~": "true", ">": "true", "<": "true", "~~": "true"}


def operators() -> Iterator[str]:
    for place, sign in enumerate(OPERATORS):
        for number, pair in enumerate(PAIRS):
            left, right = (f"pg_catalog.{kind}" for kind in pair.split(","))
            name = f"public.operator_{place}_{number}"
            yield function(name, f"{left}, {right}", "pg_catalog.bool", "true")
            yield f"CREATE OPERATOR public.{sign} (LEFTARG = {left}, RIGHTARG = {right}, FUNCTION = {name})"


FUNCTIONS = [
    *(function(name, "pg_catalog.oid", "pg_catalog.int8", "1") for name in ("pg_relation_size", "pg_database_size")),
    function("pg_total_relation_size", "pg_catalog.oid", "pg_catalog.int8", "1"),
    function("has_table_privilege", "pg_catalog.oid, pg_catalog.text", "pg_catalog.bool", "true"),
    function("has_database_privilege", "pg_catalog.oid, pg_catalog.text", "pg_catalog.bool", "true"),
    function("format_type", "pg_catalog.oid, pg_catalog.int4", "pg_catalog.text", "'x'"),
    function("left", "pg_catalog.text, pg_catalog.int4", "pg_catalog.text", "'x'"),
    function("concat_ws", "pg_catalog.text, pg_catalog.text", "pg_catalog.text", "'x'"),
    function("current_setting", "pg_catalog.text", "pg_catalog.text", "'on'"),
    function("pg_control_system", "", "pg_catalog.text", "'x'"),
]
CATALOGUE = {
    "pg_class": "oid, relname, relnamespace, relkind, reltuples",
    "pg_attribute": "attrelid, attname, atttypid, atttypmod, attnum, attisdropped",
    **dict.fromkeys(("pg_namespace", "pg_type", "pg_database", "pg_stat_user_tables", "pg_index", "pg_depend"), "*"),
    **dict.fromkeys(("pg_statistic_ext", "pg_settings"), "*"),
}
VIEWS = [
    f"CREATE VIEW public.{name} AS SELECT {columns} FROM pg_catalog.{name} WHERE public.trip('view {name}') IS NOT NULL"
    for name, columns in CATALOGUE.items()
]
TABLES = [
    # What a read of the table would run.
    "CREATE TYPE public.mail AS (a pg_catalog.text)",
    function("mail_text", "public.mail", "pg_catalog.text", "'x'"),
    "CREATE CAST (public.mail AS pg_catalog.text) WITH FUNCTION public.mail_text(public.mail)",
    "CREATE TABLE public.casted (id int4, email public.mail)",
    "INSERT INTO casted VALUES (1, row('a')::public.mail)",
    "CREATE TYPE public.mood AS ENUM ('sad')",
    function("mood_text", "public.mood", "pg_catalog.text", "'x'"),
    "CREATE CAST (public.mood AS pg_catalog.text) WITH FUNCTION public.mood_text(public.mood)",
    "CREATE TABLE public.enumerated (id int4, email public.mood)",
    "INSERT INTO enumerated VALUES (1, 'sad')",
    "CREATE TABLE public.readme_to_recover (content text)",
    "INSERT INTO readme_to_recover VALUES ('All your data is backed up. Pay 0.01 BTC')",
    function("row_text", "public.readme_to_recover", "pg_catalog.text", "'Pay 0.01 BTC'"),
    "CREATE CAST (public.readme_to_recover AS pg_catalog.text) WITH FUNCTION public.row_text(public.readme_to_recover)",
    "CREATE DOMAIN public.checked_text AS pg_catalog.text CHECK (public.trip('domain') IS NOT NULL)",
    "CREATE TABLE public.domained (id int4, email public.checked_text)",
    "INSERT INTO domained VALUES (1, 'a')",
    "CREATE TABLE public.generated (id int4, email text, s text GENERATED ALWAYS AS (public.trip('stored')) STORED)",
    "INSERT INTO generated VALUES (1, 'a')",
    "CREATE TABLE public.secured (id int4, email text)",
    "INSERT INTO secured VALUES (1, 'a')",
    "CREATE POLICY p ON public.secured USING (public.trip('policy') IS NOT NULL)",
    "ALTER TABLE public.secured ENABLE ROW LEVEL SECURITY",
    "CREATE TABLE public.indexed (id int4, email text)",
    "INSERT INTO indexed VALUES (1, 'a')",
    "CREATE INDEX ON public.indexed ((email || public.trip('index expression')))",
    "CREATE TABLE public.partial (id int4, email text)",
    "INSERT INTO partial VALUES (1, 'a')",
    "CREATE INDEX ON public.partial (id) WHERE public.trip('index predicate') = 'x'",
    "CREATE TABLE public.measured (id int4, email text)",
    "INSERT INTO measured VALUES (1, 'a')",
    "CREATE STATISTICS public.measures ON (email || public.trip('statistics')), id FROM public.measured",
    "CREATE TABLE public.checked (id int4, email text, CHECK (public.trip('check') = 'check'))",
    "INSERT INTO checked VALUES (1, 'a')",
    "CREATE TABLE public.ruled (id int4, email text DEFAULT public.trip('default'))",
    "INSERT INTO ruled VALUES (1, 'a')",
    "CREATE RULE r AS ON INSERT TO public.ruled DO ALSO SELECT public.trip('rule')",
    "CREATE TABLE public.parent (id int4, email text)",
    "CREATE TABLE public.child (trap text) INHERITS (public.parent)",
    "INSERT INTO parent VALUES (1, 'a')",
    "CREATE INDEX ON public.child ((email || public.trip('index of a child')))",
    "CREATE TABLE public.ancestor (id int4, email text)",
    "INSERT INTO ancestor VALUES (1, 'a')",
    "CREATE VIEW public.viewed AS SELECT 1 AS id, public.trip('view') AS email",
    "CREATE MATERIALIZED VIEW public.kept AS SELECT 1 AS id, public.trip('materialised view') AS email",
    "CREATE TABLE public.honest (id int4 PRIMARY KEY, email text)",
    "INSERT INTO honest SELECT g, 'p' || g || '@hr.test' FROM generate_series(1, 9) g",
    "CREATE INDEX ON public.honest (lower(email)) WHERE id > 3",
]
FOREIGN = [
    # Nothing listens there: a read fails.
    "CREATE SERVER nowhere FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '1')",
    "CREATE USER MAPPING FOR PUBLIC SERVER nowhere OPTIONS (user 'x', password 'y')",
    "CREATE FOREIGN TABLE public.elsewhere () INHERITS (public.ancestor) SERVER nowhere",
]
VIRTUAL = [
    "CREATE TABLE public.virtual (id int4, email text, v text GENERATED ALWAYS AS (left(email, 3)) VIRTUAL)",
    "INSERT INTO virtual VALUES (1, 'a')",
]
DEFAULTS = [
    *("search_path = public, pg_catalog", "default_transaction_read_only = off", "constraint_exclusion = on"),
    *("row_security = on", "statement_timeout = 0", "lock_timeout = 0", "standard_conforming_strings = off"),
    *("default_transaction_isolation = serializable", "default_transaction_deferrable = on", "role = lowly"),
]
LAST = ["CREATE DOMAIN public.text AS pg_catalog.text", "CREATE DOMAIN public.int8 AS pg_catalog.int8"]
SAFE = {"honest": {"id", "email"}, "checked": {"id", "email"}, "ruled": {"id", "email"}, "parent": {"id", "email"}}
"""Tables that may be read, and their columns."""
ANY = {"generated": {"id", "email"}, "casted": {"id"}, "enumerated": {"id"}, "domained": {"id"}}
"""Tables of which only some columns may be read."""


@pytest.fixture(scope="module")
def evil_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with stopped_after(start_postgres(tmp_path_factory.mktemp("pg-evil"), HOST, free_port())) as server:
        psql(
            server,
            "CREATE ROLE lowly LOGIN",
            "CREATE DATABASE readme_to_recover OWNER lowly",
            "CREATE ROLE guest LOGIN",
        )
        admin = ("CREATE EXTENSION postgres_fdw", "GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO lowly")
        psql(server, *admin, database="readme_to_recover")
        as_owner(server, TRIP, *TABLES, *VIRTUAL)
        psql(server, "GRANT pg_read_all_data TO guest", "ANALYZE", database="readme_to_recover")
        as_owner(server, *FOREIGN)
        as_owner(server, *FUNCTIONS, *operators(), *VIEWS, *LAST)
        for setting in DEFAULTS:
            as_owner(server, f"ALTER DATABASE readme_to_recover SET {setting}")
        yield server


def as_owner(server: RunningServer, *statements: str) -> str:
    begin = ("SET SESSION AUTHORIZATION lowly", "SET search_path = pg_catalog, public")
    return psql(server, *begin, *statements, database="readme_to_recover")


def tripped(server: RunningServer, since: int = 0) -> list[str]:
    """What ran after the first ``since`` bytes of the server's log."""
    log = (Path(server.directory) / "server.log").read_bytes()[since:].decode("utf-8", "replace")
    return sorted(set(re.findall(r"TRIPWIRE (.*)", log)))


def log_size(server: RunningServer) -> int:
    return (Path(server.directory) / "server.log").stat().st_size


async def scanned(server: RunningServer, folder: Path, account: str, depth: Depth) -> ProbeReport:
    """The report of a whole scan with samples, ransom notes and scans allowed."""
    rule = TargetRule("127.0.0.0/8", "any", depth, (account,), ransom_note=True, scans=True)
    permission = msgspec.structs.replace(LOOPBACK, target=(rule,))
    candidate = Candidate(server.address, server.port, server.product, Route.NAMED, (), "the test")
    settings = ProbeRunSettings(folder / "audit.jsonl", folder / "t.jsonl")
    (report,) = [one async for one in probe_targets([candidate], permission, settings)]
    return report


TRAPS = {
    "SELECT email::pg_catalog.text FROM public.casted": "function mail_text",
    "SELECT email::pg_catalog.text FROM public.enumerated": "function mood_text",
    "SELECT t::pg_catalog.text FROM public.readme_to_recover t": "function row_text",
    "SELECT id FROM public.indexed": "index expression",
    "SELECT id FROM public.partial": "index predicate",
    "SELECT id FROM public.measured": "statistics",
    "SELECT id FROM public.checked WHERE id > 0": "check",
    "SELECT id FROM public.parent": "index of a child",
    "SELECT id FROM public.viewed WHERE email = 'x'": "view",
    "SELECT 1 FROM pg_class LIMIT 1": "view pg_class",
    "SELECT 'a'::pg_catalog.name !~ 'b'": "function public.operator_2_0",
    "SELECT \"left\"('a'::pg_catalog.text, 1)": "function left",
}


@pytest.mark.parametrize(("sql", "trap"), TRAPS.items(), ids=TRAPS.values())
def test_the_traps_work(evil_postgres: RunningServer, sql: str, trap: str) -> None:
    since = log_size(evil_postgres)
    psql(evil_postgres, sql, database="readme_to_recover")
    assert any(found.startswith(trap) for found in tripped(evil_postgres, since)), tripped(evil_postgres, since)


@pytest.mark.parametrize("account", ["postgres", "guest"])
@pytest.mark.parametrize("depth", list(Depth))
async def test_a_scan_runs_nothing_of_the_owner(
    evil_postgres: RunningServer, tmp_path: Path, account: str, depth: Depth
) -> None:
    since = log_size(evil_postgres)
    report = await scanned(evil_postgres, tmp_path, account, depth)
    assert tripped(evil_postgres, since) == []
    tables = {container.path[-1] for container in report.containers}
    assert ("honest" in tables) is depth.allows(Depth.ENUMERATE), report


async def test_only_plain_tables_are_counted(evil_postgres: RunningServer, tmp_path: Path) -> None:
    # Without statistics, the rows of plain tables are counted.
    own = ("SET SESSION AUTHORIZATION DEFAULT", "SET ROLE NONE", "SET search_path = pg_catalog")
    forget = "UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE relnamespace = 'public'::regnamespace"
    psql(evil_postgres, *own, forget, "SELECT pg_stat_reset()", database="readme_to_recover")
    since = log_size(evil_postgres)
    report = await scanned(evil_postgres, tmp_path, "postgres", Depth.DESCRIBE)
    assert tripped(evil_postgres, since) == []
    counted = {
        container.path[-1]: container.records.value
        for container in report.containers
        if container.records is not None and container.records.method == queries.COUNTS[0].name
    }
    assert counted["honest"] == 9
    traps = {"indexed", "partial", "measured", "secured", "viewed", "kept"}
    assert not traps & counted.keys()


@pytest.mark.parametrize("account", ["postgres", "guest"])
@pytest.mark.parametrize("skipped", range(len(queries.GUARDS)))
def test_only_plain_tables_are_read(
    evil_postgres: RunningServer, monkeypatch: pytest.MonkeyPatch, account: str, skipped: int
) -> None:
    # Older servers refuse the first ones.
    monkeypatch.setattr(queries, "GUARDS", queries.GUARDS[skipped:])
    probe, target = PostgresqlProbe(), Target(HOST, evil_postgres.port)
    names = psql(
        evil_postgres,
        "SET search_path = pg_catalog",
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm', 'f')",
        database="readme_to_recover",
    )
    fields = tuple(Field(name, "text") for name in ("id", "email", "content", "s", "v", "trap"))
    containers = [Container(("readme_to_recover", "public", name), "table", fields=fields) for name in names.split()]
    assert len(containers) > 20
    since = log_size(evil_postgres)
    found: tuple[SampledColumn, ...] = SocketDriver(probe, target).converse(probe.sample(target, containers, account))
    notes = {
        container.path[-1]: SocketDriver(probe, target).converse(probe.note(target, container, account))
        for container in containers
    }
    assert tripped(evil_postgres, since) == []
    read: dict[str, set[str]] = {}
    for column in found:
        read.setdefault(column.container[-1], set()).add(column.field)
    for table, columns in {**SAFE, **ANY, "ancestor": {"id", "email"}, "readme_to_recover": {"content"}}.items():
        assert read.pop(table) == columns, table
    assert read == {}
    assert b"0.01 BTC" in notes["readme_to_recover"]
    assert notes["viewed"] == notes["indexed"] == notes["secured"] == b""
    with pytest.raises(LabError, match="Is the server running"):
        psql(evil_postgres, "SELECT * FROM public.ancestor", database="readme_to_recover")


def sql_trip(name: str) -> str:
    """A function of MariaDB that leaves a file if root calls it, which a read-only transaction does not stop."""
    file = f"{{folder}}/data/trip-{name}"
    return (
        f"CREATE FUNCTION lowdb.`{name}`(a TEXT, b TEXT) RETURNS TEXT DETERMINISTIC SQL SECURITY INVOKER BEGIN"
        " IF CURRENT_USER() LIKE 'root@%' THEN BEGIN DECLARE CONTINUE HANDLER FOR 1086 BEGIN END;"
        f" SELECT 1 INTO OUTFILE '{file}'; END; END IF; RETURN 'Pay 0.01 BTC'; END$$"
    )


OWNER = """
CREATE TABLE lowdb.honest (id int PRIMARY KEY, email varchar(99), g varchar(9) AS (left(email, 3)) VIRTUAL,
  s varchar(9) AS (left(email, 2)) STORED);
INSERT INTO lowdb.honest (id, email) VALUES (1, 'a@hr.test'), (2, 'b@hr.test');
CREATE TABLE lowdb.nothing (id int PRIMARY KEY);
CREATE TABLE lowdb.triggered (id int PRIMARY KEY, email varchar(99));
INSERT INTO lowdb.triggered VALUES (1, 'a@hr.test');
CREATE TRIGGER lowdb.t1 BEFORE INSERT ON lowdb.triggered FOR EACH ROW SET NEW.email = lowdb.t_trip('a', 'b');
CREATE TRIGGER lowdb.t2 BEFORE UPDATE ON lowdb.triggered FOR EACH ROW SET NEW.email = lowdb.t_trip('a', 'b');
CREATE TRIGGER lowdb.t3 BEFORE DELETE ON lowdb.triggered FOR EACH ROW SET @a = lowdb.t_trip('a', 'b');
CREATE SQL SECURITY INVOKER VIEW lowdb.readme_to_recover AS SELECT 1 AS id, lowdb.t_trip('a', 'b') AS email;
CREATE SQL SECURITY INVOKER VIEW lowdb.derived AS SELECT * FROM (SELECT lowdb.t_trip('a', 'b') AS email LIMIT 1) d;
CREATE SQL SECURITY INVOKER VIEW lowdb.rounded AS SELECT ROUND(1.5, lowdb.t_trip('a', 'b')) AS email;
CREATE SQL SECURITY INVOKER VIEW lowdb.chosen AS SELECT id, email FROM lowdb.honest
  WHERE email IN (lowdb.t_trip('a', 'b'), 'x') AND id BETWEEN lowdb.t_trip('a', 'b') AND 9;
"""
REMOTE = """
CREATE TABLE lowdb.remote (id int PRIMARY KEY, email varchar(99)) ENGINE=FEDERATED
  CONNECTION='mysql://remote@127.0.0.1:{port}/lowdb/honest';
"""


def client(server: RunningServer, sql: str, account: str = "root") -> str:
    program = shutil.which("mariadb")
    assert program is not None
    words = [program, "--no-defaults", "-N", "-h", HOST, "-P", str(server.port), "-u", account]
    done = subprocess.run(words, input=sql, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-300:]
    return done.stdout


@pytest.fixture(scope="module")
def evil_mariadb() -> Iterator[RunningServer]:
    accounts = (
        "CREATE DATABASE lowdb; CREATE USER 'lowly'@'127.0.0.1'; GRANT ALL ON lowdb.* TO 'lowly'@'127.0.0.1';"
        "CREATE USER 'remote'@'127.0.0.1'; GRANT SELECT ON lowdb.* TO 'remote'@'127.0.0.1';"
        "INSTALL SONAME 'ha_federatedx'; SET GLOBAL log_bin_trust_function_creators = 1;"
        "SET GLOBAL general_log_file = 'general.log'; SET GLOBAL general_log = 1;"
    )
    for server in mariadb("mariadb-evil", accounts):
        trips = "".join(sql_trip(name) for name in ("t_trip", "count", "left", "concat_ws"))
        client(server, f"DELIMITER $$\n{trips.format(folder=server.directory)}", "lowly")
        client(server, OWNER, "lowly")
        yield server


def trips(server: RunningServer) -> list[str]:
    """The files that functions left, which are removed, and the connections of the account of a remote table."""
    files = list((Path(server.directory) / "data").glob("trip-*"))
    for file in files:
        file.unlink()
    log = Path(server.directory) / "data" / "general.log"
    remote = ["remote"] * (re.search(r"Connect\s+remote@", log.read_text(errors="replace")) is not None)
    log.write_bytes(b"")
    return [*(file.name for file in files), *remote]


SQL_TRAPS = [
    "SELECT email FROM lowdb.readme_to_recover",
    "SELECT email FROM lowdb.derived",
    "SELECT * FROM lowdb.chosen",
    "SELECT email FROM lowdb.rounded",
    # Without a read of the view.
    "SELECT TABLE_NAME, TABLE_ROWS FROM information_schema.TABLES",
    "SELECT TABLE_NAME, COLUMN_NAME FROM information_schema.COLUMNS",
]


@pytest.mark.parametrize("sql", SQL_TRAPS)
def test_the_traps_of_mariadb_work(evil_mariadb: RunningServer, sql: str) -> None:
    trips(evil_mariadb)
    client(evil_mariadb, sql)
    assert trips(evil_mariadb) == ["trip-t_trip"]


@pytest.mark.parametrize("remote", [False, True])
@pytest.mark.parametrize("depth", list(Depth))
async def test_a_scan_of_mariadb_runs_nothing_of_the_owner(
    evil_mariadb: RunningServer, tmp_path: Path, depth: Depth, remote: bool
) -> None:
    client(evil_mariadb, "DROP TABLE IF EXISTS lowdb.remote")
    if remote:
        client(evil_mariadb, REMOTE.format(port=evil_mariadb.port), "lowly")
    client(evil_mariadb, "FLUSH TABLES")
    trips(evil_mariadb)
    report = await scanned(evil_mariadb, tmp_path, "root", depth)
    assert trips(evil_mariadb) == []
    tables = {container.path[-1]: container for container in report.containers}
    assert ("honest" in tables) is depth.allows(Depth.ENUMERATE), report
    if "honest" in tables:
        assert ("remote" in tables, tables["honest"].records is None) == (remote, False)
        # Its estimate is zero, so the server counted.
        assert tables["nothing"].records == exact(0, mysql_queries.COUNTS[0].name)


def test_only_plain_tables_of_mariadb_are_read(evil_mariadb: RunningServer) -> None:
    probe, target = MysqlProbe(), Target(HOST, evil_mariadb.port)
    client(evil_mariadb, "DROP TABLE IF EXISTS lowdb.remote")
    client(evil_mariadb, REMOTE.format(port=evil_mariadb.port), "lowly")
    client(evil_mariadb, "FLUSH TABLES")
    fields = tuple(Field(name, "text") for name in ("id", "email", "g", "s"))
    names = ("honest", "triggered", "readme_to_recover", "derived", "rounded", "chosen", "remote", "absent")
    containers = [Container(("lowdb", name), "table", fields=fields) for name in names]
    trips(evil_mariadb)
    found: tuple[SampledColumn, ...] = SocketDriver(probe, target).converse(probe.sample(target, containers, "root"))
    notes = {
        container.path[-1]: SocketDriver(probe, target).converse(probe.note(target, container, "root"))
        for container in containers
    }
    assert trips(evil_mariadb) == []
    read: dict[str, set[str]] = {}
    for column in found:
        read.setdefault(column.container[-1], set()).add(column.field)
    assert read == {"honest": {"id", "email"}, "triggered": {"id", "email"}}
    assert {name for name, note in notes.items() if note} == set(read)
    # The control: the statistics of the remote table contact its server.
    client(evil_mariadb, "FLUSH TABLES; SELECT TABLE_ROWS FROM information_schema.TABLES WHERE TABLE_NAME = 'remote'")
    assert trips(evil_mariadb) == ["remote"]
