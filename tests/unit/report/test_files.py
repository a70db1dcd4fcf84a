"""Which outputs are written in place, because they are no files."""

from pathlib import Path

import pytest

from tieback.report.files import is_device


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/dev/null", True),
        ("/dev/no-such-device", True),
        ("/proc/self/fd/1", True),
        ("/dev/shm/report.json", False),
        ("/dev/shm/../null", True),
        ("/no-such-folder/report.json", False),
    ],
)
def test_devices(path: str, expected: bool) -> None:
    assert is_device(Path(path)) is expected
