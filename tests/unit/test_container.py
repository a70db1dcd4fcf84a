"""The Containerfile, read as text: no image is built. One test runs tieback under the conditions of the container."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from tests.each import each

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "Containerfile").read_text(encoding="utf-8")
KEYWORDS = {
    "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "RUN", "SHELL", "STOPSIGNAL",
    "USER", "VOLUME", "WORKDIR",
}  # fmt: skip
"""ADD is left out: COPY takes only files of this repository. So is ONBUILD, which acts on images of others."""
SHELLS = {"sh", "bash", "dash", "ash", "env"}


class Instruction(NamedTuple):
    """One instruction, without comments and line breaks."""

    keyword: str
    rest: str


def instructions(text: str) -> list[Instruction]:
    """The instructions of a Containerfile, in order."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n", " ", "\n".join(lines))
    found = [line.split(maxsplit=1) for line in joined.splitlines() if line.strip()]
    return [Instruction(keyword.upper(), rest.strip()) for keyword, rest in found]


def starts_a_shell(one: Instruction) -> bool:
    """True for the shell form, and for a shell in the other form."""
    try:
        words = json.loads(one.rest)
    except ValueError:
        return True
    return not words or Path(words[0]).name in SHELLS


def faults(text: str) -> list[str]:
    """What breaks a promise of the image."""
    wrong: list[str] = []
    last: list[Instruction] | None = None
    arguments: dict[str, str] = {}
    for one in instructions(text):
        if one.keyword not in KEYWORDS:
            wrong.append(f"{one.keyword} {one.rest}: not used here")
        if one.keyword in ("RUN", "CMD", "ENTRYPOINT", "SHELL") and starts_a_shell(one):
            wrong.append(f"{one.keyword} {one.rest}: starts a shell")
        if one.keyword == "COPY" and "://" in one.rest:
            wrong.append(f"COPY {one.rest}: an address")
        if one.keyword == "ARG" and last is None:
            name, _, arguments[name] = one.rest.partition("=")
        if one.keyword == "FROM":
            last = []
            image = re.sub(r"\$\{(\w+)\}", lambda match: arguments.get(match[1], ""), one.rest.split()[0])
            if not re.fullmatch(r"[\w./-]+/[\w./-]+(:(?!latest$)[\w.-]+|@sha256:[0-9a-f]{64})", image):
                wrong.append(f"FROM {image}: neither a digest nor the tag of a version")
        elif last is not None:
            last.append(one)
    users = ["root", *(one.rest for one in last or () if one.keyword == "USER")]
    if not re.fullmatch(r"[1-9]\d*:[1-9]\d*", users[-1]):
        wrong.append(f"USER {users[-1]}: not a number above 0")
    if any(one.keyword == "RUN" for one in last or ()):
        wrong.append("RUN in the last stage: it would need a shell or a package manager there")
    return wrong


def test_the_containerfile_breaks_no_promise() -> None:
    assert faults(TEXT) == []
    assert "NOT BUILT BY OUR TESTS" in TEXT


BEFORE = "ARG BASE=docker.io/library/python:3.13\nFROM ${BASE}\nUSER 65532:65532\n"
DIGEST = "0" * 64


@each(
    ("text", "wrong"),
    [
        (BEFORE, []),
        (BEFORE.replace(":3.13", f"@sha256:{DIGEST}"), []),
        (BEFORE.replace(":3.13", ":latest"), ["FROM docker.io/library/python:latest: neither"]),
        (BEFORE.replace(":3.13", ""), ["FROM docker.io/library/python: neither"]),
        (BEFORE.replace("ARG BASE=docker.io/library/python:3.13\n", ""), ["FROM : neither"]),
        (BEFORE.replace("USER 65532:65532\n", ""), ["USER root: not a number"]),
        (BEFORE.replace("65532:65532", "0:0"), ["USER 0:0: not a number"]),
        (BEFORE + "USER root\n", ["USER root: not a number"]),
        (BEFORE + "ENTRYPOINT tieback\n", ["ENTRYPOINT tieback: starts a shell"]),
        (BEFORE + 'CMD ["/bin/sh", "-c", "tieback"]\n', ["CMD"]),
        (
            BEFORE + "RUN pip install \\\n  tieback\n",
            ["RUN pip install    tieback: starts a shell", "RUN in the last stage"],
        ),
        (BEFORE + "ADD https://example.test/x /x\n", ["ADD https://example.test/x /x: not used here"]),
        (BEFORE + "COPY https://example.test/x /x\n", ["COPY https://example.test/x /x: an address"]),
        (BEFORE + "NONSENSE x\n", ["NONSENSE x: not used here"]),
    ],
)
def test_a_broken_promise_is_found(text: str, wrong: list[str]) -> None:
    found = faults(text)
    assert len(found) == len(wrong)
    assert all(one.startswith(start) for one, start in zip(found, wrong, strict=True))


def test_what_is_copied_exists_and_is_not_ignored() -> None:
    copied = [
        word
        for one in instructions(TEXT)
        if one.keyword == "COPY" and not one.rest.startswith("--from")
        for word in shlex.split(one.rest)[:-1]
    ]
    assert set(copied) == {
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "NOTICE",
        "ci/install",
        "ci/requirements.txt",
        "src",
    }
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in lines
    assert {line[1:] for line in lines if line.startswith("!")} == set(copied)
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_hadolint_finds_nothing() -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    command = [shutil.which("hadolint", path=path) or "hadolint", "Containerfile"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_a_release_builds_on_a_digest() -> None:
    """The file names a tag, so the workflow must resolve it, pass it, and stop without one."""
    jobs = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8"))["jobs"]
    (script,) = [step["run"] for step in jobs["image"]["steps"] if "run" in step]
    assert '[[ $digest == sha256:* ]] || { echo "no digest of' in script
    assert '--build-arg "BASE=${base%:*}@$digest"' in script
    assert "--read-only --tmpfs /tmp --network none" in script


CONDITIONS = """set -eu
mount --make-rprivate /
mount -o remount,bind,ro /
mount -t tmpfs tmpfs /tmp
chmod 1777 /tmp
for shell in /usr/bin/dash /usr/bin/bash; do [ ! -e "$shell" ] || mount --bind /dev/null "$shell"; done
exec setpriv --reuid 65532 --regid 65532 --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all "$@"
"""
"""Read-only root, a /tmp of its own, no shell, user 65532, no capabilities. The namespaces come from unshare(1)."""


WRITES = """
import os
for path in ('/usr/x', '/tmp/x'):
    try:
        open(path, 'w')
        print('wrote')
    except OSError:
        print('no')
try:
    os.execv('/bin/sh', ['sh', '-c', 'echo a shell'])
except OSError:
    print('no shell', os.getuid())
"""
"""Shows that the conditions are there, so that the scan after it means something."""


def contained(*words: str) -> "subprocess.CompletedProcess[str]":
    """Run a program as the container would: without network, and with the image's variables."""
    settings = dict(
        word.split("=", 1)
        for one in instructions(TEXT)
        if one.keyword == "ENV"
        for word in shlex.split(one.rest)
        if not word.startswith("PATH=")
    )
    boxed = ["unshare", "--mount", "--net", "--pid", "--fork", "--mount-proc", "sh", "-c", CONDITIONS, "sh"]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT / "src"), **settings}
    return subprocess.run([*boxed, *words], env=environment, capture_output=True, text=True, check=False, timeout=300)


@pytest.mark.more
@pytest.mark.timeout(600)  # rules are prepared anew: 6 s of CPU time
def test_a_scan_works_on_a_read_only_root_without_network_and_shell() -> None:
    if contained("true").returncode != 0:
        pytest.skip("namespaces are not available: a read-only root needs root and unshare(1)")
    assert contained(sys.executable, "-c", WRITES).stdout.split("\n") == ["no", "wrote", "no shell 65532", ""]
    app = str(ROOT / "labs" / "apps" / "fieldhand.apk")
    done = contained(sys.executable, "-m", "tieback", "scan", app, "--format", "json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["headline"]["apps_analysed"] == 1
    assert report["backends"]
