"""A batch leaves one part in the lake, however often it is published."""

from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from tests.lab.file_host import file_host
from tests.unit.pipeline.test_traffic import HTTP, capture
from tieback.model.document import decode
from tieback.model.errors import InputError
from tieback.model.flow import Flow
from tieback.model.remote import ObjectLocation, encode_location
from tieback.model.sighting import AppDocument
from tieback.model.unit import Unit
from tieback.pipeline.analyse import app_units
from tieback.pipeline.record import RecordWork
from tieback.pipeline.traffic import TRAFFIC_ANALYSIS
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.tables.apps import read_app_documents

APPS = Path(__file__).parents[3] / "labs" / "apps"


def test_publish_is_repeatable(tmp_path: Path) -> None:
    units = [unit for unit in app_units([APPS]) if isinstance(unit, Unit)]
    work = RecordWork(tmp_path)
    results = [(unit, work.analyse(unit)) for unit in units]
    assert work.published(units) is None
    part = work.publish(units, results)
    assert work.publish(units, results) == work.published(units) == part
    kept = dict(read_app_documents(Lake(tmp_path), units))
    assert kept == {unit.key: document for unit, document in results}


def test_remote_unit_is_identified_by_its_name(tmp_path: Path) -> None:
    app, run = (APPS / "workhub.apk").read_bytes(), capture(HTTP)
    local = {unit.source: unit for unit in app_units([APPS]) if isinstance(unit, Unit)}[str(APPS / "workhub.apk")]
    work = RecordWork(tmp_path)
    with file_host({"/a.apk": app, "/shard": b"before" + run}) as host:
        access = encode_location(ObjectLocation(f"{host.url}/a.apk?sig=secret", 0, len(app)))
        elsewhere = Unit(local.key, local.version, f"{host.url}/a.apk", len(app), access)
        assert "secret" not in repr(elsewhere)
        expected = work.analyse(local)
        assert isinstance(expected, AppDocument)
        assert work.analyse(elsewhere) == msgspec.structs.replace(expected, path=f"{host.url}/a.apk")

        access = encode_location(ObjectLocation(f"{host.url}/shard", 6, len(run)))
        member = Unit(sha256(run).hexdigest(), TRAFFIC_ANALYSIS, f"{host.url}/shard#run.pcap", len(run), access)
        found = work.analyse(member)
        assert not isinstance(found, AppDocument)
        rows = [row for table in found[0].tables() for row in table.to_pylist()]
        assert [decode(row["json"], "flow", Flow).path for row in rows] == [f"{host.url}/shard#run.pcap"]

        broken = encode_location(ObjectLocation(f"{host.url}/shard", 0, len(run)))
        with pytest.raises(InputError) as raised:
            work.analyse(msgspec.structs.replace(member, access=broken))
        assert str(raised.value).startswith(
            f"{host.url}/shard#run.pcap: the content is larger than the expected 208 bytes"
        )

        no_app = b"nothing of the kind"
        host.files["/no.apk"] = no_app
        access = encode_location(ObjectLocation(f"{host.url}/no.apk"))
        with pytest.raises(InputError) as raised:
            work.analyse(Unit(sha256(no_app).hexdigest(), local.version, "s3://b/no.apk", 0, access))
        assert str(raised.value).startswith("s3://b/no.apk: ")
