"""Which modules a command may import: a command that analyses files loads no report, database or probe."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

APPS = Path(__file__).parents[3] / "labs" / "apps"
HEAVY = frozenset({"sqlalchemy", "alembic", "duckdb", "pyarrow", "jinja2", "weasyprint", "markdown_it", "yaml"})
"""Databases, reports and web pages."""
ANALYSIS = frozenset({"numpy", "hyperscan", "apk_info", "deflate", "cryptography", "publicsuffixlist"})
"""What reads apps: only worker processes need it."""
NETWORK = frozenset({"dns", "maxminddb", "tieback.scope", "tieback.probes"})
STAGES = frozenset({"tieback.report", "tieback.storage", "tieback.posture", "tieback.lab", "tieback.cases"})

NEVER: dict[tuple[str, ...], frozenset[str]] = {
    ("--help",): HEAVY | ANALYSIS | NETWORK | STAGES | {"pydantic", "asyncio", "tieback.pipeline", "tieback.engine"},
    ("app", "--help"): HEAVY | ANALYSIS | NETWORK | STAGES | {"tieback.pipeline", "tieback.engine"},
}


def imported(*words: str) -> set[str]:
    """The modules that a command imports in its own process."""
    code = (
        "import atexit, json, sys\n"
        "atexit.register(lambda: print('\\n' + json.dumps(sorted(sys.modules))))\n"
        "from tieback.cli.main import main\n"
        f"sys.argv = {['tieback', *words]!r}\n"
        "main()"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    return set(json.loads(ended.stdout.splitlines()[-1]))


@pytest.mark.parametrize("words", NEVER, ids=" ".join)
def test_a_command_does_not_import(words: tuple[str, ...]) -> None:
    assert {name for name in imported(*words) if name in NEVER[words]} == set()
