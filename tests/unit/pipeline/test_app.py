"""Documents stream out of the engine; what failed is named and loses nothing of the rest."""

from pathlib import Path

from tieback.model.errors import InputError
from tieback.model.sighting import AppDocument
from tieback.pipeline.app import describe_apps

APPS = Path(__file__).parents[3] / "labs" / "apps"


def test_good_and_bad_inputs_together(tmp_path: Path) -> None:
    (tmp_path / "text.apk").write_text("not an app")
    steps: list[tuple[int, int]] = []
    ends = list(
        describe_apps(
            [APPS, tmp_path / "text.apk", tmp_path / "missing.apk"], workers=1, progress=lambda *s: steps.append(s)
        )
    )
    documents = {end.app.bundle_id for end in ends if isinstance(end, AppDocument) and end.app}
    assert documents == {"org.fieldhand.app", "com.workhub.mobile", "com.tillroll.pos"}
    errors = [end for end in ends if isinstance(end, InputError)]
    assert sorted(Path(error.where).name for error in errors) == ["missing.apk", "text.apk"]
    assert all(error.what for error in errors)
    assert steps
