"""``tieback vendor``, as a user types it."""

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run
from tieback.cli.vendor import current_user, day_of
from tieback.model.errors import UsageError


def test_list_has_every_vendor_of_an_app(scanned: Run) -> None:
    ended = scanned("vendor", "list", "--format", "json")
    names = {json.loads(line)["vendor"]["name"] for line in ended.out.splitlines()}
    assert names == {"Fieldhand Machinery", "Tillroll Retail", "Workhub Access GmbH"}
    domains = {json.loads(line)["vendor"]["domains"][0] for line in ended.out.splitlines()}
    assert domains == {"fieldhand.test", "tillroll.test", "workhub.test"}
    assert "Workhub" in scanned("vendor", "list").out


def test_a_vendor_is_edited_and_shown(scanned: Run, tmp_path: Path) -> None:
    scanned("vendor", "list")
    ended = scanned("vendor", "edit", "Tillroll Retail", "--contact", "a@tillroll.test", "--language", "pt",
                    "--postal", "Rua 1, Lisboa", "--domain", "Tillroll.test", "--by", "Ann")  # fmt: skip
    assert ended.code == 0
    out = scanned("vendor", "show", "Tillroll Retail").out
    for part in ("a@tillroll.test (operator)", "language: pt", "Rua 1, Lisboa", "tillroll.test", "com.tillroll.pos"):
        assert part in out
    assert scanned("vendor", "edit", "Tillroll Retail", "--forget", "a@tillroll.test").code == 0
    assert "a@tillroll" not in scanned("vendor", "show", "Tillroll Retail").out
    assert scanned("vendor", "edit", "Tillroll Retail").code == 2
    assert scanned("vendor", "edit", "Tillroll Retail", "--forget", "x@y.test").code == 2
    assert scanned("vendor", "show", "nobody").code == 2
    assert json.loads(scanned("vendor", "show", "Tillroll Retail", "--format", "json").out)["apps"]


def test_contacts_answers_and_merges(scanned: Run, tmp_path: Path) -> None:
    (tmp_path / "security.txt").write_text("Contact: mailto:sec@workhub.test\n")
    ended = scanned("vendor", "import-contacts", "security.txt", "--vendor", "Workhub Access GmbH")
    assert "sec@workhub.test" in ended.err
    assert (
        "attested on 2026-03-01"
        in scanned("vendor", "answer", "Workhub Access GmbH", "attested", "--on", "2026-03-01").err
    )
    assert "assurance: attested on 2026-03-01" in scanned("vendor", "show", "Workhub Access GmbH").out
    assert scanned("vendor", "merge", "Workhub Access GmbH", "Tillroll Retail").code == 0
    assert "com.tillroll.pos" in scanned("vendor", "show", "Workhub Access GmbH").out


def test_days_and_names() -> None:
    assert day_of("2026-03-31").day == 31
    assert isinstance(current_user(), str)
    with pytest.raises(UsageError, match="not a date"):
        day_of("31.03.2026")
