"""tools/write-advisories: the advisories in docs/advisories are valid CSAF, and name tests that exist."""

import json
import re
from importlib import resources
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "docs/advisories"


def tool() -> ModuleType:
    loader = SourceFileLoader("write_advisories", str(ROOT / "tools/write-advisories"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


WRITTEN: dict[str, str] = tool().documents()


def test_the_files_are_current() -> None:
    on_disk = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.csaf.json")}
    assert on_disk == WRITTEN, "run tools/write-advisories"
    assert len(WRITTEN) >= 5


def test_the_csaf_schema_accepts_each_advisory() -> None:
    import jsonschema

    place = resources.files("csaf") / "csaf/v20/schema"
    schema = json.loads((place / "csaf.json").read_text())
    schema["properties"]["vulnerabilities"]["items"]["properties"].pop("scores", None)  # refers to CVSS; not written
    validator = jsonschema.Draft202012Validator(schema)
    for name, text in WRITTEN.items():
        assert [error.message for error in validator.iter_errors(json.loads(text))] == [], name


def test_each_advisory_names_tests_that_exist() -> None:
    for name, text in WRITTEN.items():
        paths = re.findall(r"tests/[\w/]+\.py", text)
        assert paths, name
        assert [path for path in paths if not (ROOT / path).is_file()] == [], name
