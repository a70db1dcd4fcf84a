"""What only tests and examples of libraries name is no back end of the app."""

from pathlib import Path

from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import NotBackend, Sighting
from tieback.recognise.dataflow.unused.samples import SAMPLE
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

DATA = (Path(__file__).parents[1] / "dex" / "samples.dex").read_bytes()
MANIFEST = '<manifest package="test.app"><application><activity android:name=".demo.Main"/></application></manifest>'


USED = (Path(__file__).parents[1] / "dex" / "samplesused.dex").read_bytes()


def settled(manifest: str, *more: Artifact) -> tuple[set[str], set[str]]:
    """Hosts that are shown, and values that are left out as samples."""
    name = "AndroidManifest.xml"
    pieces = [
        Artifact(name, (Buffer(name, BufferKind.MANIFEST, manifest.encode()),)),
        read_dex("classes.dex", DATA)[0],
        *more,
    ]
    finds = list(AppSearch(RuleFiles()).finds(pieces))
    shown = {one.endpoint.host or one.endpoint.value for one in finds if isinstance(one, Sighting)}
    return shown, {one.value for one in finds if isinstance(one, NotBackend) and one.reason == SAMPLE}


def test_examples_of_libraries_are_left_out_with_their_reason() -> None:
    shown, samples = settled(MANIFEST)
    assert samples == {
        "https://example.maps.test", "https://constant.maps.test", "https://tools.maps.test",
        "https://plain.maps.test", "https://case.maps.test", "https://json.maps.test", "firebase-rtdb:demo-project-1",
    }  # fmt: skip
    assert shown == {"both.maps.test", "used.maps.test", "own.maps.test"}


def test_code_of_the_app_is_no_example_whatever_its_package_is_named() -> None:
    shown, samples = settled(MANIFEST.replace(".demo.Main", "org.maps.client.demo.Main"))
    assert samples == {"https://own.maps.test", "https://json.maps.test"}
    assert {"example.maps.test", "constant.maps.test", "tools.maps.test"} <= shown


def test_without_a_manifest_nothing_is_an_example() -> None:
    _, samples = settled("<manifest/>")
    assert samples == set()


def test_a_test_case_counts_in_a_package_of_tests() -> None:
    runner = '<instrumentation android:name="android.test.InstrumentationTestRunner"/></manifest>'
    shown, samples = settled(MANIFEST.replace("</manifest>", runner))
    assert "case.maps.test" in shown
    assert "https://plain.maps.test" in samples


def test_an_example_that_is_a_service_counts() -> None:
    file = "META-INF/services/org.maps.Provider"
    service = Artifact(file, (Buffer(file, BufferKind.TEXT, b"# default\norg.maps.client.example.Example\n"),))
    shown, samples = settled(MANIFEST, service)
    assert "example.maps.test" in shown
    assert "https://plain.maps.test" in samples


def test_an_example_counts_whose_field_name_or_class_other_code_has() -> None:
    shown, samples = settled(MANIFEST, read_dex("classes2.dex", USED)[0])
    assert {"byfield.maps.test", "byclass.maps.test", "byname.maps.test"} <= shown
    assert "https://unused.maps.test" in samples
