"""One app in, one document out; inputs become units of work, bad ones errors in their place."""

from pathlib import Path

import pytest

from tieback.model.document import decode
from tieback.model.errors import InputError
from tieback.model.sighting import AppDocument
from tieback.model.unit import Unit
from tieback.pipeline.analyse import ANALYSIS_VERSION, Analyser, DescribeWork, app_units

APPS = Path(__file__).parents[3] / "labs" / "apps"


@pytest.mark.parametrize(
    ("file", "bundle_id", "endpoint", "where"),
    [
        ("fieldhand.apk", "org.fieldhand.app", "http://es.fieldhand.test:9200/machines/_search", "classes.dex"),
        ("workhub.apk", "com.workhub.mobile", "https://api.workhub.test", "resources.arsc"),
        ("tillroll.apk", "com.tillroll.pos", "postgresql://db.tillroll.test:5432/tillroll", "assets/config.json"),
    ],
)
def test_the_sample_apps(file: str, bundle_id: str, endpoint: str, where: str) -> None:
    document = Analyser().document(APPS / file)
    assert document.app is not None
    assert document.app.bundle_id == bundle_id
    places = {sighting.endpoint.value: sighting.evidence for sighting in document.sightings}
    assert places[endpoint].file == where
    assert document.credentials == ()
    assert document.problems == ()


def test_units_have_content_hash_and_version(tmp_path: Path) -> None:
    text = tmp_path / "text.apk"
    text.write_text("not an app")
    units = list(app_units([APPS / "workhub.apk", text, tmp_path / "missing.apk", APPS / "workhub.apk"]))
    good = [unit for unit in units if isinstance(unit, Unit)]
    assert {unit.version for unit in good} == {ANALYSIS_VERSION}
    assert len({unit.key for unit in good if unit.source.endswith("workhub.apk")}) == 1
    missing = [unit for unit in units if isinstance(unit, InputError)]
    assert any("missing.apk" in error.where for error in missing)


def test_describe_sends_the_document_back() -> None:
    (unit,) = [unit for unit in app_units([APPS / "workhub.apk"]) if isinstance(unit, Unit)]
    work = DescribeWork()
    document = work.analyse(unit)
    assert decode(work.summary(document), "app", AppDocument) == document
