"""The format of openback: the published schema is that of the code, and bad lines name their place."""

import json
import re
from pathlib import Path

import pytest

from bench.openback.schema import SCHEMA_FILE, Case, Result, read_lines, schema

README = SCHEMA_FILE.with_name("README.md").read_text()
EXAMPLES = re.findall(r"^\{.*\}$", README, re.MULTILINE)


def test_the_published_schema_is_current() -> None:
    assert SCHEMA_FILE.read_bytes() == schema()


def test_examples_are_valid(tmp_path: Path) -> None:
    import jsonschema

    for example in EXAMPLES:
        jsonschema.validate(json.loads(example), json.loads(SCHEMA_FILE.read_bytes()))
    (tmp_path / "x.jsonl").write_text("\n".join(EXAMPLES) + "\n\n")
    assert [type(one) for one in read_lines(tmp_path / "x.jsonl")] == [Case, Result]


@pytest.mark.parametrize(
    "line", ["{}", '{"schema":"openback/case/2"}', "[", EXAMPLES[0].replace("host-0001", 'x","y":"')]
)
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(EXAMPLES[0] + "\n" + line)
    with pytest.raises(ValueError, match=r"x\.jsonl:2: "):
        list(read_lines(path))
