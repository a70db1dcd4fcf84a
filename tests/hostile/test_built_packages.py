"""Packages of ``bench/hostile_made``, small or at lower limits: nothing is left out without a problem line."""

from pathlib import Path
from types import ModuleType

import pytest

from bench.hostile import Run, faults
from bench.hostile_made import KINDS
from bench.hostile_made.calls import LAST
from bench.hostile_made.kind import OWN, Kind, write
from tests.examples import few
from tieback.intake.apps import dotnet, gzipped
from tieback.model.sighting import AppDocument
from tieback.pipeline.analyse import Analyser
from tieback.recognise import extract, failures
from tieback.recognise.dalvik import callers, decryptors, machine, run
from tieback.recognise.dalvik.library import okhttp, retrofit
from tieback.recognise.dataflow.code import fields, service_makers
from tieback.recognise.dataflow.code.members import MethodCode
from tieback.recognise.dataflow.code.static_values import StaticValues
from tieback.recognise.dataflow.walk import state, walker
from tieback.recognise.dataflow.walk.walker import Walker
from tieback.recognise.texts import markup, spans

ANALYSER = Analyser()
NOT_DECRYPTED = "some strings of the code were not decrypted (limit on the work per app)"
NOT_RUN = "not every method that can put an address together was run (limit on the work per app)"
NOT_FOLLOWED = "the code of 1 method was not followed to its end"


@pytest.fixture(autouse=True)
def _raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "RAISED", True)


def document(kind: Kind, folder: Path, n: int = 0) -> AppDocument:
    path = folder / "built.apk"
    write(kind, n or kind.small, path)
    return ANALYSER.document(path)


def hosts(found: AppDocument) -> set[str]:
    return {one.endpoint.host for one in found.sightings}


@pytest.mark.parametrize("name", few(KINDS, 4))
def test_every_host_is_found_or_a_problem_line_tells_why_not(name: str, tmp_path: Path) -> None:
    kind = KINDS[name]
    found = document(kind, tmp_path)
    problems = [one.what for one in found.problems]
    assert bool(problems) == kind.unread, problems
    assert kind.unread or set(kind.hosts) <= hosts(found)
    assert OWN in hosts(found)


def test_each_kind_has_a_name_and_a_text_of_its_own() -> None:
    assert len(KINDS) > 100
    assert len({kind.what for kind in KINDS.values()}) == len(KINDS)
    assert all(kind.small <= kind.n for kind in KINDS.values())


LIMITS: list[tuple[str, int, ModuleType, str, int, str]] = [
    ("run-plain", 2, machine, "RUN_MEMORY", 64, NOT_DECRYPTED),
    ("run-plain", 2, machine, "ALL_MEMORY", 64, NOT_DECRYPTED),
    ("run-nested", 4, machine, "MAX_DEPTH", 3, NOT_DECRYPTED),
    ("run-plain", 2, decryptors, "MAX_DECRYPTORS", 0, NOT_DECRYPTED),
    ("run-plain", 2, decryptors, "MAX_CALLERS", 1, NOT_DECRYPTED),
    ("run-tables", 3, decryptors, "MAX_INITIALISERS", 2, NOT_DECRYPTED),
    ("run-inline", 3, decryptors, "MAX_INLINE", 2, NOT_DECRYPTED),
    ("run-tables", 3, machine, "INIT_STEPS", 5, NOT_DECRYPTED),
    ("run-plain", 2, decryptors, "MAX_SIGNATURES", 0, NOT_DECRYPTED),
    ("run-tables", 3, decryptors, "MAX_TABLE", 5, NOT_DECRYPTED),
    ("run-inline", 3, decryptors, "MAX_METHOD", 5, NOT_DECRYPTED),
    ("run-plain", 2, run, "MAX_RESULT", 20, NOT_DECRYPTED),
    ("made-loops", 3, decryptors, "MAX_METHOD", 5, NOT_RUN),
    ("made-loops", 3, machine, "MAX_MADE", 0, NOT_RUN),
    ("lib-services", 2, retrofit, "MAX_BASES", 3, NOT_RUN),
    ("lib-services", 2, retrofit, "MAX_SERVICES", 1, NOT_RUN),
    ("lib-services", 2, service_makers, "MAX_INTERFACES", 1, NOT_RUN),
    ("lib-services", 2, service_makers, "MAX_MAKERS", 1, NOT_RUN),
    ("lib-interceptors", 2, okhttp, "MAX_INTERCEPTORS", 3, NOT_RUN),
    ("run-plain", 2, callers, "MAX_REGISTERS", 1, NOT_DECRYPTED),
    ("run-plain", 2, callers, "MAX_UNITS", 1, NOT_DECRYPTED),
    ("code-concat", 40, state, "MAX_BUILT", 20, NOT_FOLLOWED),
    ("code-branches", 40, state, "MAX_COMPOSED", 500, NOT_FOLLOWED),
    ("dotnet-assemblies", 5, dotnet, "MAX_ASSEMBLIES", 3, "only the first 3 assemblies were read"),
    ("gzip-members", 5, gzipped, "MAX_MEMBERS", 3, "only the first 3 gzip members were read"),
    ("so-addresses", 40, extract, "MAX_DISTINCT", 20, "more than 20 distinct endpoints in one file"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "n", "module", "limit", "value", "problem"), LIMITS)
def test_a_limit_that_is_reached_gives_a_problem_line(
    name: str, n: int, module: ModuleType, limit: str, value: int, problem: str,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    before = document(KINDS[name], tmp_path, n)
    assert not before.problems
    assert LAST in hosts(before)
    monkeypatch.setattr(module, limit, value)
    found = document(KINDS[name], tmp_path, n)
    assert problem in "; ".join(one.what for one in found.problems)
    assert OWN in hosts(found)


def test_a_constructor_that_does_not_end_leaves_work_for_methods(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decryptors, "MADE_STEPS", 10 * machine.TRY_STEPS)
    monkeypatch.setattr(run, "MIN_STEPS", 10 * machine.TRY_STEPS)
    assert not document(KINDS["made-constructor"], tmp_path, 40).problems


def test_each_value_of_a_class_is_read_once_for_all_addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[int] = []
    make = StaticValues._by_value

    def noting(self: StaticValues, number: int, row: int, at: int) -> object:
        if (number, row) not in self._fields:
            rows.append(row)
        return make(self, number, row, at)

    monkeypatch.setattr(StaticValues, "_by_value", noting)
    assert LAST in hosts(document(KINDS["dex-among-unread"], tmp_path, 60))
    assert len(rows) == 1


def test_few_code_units_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    most: list[int] = []
    read = Walker._body

    def noting(self: Walker, method: MethodCode) -> object:
        body = read(self, method)
        most.append(sum(len(one[0]) for one in self.bodies.values()))
        return body

    monkeypatch.setattr(Walker, "_body", noting)
    document(KINDS["calls-fan-out"], tmp_path)
    assert max(most) > 400
    most.clear()
    monkeypatch.setattr(walker, "_KEEP_UNITS", 100)
    assert LAST in hosts(document(KINDS["calls-fan-out"], tmp_path))
    # The largest method is kept until the next one is read.
    assert sorted(most)[-3] <= 300


def test_a_field_that_very_many_methods_store_is_not_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    known = fields._known

    def noting(values: "tuple[object, ...]") -> list[object]:
        read.append(1)
        return known(values)  # type: ignore[arg-type,return-value]

    monkeypatch.setattr(fields, "_known", noting)
    document(KINDS["calls-one-field"], tmp_path, 60)
    usual = len(read)
    monkeypatch.setattr(fields, "_MAX_USERS", 5)
    read.clear()
    assert LAST in hosts(document(KINDS["calls-one-field"], tmp_path, 60))
    assert len(read) < usual / 5


def test_behind_the_ranges_that_a_lexer_keeps_no_address_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spans, "MAX_SPANS", 20)
    monkeypatch.setattr(markup, "MAX_SPANS", 20)
    for name in ("html-elements", "xml-deep", "json-keys"):
        assert LAST in hosts(document(KINDS[name], tmp_path, 200)), name


KIND = Kind("one", "DEX: something", 10, 1, lambda _n: [], (OWN, LAST))
GOOD = Run(1.0, 100.0, 1.0, [OWN, LAST], [])


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        (GOOD, GOOD._replace(seconds=2.0), ""),
        (GOOD, GOOD._replace(seconds=2.7), "2.7 times the seconds at 2n"),
        (GOOD._replace(seconds=0.1), GOOD, ""),
        (GOOD._replace(seconds=6.0), GOOD._replace(seconds=10.5), "10.5 s at 2n"),
        (GOOD, GOOD._replace(mib=252.0), "252 MiB at 2n"),
        (GOOD, GOOD._replace(mib=300.0, package=60.0), ""),
        (GOOD, GOOD._replace(hosts=[OWN]), f"{LAST} not found at 2n, without a problem line"),
        (GOOD, GOOD._replace(hosts=[OWN], problems=["a limit"]), ""),
        (GOOD._replace(end="exit -9"), GOOD, "exit -9 at n"),
    ],
)
def test_what_misses_a_bar_is_a_fault(before: Run, after: Run, fault: str) -> None:
    assert "; ".join(faults(KIND, (before, after))) == fault
