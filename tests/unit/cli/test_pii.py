import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tieback.cli import pii
from tieback.model.errors import InputError

runner = CliRunner()


def test_a_line_a_field() -> None:
    lines = [
        {"id": 7, "table": "users", "field": "date_of_birth", "dtype": "date"},
        {"id": "b", "table": None, "field": "email_verified_at", "dtype": None},
        {"field": "Telefon"},
    ]
    result = runner.invoke(pii.app, ["names"], input="\n".join(map(json.dumps, lines)))
    assert (result.exit_code, result.stderr) == (0, "")
    first, second, third = map(json.loads, result.stdout.splitlines())
    assert first.keys() == {"schema", "id", "class", "detail", "basis", "confidence", "evidence"}
    assert (first["schema"], first["id"], first["class"]) == ("tieback/pii/1", 7, "birth")
    assert (second["id"], second["class"], second["confidence"]) == ("b", "none", 0)
    assert second["evidence"] == ["head 'at'"]
    assert (third["id"], third["class"]) == (None, "phone")


def test_kind_is_printed_beside_the_class() -> None:
    result = runner.invoke(pii.app, ["names"], input='{"field":"cvv"}')
    assert json.loads(result.stdout)["detail"] == "card verification code"
    result = runner.invoke(pii.app, ["names", "--format", "table"], env={"COLUMNS": "120"}, input='{"field":"cvv"}')
    assert "payment_card (card verification code)" in " ".join(result.stdout.split())


def test_the_classes_and_their_kinds() -> None:
    result = runner.invoke(pii.app, ["classes", "--format", "json"])
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert len({one["class"] for one in found}) == 25
    (code,) = [one for one in found if one["kind"] == "card verification code"]
    assert (code["class"], code["pci"], code["schema"]) == ("payment_card", "SAD", "tieback/pii-class/1")
    table = runner.invoke(pii.app, ["classes"], env={"COLUMNS": "160"})
    assert (table.exit_code, table.stderr) == (0, "")
    assert "Art. 4(1), 10 (special)" in table.stdout


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("nonsense", "JSON is malformed"),
        ('{"id": 1}', "missing required field `field`"),
        ('{"field": 3}', "Expected `str`"),
        ('["field"]', "Expected `object`"),
        ('{"field": "x", "siblings": "y"}', "Expected `array"),
        ('{"field": "\xff"}', "not a valid field"),
        ('{"field": "' + "x" * pii.MAX_LINE + '"}', "longer than"),
    ],
)
def test_bad_line_is_reported_and_the_rest_is_read(bad: str, said: str) -> None:
    good = '{"id": 1, "field": "email"}'
    given = f"{good}\n{bad}\n{good}\n".encode("latin-1")
    result = runner.invoke(pii.app, ["names"], input=given)
    assert result.exit_code == 3
    assert [json.loads(line)["class"] for line in result.stdout.splitlines()] == ["email", "email"]
    (complaint,) = result.stderr.splitlines()
    assert complaint.startswith("tieback: stdin:2: ")
    assert said in complaint


def test_nothing_in_nothing_out_and_this_is_said() -> None:
    result = runner.invoke(pii.app, ["names"], input="\n\n")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "tieback: stdin: contains no lines\n"


def test_file_and_table(tmp_path: Path) -> None:
    file = tmp_path / "fields.jsonl"
    file.write_text('{"table": "[red]users", "field": "pass\\u001bword"}\n{"field": "vpn_pin"}\n')
    result = runner.invoke(pii.app, ["names", str(file), "--format", "table"])
    assert result.exit_code == 0
    assert "[red]users" in result.stdout
    assert "\x1b" not in result.stdout
    assert "pin_otp" in result.stdout


def test_missing_file_has_advice(tmp_path: Path) -> None:
    result = runner.invoke(pii.app, ["names", str(tmp_path / "none.jsonl")])
    assert isinstance(result.exception, InputError)
    assert "cannot be read (No such file or directory)" in result.exception.diagnostics()


def test_table_is_truncated_with_a_notice() -> None:
    result = runner.invoke(
        pii.app, ["names", "--format", "table"], env={"COLUMNS": "120"}, input='{"field": "email"}\n' * (pii.SHOWN + 5)
    )
    assert f"Only the first {pii.SHOWN} fields are shown" in result.stdout


def test_values_a_line_a_column() -> None:
    lines = [
        {"id": 7, "field": "c1", "values": [f"p{n}@example.test" for n in range(12)] + ["", None]},
        {"values": [1, 2.5, True, None]},
        {"id": "x", "field": "email", "values": ["alpha", "beta", "gamma", "delta"]},
    ]
    result = runner.invoke(pii.app, ["values"], input="\n".join(map(json.dumps, lines)))
    assert (result.exit_code, result.stderr) == (0, "")
    first, second, third = map(json.loads, result.stdout.splitlines())
    assert first.keys() == {"schema", "id", "class", "detail", "basis", "confidence", "evidence"}
    assert (first["schema"], first["id"], first["class"], first["basis"]) == ("tieback/pii/1", 7, "email", "value")
    assert "n_seen=12 n_distinct=12 n_hit=12" in first["evidence"]
    assert "example" not in result.stdout
    assert (second["id"], second["class"]) == (None, "none")
    assert (third["class"], third["confidence"]) == ("none", 0)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("nonsense", "JSON is malformed"),
        ('{"id": 1, "field": "x"}', "missing required field `values`"),
        ('{"values": "x"}', "Expected `array`"),
        ('{"values": [{}]}', "Expected"),
        ('{"values": ["' + "x" * pii.MAX_LINE + '"]}', "longer than"),
    ],
)
def test_bad_line_of_values_is_reported_and_the_rest_is_read(bad: str, said: str) -> None:
    good = '{"id": 1, "field": "iban", "values": ["DE89370400440532013000"]}'
    result = runner.invoke(pii.app, ["values"], input=f"{good}\n{bad}\n{good}\n")
    assert result.exit_code == 3
    assert [json.loads(line)["class"] for line in result.stdout.splitlines()] == ["bank_account"] * 2
    (complaint,) = result.stderr.splitlines()
    assert complaint.startswith(
        "tieback: stdin:2: not a valid column" if "longer" not in said else "tieback: stdin:2: "
    )
    assert said in complaint
    assert '"values"' in complaint


def test_values_as_a_table(tmp_path: Path) -> None:
    file = tmp_path / "columns.jsonl"
    file.write_text('{"field": "mail", "values": ["jo@example.test"]}\n')
    result = runner.invoke(pii.app, ["values", str(file), "--format", "table"])
    assert result.exit_code == 0
    assert "email" in result.stdout
    assert "jo@" not in result.stdout
