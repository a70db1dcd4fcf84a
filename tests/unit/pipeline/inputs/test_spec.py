"""What may be given as an input."""

from pathlib import Path

import pytest

from tieback.pipeline.inputs.spec import Given, Manifest, given, is_elsewhere, told


@pytest.mark.parametrize(
    ("one", "elsewhere", "kept"),
    [
        (given("s3://corpus/apps/"), True, "s3://corpus/apps/"),
        (given("https://h.example/list.txt?X-Amz-Signature=secret"), True, "https://h.example/list.txt"),
        (given("/data/apps"), False, "/data/apps"),
        (Manifest(Path("/data/m.csv")), True, "manifest:/data/m.csv"),
    ],
)
def test_inputs(one: Given, elsewhere: bool, kept: str) -> None:
    assert (is_elsewhere(one), told(one)) == (elsewhere, kept)


def test_a_relative_path_is_kept_whole() -> None:
    assert told(given("apps")) == str(Path("apps").absolute())
