from typing import Any

import pytest

from tieback.assess.leaves import bytes_total, records_total
from tieback.model.figure import Quality
from tieback.model.probe import Access, Privileges

V = "GET /?query=SELECT+version()+FORMAT+JSONCompact"
DATABASES = "GET /?query=SELECT+name,engine+FROM+system.databases+LIMIT+5000+FORMAT+JSONCompact"
TABLES = (
    "GET /?query=SELECT+database,name,engine+FROM+system.tables+WHERE+database+IN+('hr')+LIMIT+5000+FORMAT+JSONCompact"
)
PARTS = (
    "GET /?query=SELECT+database,table,sum(rows),sum(bytes_on_disk)+FROM+system.parts+WHERE+active"
    "+AND+database+IN+('hr')+GROUP+BY+database,table+LIMIT+5000+FORMAT+JSONCompact"
)
TOTALS = (
    "GET /?query=SELECT+name,total_rows,total_bytes+FROM+system.tables+WHERE+database+IN+('hr')+AND+name+IN+('visits')"
    "+LIMIT+50+FORMAT+JSONCompact"
)
FEW = "GET /?query=SELECT+count()+FROM+(SELECT+1+FROM+%60hr%60.%60visits%60+LIMIT+10000)+FORMAT+JSONCompact"
GRANTS = "GET /?query=SHOW+GRANTS+FORMAT+JSONCompact"
ONLY_PARTS = '{"data":[["hr","people","MergeTree"]]}'
STATES = [
    # what differs, access
    ({V: "Code: 516. DB::Exception: default: Authentication failed"}, Access.AUTH_REQUIRED),
    ({V: "Code: 194. DB::Exception: Password required for user default."}, Access.AUTH_REQUIRED),
    ({TABLES: 403}, Access.AUTH_REQUIRED),
    ({DATABASES: 403}, Access.AUTH_REQUIRED),
    ({DATABASES: '{"data":[["system","Atomic"]]}'}, Access.OPEN_EMPTY),
    ({DATABASES: '{"data":[["system","Atomic"],["shop","PostgreSQL"]]}'}, Access.SCHEMA_ONLY),
    ({DATABASES: '{"data":[["hr\') or (1","Atomic"]]}'}, Access.SCHEMA_ONLY),
    ({PARTS: 403}, Access.PARTIAL),
    ({PARTS: 403, TABLES: ONLY_PARTS}, Access.SCHEMA_ONLY),
    # The page's server has a database of MySQL too, which is not listed.
    ({PARTS: '{"data":[]}', TABLES: ONLY_PARTS}, Access.SCHEMA_ONLY),
    ({PARTS: '{"data":[]}', TABLES: ONLY_PARTS, DATABASES: '{"data":[["hr","Atomic"]]}'}, Access.OPEN_EMPTY),
    ({TABLES: '{"data":[["hr","v","View"]]}', DATABASES: '{"data":[["hr","Atomic"]]}'}, Access.OPEN_EMPTY),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("clickhouse", change).result.access is access


FOREIGN = ("MySQL", "PostgreSQL", "MaterializedMySQL", "S3", "HDFS", "DataLakeCatalog", "Backup", "Anything")


@pytest.mark.parametrize("engine", FOREIGN)
def test_no_database_that_may_contact_another_server_is_listed(web: Any, engine: str) -> None:
    played = web.ask("clickhouse", {DATABASES: f'{{"data":[["hr","Atomic"],["shop","{engine}"]]}}'})
    assert {one.path[0] for one in played.result.containers} == {"hr"}
    assert played.result.access is Access.OPEN
    assert not any(b"shop" in sent for sent in played.sent)
    assert not any(b"system.tables" in sent and b"IN+(" not in sent for sent in played.sent)
    assert any("shop" in problem and engine in problem for problem in played.result.problems)


def visits(web: Any, change: dict[str, Any]) -> tuple[int, Quality] | None:
    (found,) = [one for one in web.ask("clickhouse", change).result.containers if one.name == "hr.visits"]
    return None if found.records is None else (found.records.value, found.records.quality)


COUNTS = [
    # what differs: rows of a table of the engine Log
    ({}, (320, Quality.EXACT)),
    ({TOTALS: 404}, (320, Quality.EXACT)),  # before 20.1
    ({TOTALS: '{"data":[["visits",null,null]]}'}, (320, Quality.EXACT)),
    ({TOTALS: 404, FEW: '{"data":[["10000"]]}'}, (10_000, Quality.LOWER_BOUND)),
    ({TOTALS: 404, FEW: '{"data":[["0"]]}'}, (0, Quality.EXACT)),
    ({TOTALS: 404, FEW: 500}, None),
    ({TOTALS: 404, FEW: '{"data":[[]]}'}, None),
]


@pytest.mark.parametrize(("change", "figure"), COUNTS)
def test_rows_of_a_table_without_parts(web: Any, change: dict[str, int | str], figure: Any) -> None:
    assert visits(web, change) == figure


ALL = (
    "GET /?query=SELECT+count()+FROM+%60hr%60.%60visits%60+FORMAT+JSONCompact"
    "&max_execution_time=5&max_rows_to_read=1000000000"
)


@pytest.mark.parametrize(
    ("answer", "scans", "figure"),
    [
        ('{"data":[["31337"]]}', True, (31_337, Quality.EXACT)),
        ("Code: 159. Timeout exceeded", True, (10_000, Quality.LOWER_BOUND)),
        ('{"data":[["31337"]]}', False, (10_000, Quality.LOWER_BOUND)),
    ],
)
def test_all_rows_are_counted_only_with_scans(web: Any, answer: str, scans: bool, figure: Any) -> None:
    change = {TOTALS: 404, FEW: '{"data":[["10000"]]}', ALL: answer}
    played = web.ask("clickhouse", change, scans=scans)
    (found,) = [one.records for one in played.result.containers if one.name == "hr.visits"]
    assert (found.value, found.quality) == figure
    assert any(b"max_rows_to_read" in sent for sent in played.sent) is scans


def test_a_view_has_no_records(web: Any) -> None:
    report = web.ask("clickhouse").result
    assert [(one.name, one.kind) for one in report.containers if one.kind != "table"] == [("hr.v_people", "view")]
    total, held = records_total(report.containers), bytes_total(report.containers)
    assert [(one.value, one.quality) for one in (total, held)] == [(457, Quality.EXACT), (6144, Quality.EXACT)]


ELSEWHERE = (
    *("Distributed", "Merge", "Buffer", "URL", "File", "S3", "S3Queue", "HDFS", "Kafka", "RabbitMQ", "NATS", "MySQL"),
    *("PostgreSQL", "MaterializedPostgreSQL", "MongoDB", "Redis", "SQLite", "ODBC", "JDBC", "Dictionary", "Iceberg"),
    *("IcebergS3", "DeltaLake", "Hudi", "Hive", "AzureBlobStorage", "Executable", "ExecutablePool", "GenerateRandom"),
    *("View", "MaterializedView", "LiveView", "WindowView", "KeeperMap", "Null", "Set", "Join", "FileLog", "Anything"),
)


@pytest.mark.parametrize("engine", ELSEWHERE)
def test_a_table_that_reads_from_elsewhere_is_never_counted(web: Any, engine: str) -> None:
    tables = f'{{"data":[["hr","people","MergeTree"],["hr","visits","{engine}"]]}}'
    played = web.ask("clickhouse", {TABLES: tables})
    assert visits(web, {TABLES: tables}) is None
    assert not any(b"count()" in sent or b"total_rows" in sent for sent in played.sent)


@pytest.mark.parametrize("name", ["a`b", "a'b", "a.b", "a b", "a%60b", "", "x" * 65])
def test_a_table_whose_name_could_change_the_query_is_not_counted(web: Any, name: str) -> None:
    played = web.ask("clickhouse", {TABLES: f'{{"data":[["hr","{name}","Log"]]}}'})
    assert not any(b"count()" in sent or b"total_rows" in sent for sent in played.sent)


def test_the_number_of_counts_is_bounded(web: Any) -> None:
    tables = ",".join(f'["hr","t{number}","Log"]' for number in range(3000))
    sent = web.ask("clickhouse", {TABLES: f'{{"data":[{tables}]}}'}).sent
    assert sum(b"total_rows" in one for one in sent) == 4
    assert sum(b"count()" in one for one in sent) == 20


GRANTED = [
    ('{"data":[["GRANT ALL ON *.* TO default WITH GRANT OPTION"]]}', Privileges.ADMIN),
    ('{"data":[["GRANT SHOW, SELECT, dictGet ON *.* TO web"],["GRANT INSERT ON hr.* TO web"]]}', Privileges.ADMIN),
    ('{"data":[["GRANT SHOW, SELECT, CREATE TEMPORARY TABLE ON *.* TO web"]]}', Privileges.LIMITED),
    ('{"data":[["GRANT SELECT ON `ALL`.`INSERT` TO web"]]}', Privileges.LIMITED),
    ("Code: 62. Syntax error", Privileges.UNKNOWN),
    (404, Privileges.UNKNOWN),
]


@pytest.mark.parametrize(("page", "privileges"), GRANTED)
def test_privileges_of_the_user(web: Any, page: str | int, privileges: Privileges) -> None:
    assert web.ask("clickhouse", {GRANTS: page}).result.privileges is privileges
