"""A batch leaves one part in the lake, however often it is published."""

from pathlib import Path

from tieback.engine.interface import Unit
from tieback.pipeline.analyse import app_units
from tieback.pipeline.record import Record
from tieback.storage.apps import read_app_documents
from tieback.storage.lake import Lake

APPS = Path(__file__).parents[3] / "labs" / "apps"


def test_publish_is_repeatable(tmp_path: Path) -> None:
    units = [unit for unit in app_units([APPS]) if isinstance(unit, Unit)]
    work = Record(tmp_path)
    results = [(unit, work.analyse(unit)) for unit in units]
    assert work.published(units) is None
    part = work.publish(units, results)
    assert work.publish(units, results) == work.published(units) == part
    kept = dict(read_app_documents(Lake(tmp_path), units))
    assert kept == {unit.key: document for unit, document in results}
