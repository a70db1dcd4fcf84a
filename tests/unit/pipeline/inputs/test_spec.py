"""What may be given as an input."""

from pathlib import Path

import pytest

from tieback.pipeline.inputs.spec import InputSpec, Manifest, display_name, is_remote, parse_input


@pytest.mark.parametrize(
    ("one", "elsewhere", "kept"),
    [
        (parse_input("s3://corpus/apps/"), True, "s3://corpus/apps/"),
        (parse_input("https://h.example/list.txt?X-Amz-Signature=secret"), True, "https://h.example/list.txt"),
        (parse_input("/data/apps"), False, "/data/apps"),
        (Manifest(Path("/data/m.csv")), True, "manifest:/data/m.csv"),
    ],
)
def test_inputs(one: InputSpec, elsewhere: bool, kept: str) -> None:
    assert (is_remote(one), display_name(one)) == (elsewhere, kept)


def test_a_relative_path_is_kept_whole() -> None:
    assert display_name(parse_input("apps")) == str(Path("apps").absolute())
