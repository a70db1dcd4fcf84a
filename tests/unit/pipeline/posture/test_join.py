"""Inside meets outside: resources, stores, back ends, apps and devices of one workspace."""

import json
from datetime import date
from pathlib import Path

from tests.unit.pipeline.workspaces import ANALYSED, P, enter
from tests.unit.posture.exports import ACCOUNT, INSTANCE, OPEN_GROUP, RDS_ARN, ROUTES
from tests.unit.posture.outside import backend, exposure, route
from tieback.model.device import InventoryRow
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.exposure import Exposure, Finding
from tieback.model.posture import OwnedResource, UnclaimedStore, UnprobedPublicResource
from tieback.model.sighting import AppDocument, Evidence, Sighting
from tieback.model.unit import Unit
from tieback.pipeline.posture.exports import import_posture
from tieback.pipeline.posture.join import JoinRow, JoinSummary, join_accounts
from tieback.posture.numbers import ResourceTally
from tieback.posture.source import Origin
from tieback.storage.lake.lake import part_name
from tieback.storage.lake.tables.apps import app_tables
from tieback.storage.lake.tables.inputs import RunInput, save_inputs
from tieback.storage.lake.tables.probes import save_backends
from tieback.storage.workspace import Workspace

HOST = "orders.c1.eu-west-1.rds.amazonaws.com"
APP = ANALYSED[0]
ENDPOINT = f"postgresql://{HOST}:5432/orders"
OTHER = {
    **INSTANCE,
    "DBInstanceIdentifier": "quiet",
    "DBInstanceArn": RDS_ARN.replace("orders", "quiet"),
    "Endpoint": {"Address": "quiet.example", "Port": 5432},
}
USED = {
    **OTHER,
    "DBInstanceArn": RDS_ARN.replace("orders", "used"),
    "DBInstanceIdentifier": "used",
    "Endpoint": {"Address": "db.shop.example", "Port": 5432},
}
STORE = exposure("exp-own", targets=(f"{HOST}:5432",), routes=(route(APP.sha256, ENDPOINT),), pii=("email",))
STRAY = exposure("exp-stray", targets=("198.51.100.4:9200",), routes=(route(APP.sha256, "http://198.51.100.4:9200/"),))


def sighting(value: str, host: str) -> Sighting:
    endpoint = Endpoint(EndpointKind.CONNECTION_STRING, value, "postgresql", host, 5432)
    return Sighting(endpoint, 1, Party.FIRST, Evidence("classes.dex", 1, "dex-string/url"))


def make(folder: Path, *instances: object, stores: tuple[Exposure, ...] = (), devices: int = 0) -> list[JoinRow]:
    """A workspace with one scanned app, a run, an inventory and an account; what its join says."""
    (folder / "instances").write_text(json.dumps({"DBInstances": instances}))
    (folder / "rest").write_text(json.dumps({"SecurityGroups": [OPEN_GROUP]}) + json.dumps({"RouteTables": [ROUTES]}))
    list(import_posture(folder / "ws", [folder / "instances", folder / "rest"], Origin()))
    with Workspace.open(folder / "ws") as workspace:
        unit = Unit(APP.sha256, "1", "fieldhand.apk", 1)
        named = (sighting(ENDPOINT, HOST), sighting("postgresql://db.shop.example:5432/x", "db.shop.example"))
        workspace.lake.publish(
            part_name([unit]), app_tables([(unit, AppDocument("fieldhand.apk", APP, named))]), [unit]
        )
        if devices:
            enter(
                workspace,
                date(2026, 3, 1),
                *(InventoryRow(P.ANDROID, APP.bundle_id, device=f"d{n}") for n in range(devices)),
            )
        run = workspace.ledger.start_run([])
        save_inputs(workspace.lake, run, [RunInput("fieldhand.apk", APP.sha256, "1")])
        save_backends(workspace.lake, run, [backend("postgresql://db.shop.example:5432/x", "db.shop.example")])
        workspace.ledger.conclusions.save(run, stores, ())
        workspace.ledger.end_run(run)
        return list(join_accounts(workspace))


def of[T](kind: type[T], joined: list[JoinRow]) -> list[T]:
    return [one for one in joined if isinstance(one, kind)]


def test_the_store_that_an_app_leaks_from_is_an_instance_of_an_account(tmp_path: Path) -> None:
    joined = make(tmp_path, INSTANCE, stores=(STORE,), devices=3)
    (owned,) = of(OwnedResource, joined)
    assert owned.says == (
        f"Fieldhand leaks data from your RDS postgresql database orders in account {ACCOUNT} (eu-west-1): "
        "not encrypted at rest, public through security group sg-0a (web), which allows 0.0.0.0/0 on port 5432"
    )
    assert [(app.label, app.devices) for app in owned.apps] == [("Fieldhand", 3)]
    (finding,) = of(Finding, joined)
    assert finding.title == (
        "Your own data store is open to the Internet, unencrypted, with personal data (email), used by 3 devices"
    )
    assert (finding.severity, finding.exposures, finding.apps) == ("critical", ("exp-own",), (APP.sha256,))


def test_public_inside_but_not_seen_outside(tmp_path: Path) -> None:
    joined = make(tmp_path, INSTANCE, OTHER, stores=(STORE,))
    (unseen,) = of(UnprobedPublicResource, joined)
    assert unseen.resource.name == "quiet"
    assert unseen.says.endswith("no app and no probe led to it")


def test_open_outside_and_in_no_account(tmp_path: Path) -> None:
    joined = make(tmp_path, INSTANCE, stores=(STORE, STRAY))
    (foreign,) = of(UnclaimedStore, joined)
    assert foreign.says == (
        "198.51.100.4:9200 is open and not in the one imported account: a forgotten resource, or a vendor's"
    )
    assert {one.rule for one in of(Finding, joined)} == {"posture-open-own-store", "posture-open-store-in-no-account"}


def test_resource_named_by_an_app_and_not_probed(tmp_path: Path) -> None:
    (owned,) = of(OwnedResource, make(tmp_path, USED))
    assert (owned.stores, [app.label for app in owned.apps]) == ((), ["Fieldhand"])
    assert owned.says.startswith("Fieldhand uses your RDS")
    assert not of(Finding, make(tmp_path, USED))


def test_the_summary_comes_last(tmp_path: Path) -> None:
    summary = make(tmp_path, INSTANCE, OTHER, USED, stores=(STORE, STRAY))[-1]
    assert isinstance(summary, JoinSummary)
    assert (summary.resources, summary.accounts, summary.owned, summary.leaking) == (3, 1, 2, 1)
    assert (summary.unseen, summary.foreign, summary.findings) == (1, 1, 2)
    assert summary.run


def test_without_accounts_and_without_a_run(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "empty") as workspace:
        tally = ResourceTally()
        (summary,) = join_accounts(workspace, tally)
    assert isinstance(summary, JoinSummary)
    assert (summary.resources, summary.run) == (0, "")
    assert list(tally.rows()) == []


def test_unclaimed_store_reports_if_no_account_was_imported(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "ws") as workspace:
        run = workspace.ledger.start_run([])
        workspace.ledger.conclusions.save(run, (STRAY,), ())
        workspace.ledger.end_run(run)
        (foreign, summary) = join_accounts(workspace)
    assert isinstance(foreign, UnclaimedStore)
    assert "no account is imported that could own it" in foreign.says
    assert isinstance(summary, JoinSummary)
    assert summary.findings == 0
