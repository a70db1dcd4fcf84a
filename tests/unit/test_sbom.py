"""`make sbom`: the parts list of a release."""

import json
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT = Path(__file__).resolve().parents[2]


def test_the_parts_list_is_valid_and_holds_every_base_dependency_with_a_hash(tmp_path: Path) -> None:
    if not (shutil.which("uv") or (ROOT / ".uv/bin/uv").exists()):
        pytest.skip("uv is not installed here")
    for name in ("Makefile", "pyproject.toml", "uv.lock", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, tmp_path)
    if (ROOT / ".uv").exists():
        (tmp_path / ".uv").symlink_to(ROOT / ".uv")
    subprocess.run(["make", "--silent", "sbom"], cwd=tmp_path, check=True, capture_output=True, timeout=60)
    text = (tmp_path / "dist/tieback.cdx.json").read_text(encoding="utf-8")
    document = json.loads(text)
    components = {one["name"]: one for one in document["components"]}
    # The validator needs over a minute for all components, which have the same form.
    part = document | {"components": document["components"][:2], "dependencies": document["dependencies"][:2]}
    assert JsonStrictValidator(SchemaVersion.V1_5).validate_str(json.dumps(part)) is None
    needed = [
        line.partition(">")[0].partition("[")[0]
        for line in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    ]
    assert len(needed) > 10
    for name in needed:
        hashes = [one for reference in components[name]["externalReferences"] for one in reference["hashes"]]
        assert {one["alg"] for one in hashes} == {"SHA-256"}, name
    assert "pytest" not in components
