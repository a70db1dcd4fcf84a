"""Constants in activities, services and receivers that no manifest declares, also those of libraries."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.intake.apps.content import COMPILED
from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.interface import Artifact, ArtifactBatch, Buffer, BufferKind
from tieback.intake.apps.proto_resources import ProtoResources
from tieback.intake.apps.small_files import read_small_file
from tieback.model.endpoint import Party
from tieback.model.sighting import Evidence, NotBackend, Sighting
from tieback.recognise.dalvik.decryptors import DecryptedText
from tieback.recognise.dataflow.code import package_resources
from tieback.recognise.dataflow.code.package_resources import PackageResources
from tieback.recognise.dataflow.constants import ConstantEnds
from tieback.recognise.dataflow.dex.dexfile import CodeItem, DexFile
from tieback.recognise.dataflow.ends.uses import ConstantUses
from tieback.recognise.dataflow.extract import dex_parts
from tieback.recognise.dataflow.unused import undeclared
from tieback.recognise.dataflow.unused.undeclared import UNDECLARED, UndeclaredComponents
from tieback.recognise.endpoints.hosts import EndpointHost, web_server
from tieback.recognise.rules import RuleFiles

DEX = Path(__file__).parents[1] / "dex"
CODE = (DEX / "undeclared.dex").read_bytes()
MANIFEST = (
    b'<manifest package="test.shop.app"><application><activity name=".Main"/>'
    b'<activity name="other.scan.Scan"/>%s</application></manifest>'
)
NEVER_RUN = ["base", "boot", "both", "help", "search", "sync", "tagged", "task", "tunnel"]
OTHERS = [
    "again",
    "api",
    "field",
    "free",
    "given",
    "made",
    "named",
    "network",
    "scan",
    "sender",
    "shared",
    "turn",
    "worker",
]
"""A method that nothing calls, or that an app can call, says what a library can contact."""


def package(manifest: bytes = b"", layout: bytes = b"") -> PackageResources:
    found = PackageResources()
    name = "AndroidManifest.xml"
    found.see(Artifact(name, (Buffer(name, BufferKind.MANIFEST, MANIFEST % manifest),)))
    found.see(Artifact("res/layout/main.xml", (), compiled=COMPILED + layout))
    found.tables["resources.arsc"] = ProtoResources("resources.arsc", b"")
    return found


def decoded(*files: tuple[str, bytes]) -> PackageResources:
    found = PackageResources()
    name = "AndroidManifest.xml"
    found.see(Artifact(name, (Buffer(name, BufferKind.MANIFEST, MANIFEST % b""),)))
    names, contents = zip(*files, strict=True)
    found.see(ArtifactBatch(names, contents, read_small_file))
    return found


def never_run(files: PackageResources | None, *data: bytes) -> list[str]:
    code = UndeclaredComponents(ConstantUses([DexFile(one) for one in data or (CODE,)]), files)
    reasons = {host: code.reason(f"https://{host}.other.test/".encode()) for host in NEVER_RUN + OTHERS}
    assert set(reasons.values()) <= {"", UNDECLARED}
    return sorted(host for host, reason in reasons.items() if reason)


def test_a_component_that_is_not_declared_never_runs_nor_what_only_it_uses() -> None:
    assert never_run(package()) == NEVER_RUN


SETTINGS = "apktool.yml", b"version: 2.7.0"
LAYOUT = b'<LinearLayout><fragment android:name="other.scan.Search"/></LinearLayout>'


@each(
    ("file", "expected"),
    [
        (SETTINGS, NEVER_RUN),
        (("res/layout/main.xml", LAYOUT), ["boot", "sync", "tagged"]),
        (("assets/main.xml", LAYOUT), NEVER_RUN),
        (("smali/a/A.smali", b".class La/A;"), []),
    ],
)
def test_a_folder_that_apktool_decoded_has_no_table(file: tuple[str, bytes], expected: list[str]) -> None:
    assert never_run(decoded(SETTINGS, file)) == expected
    assert never_run(decoded(file)) == ([] if file != SETTINGS else expected)


def test_a_large_layout_of_a_decoded_folder_is_read_too() -> None:
    files = decoded(SETTINGS)
    name = "res/layout/main.xml"
    files.see(Artifact(name, (Buffer(name, BufferKind.TEXT, LAYOUT),)))
    assert never_run(files) == ["boot", "sync", "tagged"]


def test_too_many_layouts_of_a_decoded_folder_leave_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_resources, "MAX_XML", 10)
    assert never_run(decoded(SETTINGS, ("res/layout/main.xml", b"<LinearLayout/>"))) == []


@each(
    ("manifest", "expected"),
    [
        (b'<activity name="other.scan.Search"/>', ["boot", "sync", "tagged"]),
        (b'<activity-alias name="other.scan.Old" targetActivity="other.scan.Search"/>', ["boot", "sync", "tagged"]),
        (b'<service name="other.scan.Sync"/>', [one for one in NEVER_RUN if one != "sync"]),
        (b'<activity name="other.scan.Other"/>', NEVER_RUN),
    ],
)
def test_the_manifest_decides(manifest: bytes, expected: list[str]) -> None:
    assert never_run(package(manifest)) == expected


def test_a_framework_for_plugins_can_start_other_activities() -> None:
    assert never_run(package(), CODE, (DEX / "undeclaredhook.dex").read_bytes()) == []


def test_what_a_call_gives_is_judged_by_its_method() -> None:
    uses = ConstantUses([DexFile(CODE)])
    code = UndeclaredComponents(uses, package())
    dex = uses.app.files[0]
    methods = {name: item for row in range(len(dex.classes)) for name, item in _methods(dex, row)}
    assert code.reason_of_result(0, methods["onHandleIntent"]) == UNDECLARED
    assert code.reason_of_result(0, methods["get"]) == ""


def test_an_address_that_one_method_decrypts_is_judged_by_that_method() -> None:
    buffer = read_dex("classes.dex", CODE)[0].buffers[0]
    parts = list(dex_parts(buffer))
    ends = ConstantEnds(parts, package(), RuleFiles().third_parties)
    dex = parts[0].dex
    methods = {name: item for row in range(len(dex.classes)) for name, item in _methods(dex, row)}
    evidence = Evidence("classes.dex", None, "dex-flow/decrypted", "")
    find = Sighting(web_server(EndpointHost("a.shop.test")), 1, Party.UNKNOWN, evidence)
    alone, live = (DecryptedText("a.shop.test", "", 0, methods[name]) for name in ("onHandleIntent", "get"))
    left_out = ends.settle_decrypted(find, alone)
    assert isinstance(left_out, NotBackend)
    assert left_out.reason == UNDECLARED
    assert ends.settle_decrypted(find, alone._replace(once=False)) == find
    assert ends.settle_decrypted(find, live) == find


def _methods(dex: DexFile, row: int) -> Iterator[tuple[str, CodeItem]]:
    for offset, index in dex.class_data(row).methods.items():
        member, item = dex.method(index), dex.code(offset)
        if member is not None and item is not None:
            yield dex.string(member.name), item


def test_native_code_can_make_objects_of_a_class_that_it_names() -> None:
    files = package()
    text = b"\0Ljava/lang/String;\0other/scan/Task\0"
    files.see(Artifact("lib/x86/liba.so", (Buffer("lib/x86/liba.so", BufferKind.NATIVE, text),)))
    assert never_run(files) == [one for one in NEVER_RUN if one != "task"]


def test_without_the_other_files_nothing_is_concluded() -> None:
    doubtful = package()
    doubtful.has_doubt = True
    assert never_run(doubtful) == never_run(None) == []


def test_code_that_no_component_starts_is_started_by_something_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(__name__ + ".MANIFEST", MANIFEST.replace(b".Main", b".A").replace(b"Scan", b"B"))
    assert never_run(package()) == []


@each(
    ("bound", "expected"),
    [("_MAX_METHODS", ["base", "boot", "search", "sync"]), ("_MAX_BELOW", [one for one in NEVER_RUN if one != "base"])],
)
def test_beyond_a_bound_code_counts_as_run(bound: str, expected: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(undeclared, bound, 1 if bound == "_MAX_METHODS" else 0)
        assert never_run(package()) == expected


@settings(max_examples=examples(60))
@given(st.lists(st.tuples(st.integers(112, 4_000), st.binary(min_size=1, max_size=4)), max_size=10))
def test_a_damaged_file_never_raises(patches: list[tuple[int, bytes]]) -> None:
    hurt = bytearray(CODE)
    for at, patch in patches:
        place = at % (len(hurt) - 8)
        hurt[place : place + len(patch)] = patch
    try:
        never_run(package(), bytes(hurt))
    except ValueError:
        return
