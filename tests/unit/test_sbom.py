"""`make sbom`: the parts list of a release."""

import json
import os
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def parts_list(folder: Path, **environment: str) -> str:
    """Run ``make sbom`` in a copy of what it needs."""
    if not (shutil.which("uv") or (ROOT / ".uv/bin/uv").exists()):
        pytest.skip("uv is not installed here")
    for name in ("Makefile", "pyproject.toml", "uv.lock", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, folder)
    (folder / "tools").mkdir()
    shutil.copy(ROOT / "tools/write-sbom", folder / "tools")
    if (ROOT / ".uv").exists():
        (folder / ".uv").symlink_to(ROOT / ".uv")
    settings = os.environ | environment
    subprocess.run(["make", "--silent", "sbom"], cwd=folder, check=True, capture_output=True, timeout=60, env=settings)
    return (folder / "dist/tieback.cdx.json").read_text(encoding="utf-8")


def test_the_same_lock_gives_the_same_parts_list(tmp_path: Path) -> None:
    texts = []
    for name, zone in (("a", "UTC"), ("b", "Asia/Kolkata")):
        (tmp_path / name).mkdir()
        texts.append(parts_list(tmp_path / name, SOURCE_DATE_EPOCH="1795000000", TZ=zone))
    assert texts[0] == texts[1]
    assert json.loads(texts[0])["metadata"]["timestamp"] == "2026-11-18T11:06:40Z"


def test_the_parts_list_is_valid_and_holds_every_base_dependency_with_a_hash(tmp_path: Path) -> None:
    # Four seconds of CPU, which every worker would spend while it collects.
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    text = parts_list(tmp_path)
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
