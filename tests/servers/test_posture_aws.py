"""The view from inside, on an account of 200 resources in moto (an emulation of AWS): Prowler itself looks at it, and a
small client takes what the aws command line would print. What is true was worked out from what was asked for."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.posture.outside import exposure
from tieback.model.exposure import Finding
from tieback.model.posture import OwnedResource, UnclaimedStore, UnprobedPublicResource
from tieback.model.resource import Resource, ResourceKind
from tieback.pipeline.posture.exports import ImportedPosture, import_posture, iter_resources, resource_figures
from tieback.pipeline.posture.join import JoinSummary, join_accounts
from tieback.posture.prowler_run import ProwlerProvider, checks_for
from tieback.posture.source import Origin
from tieback.storage.workspace import Workspace

PLACE = Path(__file__).parents[2] / ".cache" / "test-servers"
SCRIPT = Path(__file__).parents[1] / "lab" / "posture_account.py"
ACCOUNT = "123456789012"
HERE = Origin(account=ACCOUNT, region="eu-west-1")

pytestmark = [pytest.mark.servers, pytest.mark.more, pytest.mark.timeout(900)]


def installed(name: str, program: str) -> Path:
    found = PLACE / name / "bin" / program
    if not (PLACE / name / ".complete").exists():
        pytest.skip(f"{name} is not installed: tools/install-test-servers installs it")
    return found


@pytest.fixture(scope="module")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running emulation of AWS on loopback."""
    program = installed("moto", "moto_server")
    folder = tmp_path_factory.mktemp("moto")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, "-H", "127.0.0.1", "-p", str(port)], stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=folder
        )
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if process.poll() is not None:
                pytest.fail(f"moto ended with {process.returncode}")
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def truth(moto: str) -> dict[str, dict[str, Any]]:
    """The account is filled; what is true of each resource, by its ARN."""
    said = _script(installed("moto", "python"), "fill", moto)
    return {one["key"]: one for one in json.loads(said)}


@pytest.fixture(scope="module")
def exported(moto: str, truth: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """What the aws command line would print of it."""
    folder = tmp_path_factory.mktemp("exports")
    _script(installed("moto", "python"), "export", moto, folder)
    return sorted(folder.iterdir())


@pytest.fixture(scope="module")
def by_cli(exported: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    directory = tmp_path_factory.mktemp("cli") / "ws"
    ends = list(import_posture(directory, exported, HERE))
    assert all(isinstance(end, ImportedPosture) and not end.incomplete for end in ends)
    with Workspace.open(directory) as workspace:
        yield workspace


def _script(python: Path, *words: object) -> str:
    done = subprocess.run([python, SCRIPT, *map(str, words)], capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def _found(workspace: Workspace) -> dict[str, Resource]:
    return {one.key: one for one in iter_resources(workspace)}


def test_every_resource_is_what_it_was_made_to_be(truth: dict[str, dict[str, Any]], by_cli: Workspace) -> None:
    assert len(truth) == 200
    found = _found(by_cli)
    assert set(found) == set(truth)
    fields = {
        "at_rest": "at_rest",
        "public": "public",
        "restorable": "backups_public",
        "login": "authentication",
        "engine": "product",
    }
    wrong = [
        (key, name, told[name], str(getattr(found[key], field)))
        for key, told in truth.items()
        for name, field in fields.items()
        if name in told and getattr(found[key], field) != told[name]
    ]
    assert wrong == []


def test_the_three_numbers_are_exactly_those_of_the_account(
    truth: dict[str, dict[str, Any]], by_cli: Workspace
) -> None:
    rows = {(row.kind, row.by, row.name): row for row in resource_figures(by_cli)}
    for kind in (ResourceKind.DATABASE, ResourceKind.BUCKET, ResourceKind.SNAPSHOT):
        of_kind = [one for one in truth.values() if one["kind"] == kind]
        groups = [("all", "", of_kind), ("provider", "aws", of_kind), ("account", f"aws {ACCOUNT}", of_kind)]
        groups += [
            ("engine", name, [one for one in of_kind if one["engine"] == name])
            for name in {one["engine"] for one in of_kind}
        ]
        for by, name, some in groups:
            row = rows[kind, by, name]
            wanted = Counter(one["at_rest"] for one in some)
            assert (
                row.at_rest.none,
                row.at_rest.provider_key,
                row.at_rest.customer_key,
                row.at_rest.encrypted,
                row.at_rest.unknown,
            ) == (
                wanted["none"],
                wanted["provider_key"],
                wanted["customer_key"],
                0,
                0,
            ), (kind, by, name)
            if kind is not ResourceKind.SNAPSHOT:
                public = [one for one in some if one["public"] == "yes"]
                assert (row.public.yes, row.public.no, row.public.unknown) == (len(public), len(some) - len(public), 0)
                reached = Counter(one["at_rest"] for one in public)
                assert (row.public_at_rest.none, row.public_at_rest.customer_key) == (
                    reached["none"],
                    reached["customer_key"],
                )
            else:
                assert row.restorable.yes == len([one for one in some if one["restorable"] == "yes"])


def test_the_join(truth: dict[str, dict[str, Any]], by_cli: Workspace) -> None:
    found = _found(by_cli)
    leaking = next(
        one
        for one in found.values()
        if one.public == "yes" and one.at_rest == "none" and one.service == "rds" and one.endpoints
    )
    closed = next(one for one in found.values() if one.public == "no" and one.service == "rds" and one.endpoints)
    stores = (
        exposure("exp-a", targets=(f"{leaking.endpoints[0].host}:{leaking.listens}",), pii=("email",)),
        exposure("exp-b", targets=(f"{closed.endpoints[0].host}:{closed.listens}",)),
        exposure("exp-c", targets=("198.51.100.4:9200",), product="elasticsearch"),
    )
    run = by_cli.ledger.start_run([])
    by_cli.ledger.conclusions.save(run, stores, ())
    by_cli.ledger.end_run(run)
    joined = list(join_accounts(by_cli))
    assert {one.resource.key for one in joined if isinstance(one, OwnedResource)} == {leaking.key, closed.key}
    assert [one.store.id for one in joined if isinstance(one, UnclaimedStore)] == ["exp-c"]
    unseen = {one.resource.key for one in joined if isinstance(one, UnprobedPublicResource)}
    public = {key for key, one in truth.items() if "yes" in (one.get("public"), one.get("restorable"))}
    assert unseen == public - {leaking.key}
    (said,) = [one.says for one in joined if isinstance(one, OwnedResource) and one.resource.key == leaking.key]
    assert (
        f"{leaking.name} in account {ACCOUNT} (eu-west-1): not encrypted at rest, public through security group" in said
    )
    titles = {one.title for one in joined if isinstance(one, Finding)}
    assert "Your own data store is open to the Internet, unencrypted, with personal data (email)" in titles
    assert "Data store is open, but its account reports it as closed" in titles
    assert isinstance(joined[-1], JoinSummary)
    assert (joined[-1].resources, joined[-1].owned, joined[-1].leaking, joined[-1].foreign) == (200, 2, 2, 1)


@pytest.mark.more
def test_lists_of_networks_and_load_balancers(moto: str, tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    _script(installed("moto", "python"), "fronts", moto, tmp_path / "exports")
    files = sorted((tmp_path / "exports").glob("*.json"))
    group = (tmp_path / "exports" / "group").read_text()
    origin = Origin(account=ACCOUNT, region="eu-central-1", resource=group)
    ends = list(import_posture(tmp_path / "ws", files, origin))
    assert all(isinstance(end, ImportedPosture) and not end.left_out for end in ends), ends
    with Workspace.open(tmp_path / "ws") as workspace:
        found = {one.name: one for one in iter_resources(workspace)}
    (machine,) = [one for one in found.values() if one.kind is ResourceKind.HOST]
    assert machine.public == "yes"
    assert machine.path[0] == "network load balancer shop (internet-facing) forwards port 27017 to it"
    assert any("elb.amazonaws.com" in str(place) for place in machine.endpoints)
    assert (found["let-in"].public, found["shut-out"].public) == ("yes", "no")
    assert found["shut-out"].path[0].startswith("network ACL acl-")


@pytest.mark.more
def test_prowler_itself(
    moto: str, truth: dict[str, dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prowler tells less than the API: what it does not tell stays unknown, and nothing that it tells is wrong."""
    prowler = installed("prowler", "prowler")
    environment = {
        "PATH": os.defpath, "HOME": str(tmp_path), "AWS_ENDPOINT_URL": moto, "AWS_ACCESS_KEY_ID": "emulated",
        "AWS_SECRET_ACCESS_KEY": "emulated", "AWS_DEFAULT_REGION": "eu-west-1", "AWS_EC2_METADATA_DISABLED": "true",
        # Whatever does not go to loopback is refused.
        "HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1",
    }  # fmt: skip
    command = [sys.executable, "-m", "tieback", "posture", "run", "aws", "--region", "eu-west-1"]
    command += ["--prowler", str(prowler), "--minutes", "10", "--workspace", str(tmp_path / "ws")]
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False, timeout=800
    )
    assert done.returncode == 3, done.stderr[-3000:]  # not everything could be collected
    assert "could not be collected and stay unknown" in done.stderr
    # The list of trusted workspaces is below the home of the one who made it.
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("TIEBACK_STATE", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    with Workspace.open(tmp_path / "ws") as workspace:
        found = _found(workspace)
    assert set(truth) <= set(found)
    # Automatic snapshots, and those of the emulation's images; no member of a cache counts by itself.
    assert {found[key].kind for key in set(found) - set(truth)} == {ResourceKind.SNAPSHOT}
    wrong = []
    for key, told in truth.items():
        one = found[key]
        may_be = {
            "none": {"none"},
            "provider_key": {"provider_key", "encrypted"},
            "customer_key": {"customer_key", "encrypted"},
        }[told["at_rest"]]
        if str(one.at_rest) not in may_be and one.service != "s3":
            wrong.append((key, "at_rest", told["at_rest"], str(one.at_rest)))
        if "public" in told and one.public != told["public"] and one.public != "unknown":
            wrong.append((key, "public", told["public"], str(one.public)))
        if told.get("restorable") == "yes" and one.backups_public != "yes":
            wrong.append((key, "restorable", "yes", str(one.backups_public)))
        if told.get("public") == "yes" and one.public != "yes":
            wrong.append((key, "public", "yes", str(one.public)))
    assert wrong == []
    unencrypted = {key for key, told in truth.items() if told["at_rest"] == "none"}
    assert {key for key in truth if found[key].at_rest == "none"} == unencrypted


@pytest.mark.parametrize("cloud", list(ProwlerProvider))
@pytest.mark.more
def test_every_requested_check_exists_in_prowler(cloud: ProwlerProvider, tmp_path: Path) -> None:
    prowler = installed("prowler", "prowler")
    command = [prowler, cloud.value, "--list-checks", "--no-banner", "--no-color"]
    environment = {"PATH": os.defpath, "HOME": str(tmp_path)}
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=300).stdout
    assert set(checks_for(cloud)) <= set(re.findall(r"^\[([a-z0-9_]+)\]", said, re.MULTILINE))


@pytest.mark.more
def test_an_account_without_permission(tmp_path: Path) -> None:
    """Nobody answers at the endpoint: one clear line, and nothing is made up."""
    prowler = installed("prowler", "prowler")
    environment = {
        "PATH": os.defpath, "HOME": str(tmp_path), "AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "eu-west-1", "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1", "NO_PROXY": "127.0.0.1",
    }  # fmt: skip
    command = [sys.executable, "-m", "tieback", "posture", "run", "aws", "--prowler", str(prowler), "--minutes", "3"]
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False, timeout=300
    )
    assert done.returncode == 4
    assert "tieback: Prowler exited with code" in done.stderr
    assert shutil.which("tieback") is None or not (tmp_path / ".tieback").exists()
