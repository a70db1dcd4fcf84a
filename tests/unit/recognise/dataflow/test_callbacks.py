"""Addresses of which objects have the host: those of callbacks, readers of JSON and holders of the platform."""

import pytest

from tests.unit.recognise.dataflow.test_extract import DEX, EXTRACTOR, artifact
from tieback.model.sighting import Sighting
from tieback.recognise.dalvik import decryptors, inline
from tieback.recognise.dalvik.objects import LimitError
from tieback.recognise.extract import EndpointExtractor

FOUND = {
    "https://call.entries.test/called",
    "https://view.entries.test/clicked",
    "https://json.entries.test:8443/json",
}


def shown() -> set[str]:
    read = artifact((DEX / "entries.dex").read_bytes())
    held = list(EndpointExtractor(EXTRACTOR.rules).extract(read))
    found = EXTRACTOR.extract_app(read.buffers, held=held)
    return {find.endpoint.value for find in found if isinstance(find, Sighting)}


def test_the_object_of_a_callback_gives_the_host() -> None:
    assert shown() >= FOUND


def test_a_part_that_nothing_sets_gives_no_host() -> None:
    assert not any("null" in value or "missing" in value for value in shown())


def test_methods_run_as_far_as_possible_only_within_their_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decryptors, "FULL_STEPS", 0)
    assert "https://view.entries.test/clicked" not in shown()


def test_what_a_method_makes_itself_stays_if_no_run_is_left_for_callbacks(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_run(*_: object) -> None:
        raise LimitError

    monkeypatch.setattr(inline, "_unlike", no_run)
    assert "https://json.entries.test:8443/json" in shown()
