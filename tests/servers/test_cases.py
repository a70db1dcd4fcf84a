"""From finding to fixed, by the command line, against real stores on loopback (OpenSearch is emulated by osmem-server).

The three apps of the lab each lead to an open store here. The first is closed; the second is "fixed" by moving it to
another port; the third's vendor attests that it is secure, and it stays open.
"""

import json
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.lab.command import command
from tests.lab.patient import PATIENT
from tests.lab.ports import free_subnet
from tests.lab.stores import analyse_postgres
from tieback.lab.mongod import client, start_mongod
from tieback.lab.osmem import request, start_osmem
from tieback.lab.postgres import psql, start_postgres
from tieback.lab.process import RunningServer, stop
from tieback.model.grant import Depth, Grant, TargetRule
from tieback.scope.grant import render_grant

APPS = Path(__file__).parents[2] / "labs" / "apps"
NET = f"127.77.{free_subnet()}"
DEVICES = 40
RECHECK = ("recheck", "--grant", "grant.toml", "--format", "json")
LANGUAGES = ("en", "pt")

pytestmark = [pytest.mark.servers, pytest.mark.timeout(400)]


def tieback(work: Path, *words: str | Path) -> str:
    done = command(*words, cwd=work, environment=os.environ | {"COLUMNS": "160"})
    if done.returncode != 0:
        pytest.fail(f"tieback {' '.join(map(str, words))}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def refused(work: Path, *words: str) -> str:
    done = command(*words, cwd=work, environment=os.environ | {"COLUMNS": "160"})
    assert done.returncode == 2
    return done.stderr


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


class Stores:
    """The three servers, and what is done to them."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.running: dict[str, RunningServer] = {}

    def up(self) -> None:
        search = self.running["search"] = start_osmem(self.directory / "search", f"{NET}.10", 9200)
        bulk = b"".join(
            b'{"index":{"_index":"machines"}}\n' + json.dumps({"serial": n, "lat": 1.5, "email": "x"}).encode() + b"\n"
            for n in range(120)
        )
        request(search.address, search.port, "POST", "/_bulk?refresh=true", bulk)
        mongod = self.running["mongod"] = start_mongod(self.directory / "mongod", f"{NET}.20", 27017)
        with client(mongod.address, mongod.port) as connection:
            connection.workhub.employees.insert_many([{"email": "x", "pin": n} for n in range(300)])
        postgres = self.running["postgres"] = start_postgres(self.directory / "postgres", f"{NET}.30", 5432)
        psql(postgres, "CREATE TABLE customers (id int, email text)",
             "INSERT INTO customers SELECT n, 'x' FROM generate_series(1, 80) n")  # fmt: skip
        analyse_postgres(postgres, "customers", 80, "postgres")

    def close(self, name: str) -> None:
        stop(self.running.pop(name))

    def move_mongod(self, port: int) -> None:
        self.close("mongod")
        mongod = self.start_mongod(port)
        with client(mongod.address, mongod.port) as connection:
            connection.workhub.employees.insert_many([{"email": "x", "pin": n} for n in range(25)])

    def start_mongod(self, port: int) -> RunningServer:
        found = self.running["mongod"] = start_mongod(self.directory / "mongod", f"{NET}.20", port)
        return found

    def down(self) -> None:
        for name in list(self.running):
            self.close(name)


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    found = Stores(tmp_path_factory.mktemp("stores"))
    try:
        found.up()
        yield found
    finally:
        found.down()


@pytest.fixture(scope="module")
def work(stores: Stores, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("work")
    today = datetime.now(UTC).date()
    grant = Grant(
        authorised_by="Nordwind Energie AG", contact="security@nordwind.example", not_before=today,
        not_after=today + timedelta(days=30),
        target=(TargetRule(match=f"{NET}.0/24", ports="any", depth=Depth.DESCRIBE, passwordless=("postgres",)),),
        hosts={"es.fieldhand.test": f"{NET}.10", "api.workhub.test": f"{NET}.20", "db.tillroll.test": f"{NET}.30"},
        limits=PATIENT,
    )  # fmt: skip
    limits = msgspec.structs.replace(grant.limits, connect_seconds=2.0, total_seconds=40.0)
    (folder / "grant.toml").write_text(render_grant(msgspec.structs.replace(grant, limits=limits)))
    head = (
        "ApplicationKey,ApplicationName,ApplicationPublisher,ApplicationVersion,DeviceId,DeviceName,Platform,UserName"
    )
    apps = (("Fieldhand", "Fieldhand Machinery"), ("Workhub", "Workhub Access GmbH"), ("Tillroll", "Tillroll Retail"))
    rows = [
        f"k{n},{name},{maker},1.0,DEVICE-{device},Tablet {device},AndroidWorkProfile,user{device}@nordwind.example"
        for device in range(DEVICES)
        for n, (name, maker) in enumerate(apps)
        if device % (n + 1) == 0
    ]
    (folder / "AppInvRawData.csv").write_bytes("\r\n".join([head, *rows, ""]).encode("utf-16"))
    return folder


def test_from_finding_to_fixed(stores: Stores, work: Path) -> None:
    imported = lines(tieback(work, "inventory", "import", "AppInvRawData.csv", "--format", "json"))
    assert imported[0]["entered"]["rows"] == 40 + 20 + 14
    tieback(work, "scan", APPS, "--grant", "grant.toml", "--workers", "1")
    fleet = {one["name"]: one for one in lines(tieback(work, "inventory", "list", "--format", "json"))}
    assert {name: (one["devices"], len(one["exposures"]), one["weak"]) for name, one in fleet.items()} == {
        "Fieldhand": (40, 1, True), "Workhub": (20, 1, True), "Tillroll": (14, 1, True),
    }  # fmt: skip

    # A vendor with an open store gets the exposure notice, not a request for assurance.
    assert "no vendor is due a letter of this kind" in refused(work, "letter", "write", "assurance")
    vendors = {one["vendor"]["name"]: one for one in lines(tieback(work, "vendor", "list", "--format", "json"))}
    found = {name: (one["devices"], one["devices_by_name"], len(one["stores"])) for name, one in vendors.items()}
    assert found == {
        "Fieldhand Machinery": (0, 40, 1),
        "Workhub Access GmbH": (0, 20, 1),
        "Tillroll Retail": (0, 14, 1),
    }, "Intune exports have no identifiers"

    opened = {one["vendor_name"]: one for one in lines(tieback(work, "case", "open", "--format", "json"))}
    assert {name: one["store"]["records"]["value"] for name, one in opened.items()} == {
        "Fieldhand Machinery": 120, "Workhub Access GmbH": 300, "Tillroll Retail": 80,
    }  # fmt: skip
    seen = lines(tieback(work, "recheck", "--grant", "grant.toml", "--format", "json"))
    assert {one["vendor"]: (one["verdict"], one["state"]) for one in seen} == dict.fromkeys(
        opened, ("open", "verified")
    )

    # The owners are told in two languages; the file says what was written, and nothing was sent.
    for language in LANGUAGES:
        told = lines(tieback(work, "letter", "write", "owners", "--language", language, "--format", "json"))
        assert len(told) == 3

    # The makers are told; each letter holds its own vendor's facts alone.
    for letter in lines(tieback(work, "letter", "write", "exposure", "--format", "json")):
        own = next(name for name, one in vendors.items() if one["vendor"]["id"] == letter["vendor"])
        for name, host in (("Fieldhand", "es.fieldhand"), ("Workhub", "api.workhub"), ("Tillroll", "db.tillroll")):
            assert (host in letter["text"]) is own.startswith(name)
        tieback(work, "letter", "sent", letter["id"], "--channel", "email")
    case = {name: one["id"] for name, one in opened.items()}
    for name in ("Fieldhand Machinery", "Workhub Access GmbH"):
        tieback(work, "case", "advance", case[name], "acknowledged")
        tieback(work, "case", "advance", case[name], "fix_claimed")
    tieback(work, "vendor", "answer", "Tillroll Retail", "attested")

    stores.close("search")
    stores.move_mongod(27018)
    checked = {
        one["vendor"]: one for one in lines(tieback(work, "recheck", "--grant", "grant.toml", "--format", "json"))
    }
    assert {name: (one["verdict"], one["state"]) for name, one in checked.items()} == {
        "Fieldhand Machinery": ("closed", "fix_claimed"),
        "Workhub Access GmbH": ("moved", "still_open"),
        "Tillroll Retail": ("open", "contradicted"),
    }  # fmt: skip
    moved = checked["Workhub Access GmbH"]
    assert (moved["places"], moved["records_change"]) == (["api.workhub.test:27018"], 25)

    # A second re-check confirms the fix; by default it must be a day later.
    (work / "policy.toml").write_text("[recheck]\nhours = 0\n")
    again = lines(tieback(work, *RECHECK, "--policy", "policy.toml"))
    (fixed,) = [one for one in again if one["vendor"] == "Fieldhand Machinery"]
    assert (fixed["verdict"], fixed["state"]) == ("fixed", "fixed")

    for kind, name in (("thanks", "Fieldhand Machinery"), ("escalation", "Tillroll Retail")):
        (letter,) = lines(tieback(work, "letter", "write", kind, name, "--format", "json"))
        assert letter["cases"] == [case[name]]
    assert f"{date.today():%Y}" in letter["text"]  # noqa: DTZ011 - a year
    assert "in writing that it is secure" in letter["text"]

    every = lines(tieback(work, "case", "stats", "--by", "vendor", "--format", "json"))
    assert (every[0]["cases"], every[0]["told"], every[0]["fixed"], every[0]["contradicted"]) == (3, 3, 1, 1)
    assert (every[0]["answered"], every[0]["no_response_share"]) == (3, 0.0)
    assert {one["group"]: one["fixed"] for one in every[1:]} == {
        "Fieldhand Machinery": 1, "Workhub Access GmbH": 0, "Tillroll Retail": 0,
    }  # fmt: skip
    watched = lines(tieback(work, "watch", "--grant", "grant.toml", "--once"))
    assert {one["news"] for one in watched} == {False}
    assert json.loads(tieback(work, "case", "verify", "--format", "json"))["ok"] is True


def test_an_emptied_store_is_neither_fixed_nor_open(stores: Stores, work: Path) -> None:
    postgres = stores.running["postgres"]
    psql(postgres, "DROP TABLE customers")
    events = lines(tieback(work, *RECHECK))
    (event,) = [one for one in events if one["vendor"] == "Tillroll Retail"]
    assert (event["verdict"], event["state"]) == ("emptied", "contradicted")


@pytest.mark.more
def test_a_moved_store_is_followed_until_it_is_closed_and_beyond(stores: Stores, work: Path) -> None:
    if not (work / ".tieback").is_dir():  # `make test-more` leaves out the tests before
        test_from_finding_to_fixed(stores, work)
        test_an_emptied_store_is_neither_fixed_nor_open(stores, work)
    (work / "policy.toml").write_text("[recheck]\nhours = 0\n")

    def verdict(name: str) -> tuple[str, str, list[str]]:
        (event,) = [one for one in lines(tieback(work, *RECHECK, "--policy", "policy.toml")) if one["vendor"] == name]
        return event["verdict"], event["state"], event["places"]

    maker, place = "Workhub Access GmbH", ["api.workhub.test:27018"]
    mongod = stores.running["mongod"]
    with client(mongod.address, mongod.port) as connection:
        connection.drop_database("workhub")
    assert verdict(maker) == ("emptied", "still_open", place)
    with client(mongod.address, mongod.port) as connection:
        connection.READ__ME_TO_RECOVER_YOUR_DATA.README.insert_one({"content": "send 0.01 BTC to recover your data"})
    assert verdict(maker) == ("ransomed", "still_open", place)
    stores.close("mongod")
    assert verdict(maker)[:2] == ("closed", "still_open")
    assert verdict(maker)[:2] == ("fixed", "fixed")
    # It comes back at the place where only a re-check had seen it.
    stores.start_mongod(27018)
    found = verdict(maker)
    assert (found[1], found[2]) == ("still_open", place)

    maker = "Fieldhand Machinery"
    assert verdict(maker)[:2] == ("fixed", "fixed")
    search = stores.running["search"] = start_osmem(stores.directory / "search", f"{NET}.10", 9203)
    request(search.address, search.port, "PUT", "/machines")
    assert verdict(maker)[0] in {"closed_at_known_places", "moved"}

    maker = "Tillroll Retail"
    assert verdict(maker)[:2] == ("emptied", "contradicted")
    postgres = stores.running["postgres"]
    psql(postgres, "CREATE TABLE customers (id int, email text)",
         "INSERT INTO customers SELECT n, 'x' FROM generate_series(1, 10) n")  # fmt: skip
    analyse_postgres(postgres, "customers", 10, "postgres")
    assert verdict(maker)[:2] == ("open", "contradicted")
    stores.close("postgres")
    assert verdict(maker)[0] in {"closed", "closed_at_known_places"}
    case = next(one for one in lines(tieback(work, "case", "list", "--format", "json")) if one["vendor_name"] == maker)
    tieback(work, "case", "evidence", case["id"], "-o", "evidence.zip")
    check = lines(tieback(work, "case", "evidence", "verify", "evidence.zip", "--format", "json"))[0]
    assert (check["case"], check["audit_lines"] > 0) == (case["id"], True)
    assert json.loads(tieback(work, "case", "verify", "--format", "json"))["ok"] is True
