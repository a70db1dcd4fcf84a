"""Code that needs a class which is not in the package: what only such code contacts is no back end."""

import struct
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import NotBackend, Sighting
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.methods.sinks import read_sinks
from tieback.recognise.dataflow.unused import failing_code, missing_classes, unrunnable
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

DEX = Path(__file__).parents[1] / "dex"
DATA = (DEX / "missing.dex").read_bytes()
REASON = "only in code that needs org.maps, which is not in the package"
SEARCH = AppSearch(RuleFiles())
APPLICATION = '<application><activity android:name=".Main"/></application>'
MANIFEST = f'<manifest package="test.shop.app"><uses-sdk targetSdkVersion="30"/>{APPLICATION}</manifest>'
LEFT_OUT = [
    "above", "behind", "belowinitialiser", "called", "child", "created", "everyway", "field", "handed",
    "initialiser", "interface", "lost-app-1", "lostice", "lostmember", "notbegun", "object", "read", "setting",
    "superclass", "tried",
]  # fmt: skip
SHOWN = [
    "both", "catcherror", "catchlinkageerror", "catchnoclassdeffounderror", "catchthrowable", "constants", "early",
    "first", "givenaway", "kept-app-1", "keptice", "keptmember", "lastly", "namedmember", "noobject",
    "oneway", "platform", "readtwice", "second", "serial", "tested", "throwsother",
]  # fmt: skip


def settled(
    data: bytes = DATA, manifest: str = MANIFEST, file: str = "classes.dex", *more: Artifact
) -> tuple[dict[str, str], list[str]]:
    """Reasons by case, and the cases that stay back ends."""
    name = "AndroidManifest.xml"
    pieces = [Artifact(name, (Buffer(name, BufferKind.MANIFEST, manifest.encode()),)), *read_dex(file, data), *more]
    finds = list(SEARCH.finds(piece for piece in pieces if isinstance(piece, Artifact)))
    reasons = {_case(one.value): one.reason for one in finds if isinstance(one, NotBackend)}
    return reasons, sorted({_case(one.endpoint.value) for one in finds if isinstance(one, Sighting)})


def _case(address: str) -> str:
    return address.removeprefix("stun:").rpartition("/")[2].removeprefix("app-engine:").partition(".")[0]


def test_code_that_needs_a_missing_class_contacts_nothing() -> None:
    reasons, shown = settled()
    assert reasons == dict.fromkeys(LEFT_OUT, REASON)
    assert shown == SHOWN


def test_a_number_that_looks_like_a_call_of_a_property_is_none() -> None:
    number = bytes.fromhex("14006e10")
    dex = DexFile(DATA)
    (index,) = dex.methods_titled(dex.string_of(b"Property"))
    data = DATA.replace(number + b"\xff\x7f", number + struct.pack("<H", index))
    assert data != DATA
    assert settled(data)[0] == dict.fromkeys(LEFT_OUT, REASON)


def test_a_number_that_looks_like_the_load_of_a_text_is_none() -> None:
    index = DexFile(DATA).string_of(b"stun:lostice.shop.test:19302")
    data = DATA.replace(bytes.fromhex("14006e10ff7f"), bytes.fromhex("14001a00") + struct.pack("<H", index))
    assert index >= 0
    assert data != DATA
    assert settled(data)[0] == dict.fromkeys(LEFT_OUT, REASON)


@pytest.mark.parametrize(
    "manifest",
    [
        "<manifest/>",
        MANIFEST.replace("<application>", '<application><uses-library android:name="org.maps"/>'),
        MANIFEST.replace("<application>", '<application><uses-static-library android:name="org.maps"/>'),
        MANIFEST.replace("<application>", '<instrumentation android:name=".Test"/><application>'),
        MANIFEST.replace("<application>", '<application android:isSplitRequired="true">'),
        MANIFEST.replace(
            "<application>", '<application><meta-data android:name="com.android.vending.splits.required"/>'
        ),
        MANIFEST.replace(".Main", ".packed.Main"),
    ],
)
def test_classes_that_can_come_from_elsewhere_are_not_missing(manifest: str) -> None:
    reasons, shown = settled(manifest=manifest)
    assert REASON not in reasons.values()
    assert set(LEFT_OUT) <= set(shown)


@pytest.mark.parametrize(
    "manifest",
    [
        MANIFEST.replace("<application>", '<application><uses-library android:name="org.apache.http.legacy"/>'),
        MANIFEST.replace("<application>", '<application android:isSplitRequired="false">'),
        MANIFEST.replace("<activity", '<service android:name="org.maps.Upload"/><activity').replace(
            "<activity", '<activity android:name="test.lib.Made"/><activity android:name="test.lib.Two"/><activity', 1
        ),
    ],
)
def test_an_ordinary_manifest_is_no_doubt(manifest: str) -> None:
    assert settled(manifest=manifest)[0] == dict.fromkeys(LEFT_OUT, REASON)


def test_code_that_the_app_loads_itself_may_have_other_classes() -> None:
    reasons, _ = settled(file="assets/plugin.dex")
    assert REASON not in reasons.values()


@pytest.mark.parametrize("name", ["loaderown", "loaderhook"])
def test_code_that_is_added_to_the_app_may_have_other_classes(name: str) -> None:
    assert REASON not in settled(DATA, MANIFEST, "classes.dex", part(name))[0].values()


def test_the_own_code_of_a_variant_is_that_of_the_class_that_starts_it() -> None:
    category = '<intent-filter><category android:name="android.intent.category.LAUNCHER"/></intent-filter></activity>'
    variant = MANIFEST.replace('"test.shop.app"', '"test.shop.app.free"').replace('".Main"', '"test.shop.app.Main"')
    assert settled(DATA, variant, "classes.dex", part("loaderown"))[0] == dict.fromkeys(LEFT_OUT, REASON)
    started = variant.replace('Main"/>', f'Main">{category}')
    assert REASON not in settled(DATA, started, "classes.dex", part("loaderown"))[0].values()


def test_loaders_of_libraries_and_of_the_parts_of_the_app_are_no_doubt() -> None:
    assert settled(DATA, MANIFEST, "classes.dex", part("loaderlib"))[0] == dict.fromkeys(LEFT_OUT, REASON)


@pytest.mark.parametrize("file", ["smali", "smali_classes2", "smali_classes12.part3"])
def test_the_folders_of_apktool_are_parts_of_the_app(file: str) -> None:
    assert settled(DATA, MANIFEST, file)[0] == dict.fromkeys(LEFT_OUT, REASON)


@pytest.mark.parametrize("file", ["smali_assets", "assets/smali", "smali.dex"])
def test_other_folders_are_code_that_the_app_loads(file: str) -> None:
    assert REASON not in settled(DATA, MANIFEST, file)[0].values()


def part(name: str) -> Artifact:
    return read_dex("classes2.dex", (DEX / f"{name}.dex").read_bytes())[0]


def test_a_file_that_is_cut_off_may_have_other_classes() -> None:
    size = struct.pack("<I", len(DATA) + 8)
    assert REASON not in settled(DATA[:32] + size + DATA[36:])[0].values()


def test_if_most_classes_are_missing_a_packer_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(missing_classes, "_MOST_PART", 100)
    assert REASON not in settled()[0].values()


def test_the_libraries_by_which_apps_contact_servers_are_never_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {"Lokhttp3/", "Lretrofit2/", "Lio/grpc/"} <= set(missing_classes.client_packages())
    monkeypatch.setattr(missing_classes, "client_packages", lambda: ("Lorg/maps/",))
    assert REASON not in settled()[0].values()


def test_a_library_for_which_others_have_optional_code_can_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    maps = msgspec.structs.replace(read_sinks()[0], owner="Lorg/maps/Client;")
    for optional, packages in ((False, ("Lorg/maps/",)), (True, ())):
        every = (msgspec.structs.replace(maps, optional=optional),)
        monkeypatch.setattr(missing_classes, "read_sinks", lambda every=every: every)
        assert missing_classes.client_packages.__wrapped__() == packages


@pytest.mark.parametrize(
    ("module", "limit"),
    [
        (failing_code, "MAX_STEPS"),
        (failing_code, "_MOST_ROUNDS"),
        (failing_code, "_MOST_MISSING"),
        (unrunnable, "MAX_UNITS"),
    ],
)
def test_without_a_budget_code_can_run(monkeypatch: pytest.MonkeyPatch, module: object, limit: str) -> None:
    monkeypatch.setattr(module, limit, 0)
    _, shown = settled()
    assert set(LEFT_OUT) - set(shown) <= {
        "above", "interface", "lostice", "lostmember", "notbegun", "superclass",
    }  # fmt: skip
    assert set(SHOWN) <= set(shown)


@settings(max_examples=examples(60))
@given(st.lists(st.tuples(st.integers(112, len(DATA) - 4), st.binary(min_size=1, max_size=4)), max_size=10))
def test_a_damaged_file_never_raises(patches: list[tuple[int, bytes]]) -> None:
    hurt = bytearray(DATA)
    for place, patch in patches:
        hurt[place : place + len(patch)] = patch
    settled(bytes(hurt))
