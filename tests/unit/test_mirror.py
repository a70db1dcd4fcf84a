"""Every module has its test file at the mirrored place, and every test file a module."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "tieback"
TESTS = ROOT / "tests"

COVERED_ELSEWHERE = {
    "cli/posture_tables.py": "tests/unit/cli/test_posture.py",
    "engine/cluster.py": "tests/engine/test_dask.py",
    "engine/dask.py": "tests/engine/test_dask.py",
    "engine/dask_members.py": "tests/engine/test_dask.py",
    "engine/dask_run.py": "tests/engine/test_dask.py",
    "engine/dask_worker.py": "tests/engine/test_dask.py",
    "lab/truth.py": "tests/servers/test_lab.py",
    "lab/servers/azurite.py": "tests/servers/test_lab_oracle.py",
    "lab/servers/chroma.py": "tests/servers/test_lab_oracle.py",
    "lab/servers/docker_registry.py": "tests/servers/test_lab_oracle.py",
    "lab/servers/etcd.py": "tests/servers/test_lab_oracle.py",
    "lab/servers/file_servers.py": "tests/servers/test_lab_oracle.py",
    "lab/servers/influxdb.py": "tests/servers/test_lab_oracle.py",
    "lab/servers/mariadb.py": "tests/servers/test_lab_oracle.py",
    "lab/servers/memcached.py": "tests/servers/test_lab_oracle.py",
    "lab/servers/mosquitto.py": "tests/servers/test_lab_oracle.py",
    "lab/servers/nats.py": "tests/servers/test_lab_oracle.py",
    "lab/servers/parse.py": "tests/servers/test_lab_oracle.py",
    "lab/servers/pocketbase.py": "tests/servers/test_lab_oracle.py",
    "lab/servers/pouchdb.py": "tests/servers/test_lab_oracle.py",
    "lab/servers/prometheus.py": "tests/servers/test_lab_oracle.py",
    "lab/servers/rabbitmq.py": "tests/servers/test_lab_oracle.py",
    "lab/servers/redis.py": "tests/servers/test_lab_oracle.py",
    "lab/servers/slapd.py": "tests/servers/test_lab_oracle.py",
    "lab/servers/zookeeper.py": "tests/servers/test_lab_oracle.py",
}
"""Modules whose behaviour only shows with a real server or as a whole, and where that is tested."""


def modules() -> list[str]:
    """Modules with behaviour: not packages' own files, migrations, or files that only declare types."""
    return [
        str(path.relative_to(SRC))
        for path in sorted(SRC.rglob("*.py"))
        if path.name not in {"__init__.py", "interface.py"} and "migrations" not in path.parts and _has_behaviour(path)
    ]


def _has_behaviour(path: Path) -> bool:
    return any(line.lstrip().startswith(("def ", "async def ")) for line in path.read_text().splitlines())


@pytest.mark.parametrize("module", modules())
def test_each_module_has_a_test(module: str) -> None:
    path = Path(module)
    mirrored = TESTS / "unit" / path.parent / f"test_{path.name}"
    if module in COVERED_ELSEWHERE:
        assert not mirrored.exists(), f"{module} is tested at its mirrored place: take it off the list"
        return
    assert mirrored.exists(), f"no tests/unit/{path.parent}/test_{path.name}"


def test_each_unit_test_has_a_module() -> None:
    orphans = [
        str(path.relative_to(TESTS))
        for path in sorted((TESTS / "unit").rglob("test_*.py"))
        if path.parent != TESTS / "unit"
        and not path.is_relative_to(TESTS / "unit" / "labs")
        and not (SRC / path.parent.relative_to(TESTS / "unit") / path.name.removeprefix("test_")).exists()
        and not (SRC / path.parent.relative_to(TESTS / "unit") / path.stem.removeprefix("test_")).is_dir()
    ]
    assert orphans == []
