"""Each locked dependency has a wheel for every Python and machine that the README names; ``uv.lock`` lists them."""

import os
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import parse_wheel_filename

ROOT = Path(__file__).parents[2]
PYTHONS = ("3.12", "3.13", "3.14")
MACHINES = {
    "Linux x86_64": ("linux", "x86_64", [f"manylinux_2_{minor}_x86_64" for minor in range(28, 4, -1)]),
    "Linux aarch64": ("linux", "aarch64", [f"manylinux_2_{minor}_aarch64" for minor in range(28, 16, -1)]),
}
OLD_NAMES = {"x86_64": ["manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64"]}
OLD_NAMES["aarch64"] = ["manylinux2014_aarch64"]
GROUPS = ("dev", "schemas")
"""Of development, beside all extras: what the tests need."""
WITHOUT_WHEEL = {"cpe", "adbutils"}
"""They are built from their source, which is Python only. (adbutils' wheels bring an adb that Linux on ARM has not.)"""


@cache
def lock() -> dict[str, Any]:
    return tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))


def environment(python: str, system: str, machine: str) -> dict[str, str]:
    return {
        "implementation_name": "cpython",
        "implementation_version": f"{python}.0",
        "os_name": "posix",
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": {"linux": "Linux"}[system],
        "platform_version": "",
        "python_full_version": f"{python}.0",
        "python_version": python,
        "sys_platform": system,
        "extra": "",
    }


def needed(python: str, system: str, machine: str) -> Iterator[dict[str, Any]]:
    """The packages of the lock that are installed there, with all extras of ours and those that they ask for."""
    here = environment(python, system, machine)
    (ours,) = (one for one in lock()["package"] if one["source"].get("editable") == ".")
    edges = [*ours["dependencies"]]
    edges += [edge for extra in ours["optional-dependencies"].values() for edge in extra]
    edges += [edge for group in GROUPS for edge in ours["dev-dependencies"][group]]
    seen: set[tuple[str, str, str]] = set()
    while edges:
        edge = edges.pop()
        if "marker" in edge and not Marker(edge["marker"]).evaluate(here):
            continue
        for package in lock()["package"]:
            if package["name"] != edge["name"] or package["version"] != edge.get("version", package["version"]):
                continue
            for extra in ("", *edge.get("extra", ())):
                if (key := (package["name"], package["version"], extra)) not in seen:
                    seen.add(key)
                    edges += package["optional-dependencies"][extra] if extra else package.get("dependencies", [])
                    if not extra:
                        yield package


def tags(python: str, machine: str) -> set[Tag]:
    version = tuple(map(int, python.split(".")))
    platforms = [*MACHINES[f"Linux {machine}"][2], *OLD_NAMES[machine], f"linux_{machine}"]
    return {*cpython_tags(version, platforms=platforms), *compatible_tags(version, platforms=platforms)}


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("machine", MACHINES)
def test_every_locked_dependency_has_a_wheel(python: str, machine: str) -> None:
    system, processor, _ = MACHINES[machine]
    fits = tags(python, processor)
    missing = []
    packages = list(needed(python, system, processor))
    for package in packages:
        if package["name"] in WITHOUT_WHEEL:
            assert "sdist" in package
            continue
        names = [wheel["url"].rpartition("/")[2] for wheel in package.get("wheels", ())]
        if not any(parse_wheel_filename(name)[3] & fits for name in names):
            missing.append(f"{package['name']} {package['version']}")
    assert len(packages) > 100
    assert missing == []


def test_the_tested_version_is_one_of_them() -> None:
    """What uv makes environments of, unless it is told otherwise."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert (ROOT / ".python-version").read_text().strip() == "3.13"
    assert re.findall(r"Programming Language :: Python :: (3\.\d+)", text) == list(PYTHONS)


UV = """#!/bin/sh
# Knows the Pythons in HAVE, and fetches those in FETCHED.
case "$1 $2" in
  "python find") for last; do :; done
    for one in $HAVE $(cat fetched 2>/dev/null); do [ "$one" = "$last" ] && echo "/usr/bin/python$last" && exit 0; done
    exit 2 ;;
  "python install") case " $FETCHED " in *" $4 "*) echo "$4" >> fetched; exit 0 ;; esac; exit 1 ;;
esac
exit 9
"""


@pytest.mark.parametrize(
    ("have", "fetched", "expected", "said"),
    [
        ("3.12 3.13 3.14", "", "3.13", ""),
        ("3.14 3.12", "3.13", "3.13", ""),
        ("3.14 3.12", "", "3.14", "3.14 is used instead"),
        ("3.12 3.11", "", "3.12", "3.12 is used instead"),
        ("3.15 3.11", "3.15", "", "no Python from 3.12 to 3.14 is here, and none can be fetched"),
        ("", "", "", "Install Python 3.13: apt install python3 on Debian 13"),
    ],
)
def test_the_python_of_the_environments(tmp_path: Path, have: str, fetched: str, expected: str, said: str) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / ".python-version").write_text("3.13\n")
    (tmp_path / "tools" / "find-python").write_bytes((ROOT / "tools" / "find-python").read_bytes())
    (tmp_path / "uv").write_text(UV)
    (tmp_path / "uv").chmod(0o755)
    done = subprocess.run(
        ["bash", tmp_path / "tools" / "find-python", tmp_path / "uv"],
        env={"PATH": os.environ["PATH"], "HAVE": have, "FETCHED": fetched, "SYSTEM_PYTHONS": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == (f"/usr/bin/python{expected}\n" if expected else "")
    assert done.returncode == (0 if expected else 1)
    assert said in done.stderr
