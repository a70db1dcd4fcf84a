"""What an analysis leaves in memory: nothing that only the collector of reference cycles can release."""

import gc
from collections.abc import Iterator

import pytest

from tests.each import each
from tests.unit.recognise.dalvik.test_run import limits, runner
from tests.unit.recognise.dataflow.test_extract import DEX, EXTRACTOR, artifact
from tieback.recognise.dalvik.machine import Machine
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.extract import EndpointExtractor


@pytest.fixture
def collected() -> Iterator[None]:
    """No collection during a test, and nothing of earlier tests to collect."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def kept(kind: type) -> int:
    """Number of objects of a class; ``isinstance`` would follow weak references to objects that are gone."""
    return sum(type(one) is kind for one in gc.get_objects())


@pytest.mark.usefixtures("collected")
@each("name", ["concat", "conditions", "missing", "uncalled", "pools", "hidden"])
def test_the_code_of_an_app_is_released_at_once(name: str) -> None:
    before = kept(DexFile)
    read = artifact((DEX / f"{name}.dex").read_bytes())
    held = list(EndpointExtractor(EXTRACTOR.rules).extract(read))
    assert list(EXTRACTOR.extract_app(read.buffers, held=held))
    assert kept(DexFile) == before


@pytest.mark.usefixtures("collected")
def test_it_is_released_if_the_caller_stops_before_the_end() -> None:
    before = kept(DexFile)
    read = artifact((DEX / "concat.dex").read_bytes())
    found = EXTRACTOR.extract_app(read.buffers, held=EndpointExtractor(EXTRACTOR.rules).extract(read))
    assert next(found) is not None
    assert kept(DexFile) > before
    del found
    assert kept(DexFile) == before


@pytest.mark.usefixtures("collected")
def test_a_java_exception_keeps_nothing_of_the_app() -> None:
    before = kept(Machine)
    its = runner(DEX / "limits.dex")
    assert its.call(limits("bytes", "[B", "[B"), ((),)) is None
    del its
    assert kept(Machine) == before
