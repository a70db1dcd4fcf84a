"""Code blocks of the documents: each is valid in its language, and each whole grant and rule set is accepted.

Commands are checked in ``test_documents``, and run in ``tests/servers``: ``test_readme.py``, ``test_tutorial.py`` and
``test_howto.py``.
"""

import ast
import configparser
import json
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

import duckdb
import pytest
import yaml

from tests.each import each
from tests.unit.test_documents import DOCUMENTS, ROOT
from tieback.scope.grant import load_grant

FENCE = re.compile(r"(?ms)^ *```(\w*)\n(.*?)^ *```")
"""A block in a list is indented."""
WHOLE_GRANT = {"authorised_by", "contact", "not_after"}
LANGUAGES = {"", "sh", "toml", "json", "yaml", "python", "sql", "ini"}
"""A block in another language needs a check here."""


class Block(NamedTuple):
    page: Path
    number: int
    language: str
    text: str


def blocks() -> Iterator[Block]:
    for page in DOCUMENTS:
        yield from blocks_of(page)


def blocks_of(page: Path) -> Iterator[Block]:
    for number, (language, text) in enumerate(FENCE.findall(page.read_text(encoding="utf-8"))):
        yield Block(page, number, language, dedent(text))


def those(*languages: str) -> list[Block]:
    return [block for block in blocks() if block.language in languages]


def ids(block: Block) -> str:
    return f"{block.page.relative_to(ROOT)}-{block.number}"


def test_every_language_has_a_check() -> None:
    assert {block.language for block in blocks()} - LANGUAGES == set()


def test_shell_blocks_are_valid() -> None:
    wrong = []
    for page in DOCUMENTS:
        # All blocks of a page in one call: bash needs longer to start than to parse.
        text = "".join(block.text + "\n" for block in blocks_of(page) if block.language == "sh")
        if text:
            done = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True, check=False)
            wrong += [f"{page.name}: {done.stderr}"] if done.returncode else []
    assert wrong == []


@each("block", those("toml", "json", "yaml", "python", "sql", "ini"), ids=ids)
def test_block_is_valid_in_its_language(block: Block) -> None:
    match block.language:
        case "toml":
            tomllib.loads(block.text)
        case "json":
            json.loads(block.text)
        case "yaml":
            assert yaml.safe_load(block.text) is not None
        case "python":
            ast.parse(block.text)
        case "sql":
            assert "SETTINGS" in block.text or duckdb.extract_statements(block.text)  # SETTINGS: of ClickHouse
        case _:
            configparser.ConfigParser().read_string(block.text)


GRANTS = [block for block in those("toml") if set(tomllib.loads(block.text)) >= WHOLE_GRANT]
"""At least that of the README; an empty list would fail, because pytest skips a test without cases."""


@pytest.mark.parametrize("block", GRANTS, ids=ids)
def test_grant_is_accepted(block: Block, tmp_path: Path) -> None:
    path = tmp_path / "grant.toml"
    path.write_text(block.text, encoding="utf-8")
    path.chmod(0o600)
    assert load_grant(path).target
