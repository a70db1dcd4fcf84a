"""Which modules a command may import: a command that analyses files loads no report, database or probe."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.examples import few
from tests.unit.pipeline.test_traffic import HTTP, capture

APP = Path(__file__).parents[3] / "labs" / "apps" / "fieldhand.apk"
GRANT = """authorised_by = "Security office"
contact = "security@example.org"
not_after = 2999-01-01
[[target]]
match = "127.0.0.0/8"
ports = "any"
depth = "describe"
"""
NAMES = '{"id": 1, "table": "users", "field": "email"}'

SQL = frozenset({"sqlalchemy", "alembic", "duckdb", "pyarrow", "sqlite3", "tieback.storage"})
WEB = frozenset({"http.client", "http.server", "urllib.request", "tornado", "aiohttp", "httpx2"})
REPORT = frozenset({"jinja2", "weasyprint", "markdown_it", "tieback.report.formats"})
PROBE = frozenset({"dns", "asyncio", "maxminddb", "tieback.scope", "tieback.probes", "tieback.assess"})
OTHERS = frozenset({"tieback.posture", "tieback.lab", "tieback.cases"})
USER_RULES = frozenset({"tieback.userrules", "re2"})
"""Only imported if there is a folder with rules of users."""
ANALYSIS = frozenset({"numpy", "hyperscan", "apk_info", "cryptography", "publicsuffixlist"})
"""What reads apps and captures: only worker processes need it."""
EVERYTHING = (
    SQL | WEB | REPORT | PROBE | OTHERS | USER_RULES | ANALYSIS | {"yaml", "tieback.pipeline", "tieback.engine"}
)

COMMANDS: dict[str, tuple[tuple[str, ...], frozenset[str]]] = {
    "--help": (("--help",), EVERYTHING | {"pydantic", "msgspec", "importlib.metadata"}),
    "--version": (("--version",), EVERYTHING | {"pydantic", "msgspec"}),
    "scan --help": (("scan", "--help"), EVERYTHING),
    "report --help": (("report", "--help"), EVERYTHING),
    "app": (("app", str(APP), "--workers", "1"), SQL | WEB | REPORT | PROBE | OTHERS | ANALYSIS | {"tieback.report"}),
    "traffic": (("traffic", "run.pcap", "--workers", "1"), SQL | WEB | REPORT | PROBE | OTHERS | {"apk_info"}),
    "scan": (
        ("scan", str(APP), "-w", "ws", "--workers", "1"),
        WEB - {"http.client"} | {"jinja2", "weasyprint", "dns.resolver", "tieback.probes", "tieback.scope.dialer"},
    ),
    "pii": (("pii", "names"), EVERYTHING | {"tieback.report"}),
    "probe": (
        ("probe", "127.0.0.1:9", "--grant", "grant.toml"),
        SQL | WEB | REPORT | OTHERS | {"numpy", "apk_info", "tieback.engine"},
    ),
}
"""Per command: its words, and what its process does not import."""

WORKERS: dict[str, tuple[str, frozenset[str]]] = {
    "app": (
        f"from tieback.pipeline.analyse import Analyser; Analyser().document(Path({str(APP)!r}))",
        SQL
        | WEB
        | REPORT
        | PROBE
        | OTHERS
        | {"typer", "rich", "tieback.cli", "tieback.report", "tieback.leaks", "cryptography"}
        | {"numpy.ma", "tieback.recognise.scripts.resolve", "tieback.recognise.hermes.program"},
    ),
    "traffic": (
        "from tieback.pipeline.traffic import DescribeTraffic; list(DescribeTraffic().flows(Path('run.pcap'), 'a'))",
        SQL | WEB | REPORT | PROBE | OTHERS | {"typer", "rich", "tieback.cli", "tieback.report", "apk_info"},
    ),
}
"""Per command: the work of its worker processes, and what they do not import."""


def imported(code: str, folder: Path, stdin: str = "") -> set[str]:
    """The modules that Python has imported after this code, in a process of its own."""
    lines = (
        "import atexit, sys",
        "from pathlib import Path",
        "atexit.register(lambda: Path('modules').write_text(chr(10).join(sys.modules)))",
        code,
    )
    (folder / "run.pcap").write_bytes(capture(HTTP))
    (folder / "grant.toml").write_text(GRANT)
    ended = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        cwd=folder,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode in {0, 3}, ended.stderr
    return set((folder / "modules").read_text().splitlines())


@pytest.mark.parametrize("name", few(COMMANDS, 2))
def test_a_command_does_not_import(name: str, tmp_path: Path) -> None:
    words, never = COMMANDS[name]
    code = f"from tieback.cli.main import main; sys.argv = {['tieback', *words]!r}; main()"
    modules = imported(code, tmp_path, NAMES)
    assert "tieback.cli.main" in modules
    assert modules & (never | USER_RULES) == set()


@pytest.mark.parametrize("name", WORKERS)
def test_a_worker_does_not_import(name: str, tmp_path: Path) -> None:
    code, never = WORKERS[name]
    assert imported(code, tmp_path) & (never | USER_RULES) == set()
