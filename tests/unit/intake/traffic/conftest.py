"""Opening capture bytes as a user's file, for the tests of this folder."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tieback.intake.traffic.interface import SampledFlow
from tieback.intake.traffic.open import open_traffic
from tieback.model.sighting import Problem

type Read = Callable[..., tuple[list[SampledFlow], list[Problem]]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Call ``read(data)``: the flows and problems of a file that holds ``data``."""

    def call(data: bytes, uid_map: dict[int, tuple[str, ...]] | None = None) -> tuple[list[SampledFlow], list[Problem]]:
        path = tmp_path / "given"
        path.write_bytes(data)
        opened = open_traffic(path, uid_map)
        try:
            return list(opened.flows()), opened.problems
        finally:
            opened.close()

    return call
