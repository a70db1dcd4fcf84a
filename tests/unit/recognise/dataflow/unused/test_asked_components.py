"""Code behind a call that asks for a component which no manifest declares: libraries check whether they can work."""

from pathlib import Path

import pytest

from tieback.intake.apps.content import COMPILED
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.intake.apps.proto_resources import ProtoResources
from tieback.recognise.dataflow.code.own_packages import OwnPackages
from tieback.recognise.dataflow.code.package_resources import PackageResources
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.ends.uses import ConstantUses
from tieback.recognise.dataflow.unused import never_entered
from tieback.recognise.dataflow.unused.unrunnable import UnrunnableCode

CODE = (Path(__file__).parents[1] / "dex" / "asked.dex").read_bytes()
MANIFEST = '<manifest package="test.shop.app"><application><activity android:name=".Main"/>{}</application></manifest>'
NEVER_RUN = ["behind", "circle", "context", "help", "login", "send"]
OTHERS = ["bank", "both", "declared", "free", "unknown", "warned"]
REASON = "only in code that needs other.sdk.AuthActivity, which no manifest declares"


def package(declared: str = "", files: bytes = b"") -> PackageResources:
    found, name = PackageResources(), "AndroidManifest.xml"
    found.see(Artifact(name, (Buffer(name, BufferKind.MANIFEST, MANIFEST.format(declared).encode()),)))
    found.see(Artifact("res/layout/main.xml", (), compiled=COMPILED + files))
    found.tables["resources.arsc"] = ProtoResources("resources.arsc", b"")
    return found


def reasons(files: PackageResources | None) -> dict[str, str]:
    uses = ConstantUses([DexFile(CODE)])
    code = UnrunnableCode(uses, files, OwnPackages(("test.shop.app",)), at_start=True)
    every = {host: code.reason(f"https://{host}.other.test/".encode()) for host in NEVER_RUN + OTHERS}
    return {host: reason for host, reason in sorted(every.items()) if reason}


def test_code_behind_the_call_never_runs_nor_what_only_it_makes_or_calls() -> None:
    found = reasons(package())
    assert list(found) == NEVER_RUN
    assert {one for host, one in found.items() if host != "context"} == {REASON}


def test_a_component_that_the_manifest_declares_is_found() -> None:
    assert list(reasons(package('<activity android:name="other.sdk.AuthActivity"/>'))) == ["context"]
    alias = '<activity-alias android:name="other.sdk.AuthActivity" android:targetActivity=".Main"/>'
    assert list(reasons(package(alias))) == ["context"]


def test_a_layout_can_make_an_object_of_the_library() -> None:
    assert list(reasons(package(files=b"other.sdk.Sdk"))) == ["behind", "context"]
    assert list(reasons(package(files=b"other.sdk.Sdks"))) == ["behind", "context"]
    assert list(reasons(package(files=b"other.more.Sdk"))) == NEVER_RUN


def test_without_the_other_files_nothing_is_concluded() -> None:
    assert reasons(None) == {}
    doubtful = package()
    doubtful.has_doubt = True
    assert reasons(doubtful) == {}


@pytest.mark.parametrize("bound", ["_MOST_METHODS", "_MOST_LOOKS", "_MOST_STEPS"])
def test_beyond_a_bound_code_counts_as_run(bound: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(never_entered, bound, 0)
    assert list(reasons(package())) == ["behind", "context"]
