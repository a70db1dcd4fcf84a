"""Methods that scripts of web views and event buses call by their names: their addresses stay back ends."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.recognise.dataflow.code.package_resources import PackageResources
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.ends.uses import ConstantUses
from tieback.recognise.reasons import UNCALLED

DEX = Path(__file__).parents[1] / "dex"
OFFERED, ANY = ((DEX / f"{name}.dex").read_bytes() for name in ("offered", "offeredany"))
HOSTS = ("below", "created", "event", "kept", "noevent", "notoffered", "own")


def uncalled(data: bytes, hosts: tuple[str, ...], *, scripts: bool) -> list[str]:
    uses = ConstantUses([DexFile(data)], scripts=scripts)
    reasons = {host: uses.reason(f"https://{host}.shop.test/".encode()) for host in hosts}
    assert set(reasons.values()) <= {"", UNCALLED}
    return [host for host, reason in reasons.items() if reason]


def test_scripts_call_the_methods_of_the_objects_that_a_web_view_offers_to_them() -> None:
    assert uncalled(OFFERED, HOSTS, scripts=True) == ["noevent", "notoffered"]
    assert uncalled(OFFERED, HOSTS, scripts=False) == ["below", "created", "kept", "noevent", "notoffered", "own"]


def test_the_runtime_of_basic_calls_its_subs_by_name() -> None:
    data = (DEX / "basic.dex").read_bytes()
    assert uncalled(data, ("nosub", "sub"), scripts=False) == ["nosub"]
    other = data.replace(b"Lanywheresoftware/b4a/BA;", b"Lanywheresoftware/b4b/BA;")
    assert uncalled(other, ("nosub", "sub"), scripts=False) == ["nosub", "sub"]


def test_an_object_of_unknown_type_can_be_of_any_class() -> None:
    assert uncalled(ANY, ("anything",), scripts=True) == []
    assert uncalled(ANY, ("anything",), scripts=False) == ["anything"]


@pytest.mark.parametrize(
    ("versions", "old"),
    [
        ('<uses-sdk android:minSdkVersion="9" android:targetSdkVersion="16"/>', True),
        ('<uses-sdk minSdkVersion="16" targetSdkVersion="17"/>', False),
        ('<uses-sdk android:minSdkVersion="17"/>', False),
        ('<uses-sdk android:minSdkVersion="8"/>', True),
        ('<uses-sdk android:targetSdkVersion="T" android:minSdkVersion="21"/>', False),
        ("", True),
    ],
)
def test_the_target_sdk_decides_whether_scripts_need_an_annotation(versions: str, old: bool) -> None:
    manifest = f'<manifest package="test.shop">{versions}</manifest>'.encode()
    package = PackageResources()
    name = "AndroidManifest.xml"
    package.see(Artifact(name, (Buffer(name, BufferKind.MANIFEST, manifest),)))
    assert package.scripts_call_all is old


@settings(max_examples=examples(60))
@given(
    st.sampled_from((OFFERED, ANY)),
    st.lists(st.tuples(st.integers(112, 3_000), st.binary(min_size=1, max_size=4)), max_size=10),
)
def test_a_damaged_file_never_raises(data: bytes, patches: list[tuple[int, bytes]]) -> None:
    hurt = bytearray(data)
    for at, patch in patches:
        place = at % (len(hurt) - 8)
        hurt[place : place + len(patch)] = patch
    try:
        dex = DexFile(bytes(hurt))
    except ValueError:
        return
    uses = ConstantUses([dex], scripts=True)
    for host in HOSTS:
        uses.reason(f"https://{host}.shop.test/".encode())
