"""The committed corpus of the fuzzer: every input through its reader, and which parsers it reaches."""

import ast
import inspect
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import CodeType

import pytest

from bench.fuzz import corpus
from bench.fuzz.__main__ import group_of_day
from bench.fuzz.readers import ROOMS

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "src" / "tieback"

PARSING = {
    "from_bytes", "unpack_from", "iter_unpack", "Struct.unpack", "json.decode", "msgpack.decode", "decode_lines",
    "tomllib.loads", "plistlib.loads", "csv.reader", "DictReader", "ParserCreate", "XMLPullParser", "iterparse",
    "ZipFile", "yaml.compose", "safe_load", "load_der_x509_certificate", "json.Decoder", "msgpack.Decoder",
}  # fmt: skip
"""Calls that turn bytes into values. A module of tieback with one of them is a parser."""

_PACKAGE_DATA = "reads data files of the package"
_OWN_FILES = "reads back what tieback wrote into its own workspace or cache; damage is one error"
_ROWS = "reads back rows that tieback wrote into its own databases"
_OTHER_PROCESS = "reads the output of programs that the user runs"
NOT_FUZZED = {
    "assess/conditions.py": _PACKAGE_DATA,
    "assess/intrusion.py": _PACKAGE_DATA,
    "assess/duties.py": _PACKAGE_DATA,
    "assess/honeypots.py": _PACKAGE_DATA,
    "assess/ransom.py": _PACKAGE_DATA,
    "assess/references.py": _PACKAGE_DATA,
    "assess/severity.py": _PACKAGE_DATA,
    "backends/datasets.py": _OWN_FILES,
    "backends/range_table.py": _OWN_FILES,
    "cases/evidence.py": "a form with one text for each content; unit/cases/test_evidence.py alters every part of it",
    "cases/letters/bounded.py": "jobs and results between this process and its own child",
    "cases/letters/check.py": "the head of a template of the user; hostile ones are in tests/hostile/test_templates.py",
    "cli/flow_tables.py": _OWN_FILES,
    "cli/pii.py": "JSON lines of the user, by a typed decoder; names and values are fuzzed",
    "engine/dask_results.py": "reports of members; hostile ones are in tests/hostile/test_cluster_members.py",
    "engine/plugin_child.py": "the order of the process that started it, which is this user's",
    "engine/worker.py": "batches from the engine, which is this user's process",
    "intake/capture/device.py": _OTHER_PROCESS,
    "intake/capture/proxy.py": "settings from the process that started it; frames are fuzzed",
    "intake/traffic/log_archive.py": "archives of logs; unit/intake/traffic/test_log_archive.py damages them at random",
    "lab/process.py": _OWN_FILES,
    "lab/servers/cassandra.py": "servers that the lab started",
    "lab/servers/zookeeper.py": "servers that the lab started",
    "lab/state.py": _OWN_FILES,
    "leaks/declared.py": _PACKAGE_DATA,
    "leaks/identifiers.py": _PACKAGE_DATA,
    "leaks/neighbours.py": _PACKAGE_DATA,
    "leaks/plausible.py": _PACKAGE_DATA,
    "leaks/trackers.py": _PACKAGE_DATA,
    "model/remote.py": _OWN_FILES,
    "pii/taxonomy.py": _PACKAGE_DATA,
    "pipeline/accounts/oidc.py": "answers of the configured provider; unit/pipeline/accounts has hostile ones",
    "pipeline/accounts/oidc_settings.py": "the sign-in file of the user",
    "pipeline/capture/batch_journal.py": _OWN_FILES,
    "pipeline/capture/batch_list.py": "the list of the user; unit/pipeline/capture/test_batch_list.py has hostile ones",
    "pipeline/disclosure/letter_sender.py": "the sender file of the user",
    "pipeline/fleet/fetch.py": "writes an archive of splits; packages are read by intake/apps",
    "pipeline/fleet/pull_client.py": "answers of the configured EMM, over TLS; saved files are fuzzed as inventories",
    "pipeline/fleet/store_lookup.py": _OTHER_PROCESS,
    "pipeline/jobs/order.py": "the order of the server, which is this user's process and the parent of the job",
    "pipeline/plugin_config.py": "the configuration of the user; unit/cli/test_plugins.py has wrong ones",
    "pipeline/push.py": "answers of the configured server of tieback, by typed decoders",
    "pipeline/rule_imports/gitleaks.py": "a rule file of the user; unit/pipeline/rule_imports has hostile ones",
    "pipeline/views/index_builder.py": _OWN_FILES,
    "pipeline/views/inventory_columns.py": _ROWS,
    "pipeline/views/runs.py": _ROWS,
    "pipeline/views/trend.py": _OWN_FILES,
    "posture/prowler_run.py": _OTHER_PROCESS,
    "recognise/other_code/assembly_calls.py": (
        "images that intake has read; unit/recognise/other_code/test_assemblies.py damages them"
    ),
    "report/diff/backends.py": "a report that read_past has read; unit/report/diff/test_backends.py damages one",
    "scope/seals.py": "a seal has one text; unit/scope/test_seals.py alters every part of it",
    "storage/lake/layout.py": _OWN_FILES,
    "storage/lake/queries/app_pages.py": _ROWS,
    "storage/lake/queries/declarations.py": _OWN_FILES,
    "storage/lake/queries/summaries.py": _OWN_FILES,
    "storage/lake/tables/apps.py": _OWN_FILES,
    "storage/lake/tables/flows.py": _OWN_FILES,
    "storage/lake/tables/posture.py": _OWN_FILES,
    "storage/ledger/case_log.py": _OWN_FILES,
    "storage/ledger/case_order.py": _ROWS,
    "storage/ledger/conclusions.py": _OWN_FILES,
    "storage/ledger/move.py": _OWN_FILES,
    "storage/ledger/write_ahead.py": "the head of a log; unit/storage/ledger/test_write_ahead.py has foreign ones",
    "storage/ledger/pages.py": _ROWS,
    "storage/own_domains.py": _OWN_FILES,
    "storage/page_index.py": _OWN_FILES,
    "storage/trust.py": _OWN_FILES,
    "storage/uploads.py": _OWN_FILES,
    "web/openapi.py": "the document of the server's own API",
    "recognise/dalvik/library/json_fields.py": "JSON that code of the app names; test_json_fields.py gives it any text",
}
"""Modules that no input of the corpus reaches, with the reason."""


SLOW = {"package", "source-file", "sql-rls"}
"""Readers whose inputs take most of the time. `make test` replays every ninth of theirs."""


@cache
def _reached(*, whole: bool = False) -> frozenset[str]:
    """Replay the corpus, with a ninth of the slow inputs or whole. Returns the modules whose functions ran."""
    files: set[str] = set()
    monitoring = sys.monitoring

    def start(code: CodeType, _offset: int) -> object:
        # Bodies of modules and classes run when a module is imported, whatever is read.
        if code.co_flags & inspect.CO_OPTIMIZED:
            files.add(code.co_filename)
        return monitoring.DISABLE

    tool = next(number for number in range(6) if monitoring.get_tool(number) is None)
    monitoring.use_tool_id(tool, "fuzz corpus")
    monitoring.register_callback(tool, monitoring.events.PY_START, start)
    # After the start of the readers, which reads data files of the package.
    rooms = {name: make() for name, make in ROOMS.items()}
    monitoring.set_events(tool, monitoring.events.PY_START)
    # Functions that an earlier replay in this process saw are seen again.
    monitoring.restart_events()
    try:
        for name, room in rooms.items():
            inputs = corpus.read_committed(name)
            for reader in room.readers:
                every = 1 if whole else 9 if reader.name in SLOW else 3
                for data in inputs.get(reader.name, ())[::every]:
                    reader.read(data)
    finally:
        monitoring.set_events(tool, 0)
        monitoring.register_callback(tool, monitoring.events.PY_START, None)
        monitoring.free_tool_id(tool)
    return frozenset(path.relative_to(SOURCES).as_posix() for path in map(Path, files) if path.is_relative_to(SOURCES))


def test_no_reader_raises_on_the_committed_corpus() -> None:
    assert len(_reached()) > 300


@pytest.mark.more
def test_no_reader_raises_on_the_whole_committed_corpus() -> None:
    assert len(_reached(whole=True)) > 300


def _parsers() -> Iterator[str]:
    for path in sorted(SOURCES.rglob("*.py")):
        source = path.read_text("utf-8")
        if not any(name in source for name in PARSING):
            continue
        calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
        if any(ast.unparse(call.func).endswith(name) for call in calls for name in PARSING):
            yield path.relative_to(SOURCES).as_posix()


def test_the_corpus_reaches_every_module_that_parses_bytes() -> None:
    parsers = set(_parsers())
    assert len(parsers) > 120
    assert sorted(parsers - _reached() - NOT_FUZZED.keys()) == []
    assert sorted(NOT_FUZZED.keys() - parsers) == [], "no longer a parser: remove it"


def test_every_reader_has_committed_inputs() -> None:
    for name, make in ROOMS.items():
        inputs = corpus.read_committed(name)
        assert {reader.name for reader in make().readers} == inputs.keys(), name


def test_the_committed_corpus_is_small() -> None:
    sizes = {path.name: path.stat().st_size for path in corpus.COMMITTED.iterdir()}
    assert {name.removesuffix(".xz") for name in sizes} == set(ROOMS)
    assert sum(sizes.values()) <= corpus.MAX_COMMITTED


def test_inputs_keep_their_reader_when_readers_are_added(tmp_path: Path) -> None:
    folder = tmp_path / "group"
    folder.mkdir()
    (folder / "finding-crash").write_bytes(b"\xffz")
    corpus.renumber(folder, ["a", "b"])
    corpus.write_inputs(folder, {"a": [b"1"], "b": [b"2"]}, ["a", "b"])
    corpus.renumber(folder, ["new", "b", "a"])
    assert corpus.by_reader(folder, ["new", "b", "a"]) == {"a": [b"1"], "b": [b"2"]}
    assert (folder / "finding-crash").read_bytes() == b"\xffz"


def test_the_same_inputs_give_the_same_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "COMMITTED", tmp_path)
    corpus.write_committed("group", {"b": [b"2", b"1"], "a": [b"", b""]})
    first = (tmp_path / "group.xz").read_bytes()
    corpus.write_committed("group", {"a": [b""], "b": [b"1", b"2"]})
    assert (tmp_path / "group.xz").read_bytes() == first
    assert corpus.read_committed("group") == {"a": [b""], "b": [b"1", b"2"]}


def test_logs_of_runs_are_merged_once(tmp_path: Path) -> None:
    run = corpus.Run("2026-11-27T20:49:00+00:00", "pii", 120.5, 1000, 20, 1)
    kept, committed = tmp_path / "kept.tsv", tmp_path / "committed.tsv"
    corpus.log_run(kept, run)
    corpus.log_run(kept, run._replace(start="2026-11-27T21:49:00+00:00"))
    corpus.merge_runs(committed, kept)
    corpus.merge_runs(committed, kept)
    assert len(list(corpus.read_runs(committed))) == 2
    assert corpus.hours_table(corpus.read_runs(committed), ["pii"]).splitlines()[-1] == "| all | 2 | 0.07 | 0.00 | 2 |"


def test_the_page_has_the_table_of_the_log_and_claims_the_bar_only_if_it_is_met() -> None:
    page = (ROOT / "docs" / "benchmarks" / "fuzzing.md").read_text(encoding="utf-8")
    runs = list(corpus.read_runs(corpus.HOURS))
    assert corpus.hours_table(runs, ROOMS) in page
    met = sum(run.cpu for run in runs) / 3600 >= corpus.GOAL
    assert ("The goal is met" in page) == met
    assert ("The goal is not met" in page) == (not met)


def test_the_table_and_the_goal_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "HOURS", tmp_path / "hours.tsv")
    page = tmp_path / "page.md"
    page.write_text("The goal is not met. x\n\n| group | old |\n|---|---|\n| a | 1 |\n\n| found on |\n", "utf-8")
    corpus.log_run(corpus.HOURS, corpus.Run("2026-11-27T20:49:00+00:00", "pii", 3600 * corpus.GOAL, 1, 1, 0))
    corpus.write_hours(page, ["pii"])
    table = corpus.hours_table(corpus.read_runs(corpus.HOURS), ["pii"])
    assert page.read_text("utf-8") == f"The goal is met. x\n\n{table}\n\n| found on |\n"


def test_the_rotation_reaches_every_group() -> None:
    from datetime import date, timedelta

    days = [date(2026, 11, 27) + timedelta(days=number) for number in range(len(ROOMS))]
    assert {group_of_day(day) for day in days} == set(ROOMS)
