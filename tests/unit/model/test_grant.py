"""Depths are ordered; each covers the ones before."""

import pytest

from tieback.model.grant import Depth


@pytest.mark.parametrize(
    ("granted", "needed", "allowed"),
    [
        (Depth.IDENTIFY, Depth.IDENTIFY, True),
        (Depth.IDENTIFY, Depth.ENUMERATE, False),
        (Depth.DESCRIBE, Depth.ENUMERATE, True),
        (Depth.DESCRIBE, Depth.SAMPLE, False),
        (Depth.SAMPLE, Depth.DESCRIBE, True),
    ],
)
def test_depth_includes_shallower_depths(granted: Depth, needed: Depth, allowed: bool) -> None:
    assert granted.allows(needed) is allowed
