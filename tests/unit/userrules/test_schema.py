"""The schema of rule files for editors agrees with the reader."""

import json
import os
import tomllib
from pathlib import Path

import pytest

from tests.unit.userrules.test_parse import ALL, CREDENTIAL, RANSOM, SDK, WORDS
from tieback.userrules.parse import KINDS
from tieback.userrules.schema import rules_schema

PUBLISHED = Path(__file__).parents[3] / "docs" / "reference" / "schemas" / "rules.json"


def test_the_published_schema_is_that_of_the_types() -> None:
    import jsonschema

    made = json.dumps(rules_schema(), indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("TIEBACK_WRITE_GOLDEN"):
        PUBLISHED.write_text(made)
    assert PUBLISHED.read_text() == made, "set TIEBACK_WRITE_GOLDEN=1 and read the difference"
    jsonschema.Draft202012Validator.check_schema(rules_schema())


def test_correct_rules_are_valid() -> None:
    import jsonschema

    assert list(jsonschema.Draft202012Validator(rules_schema()).iter_errors(tomllib.loads(ALL))) == []


@pytest.mark.parametrize(
    "text",
    [
        RANSOM.replace("names", "nams"),
        WORDS.replace('source = "our schema"', ""),
        SDK.replace('"ads.acme.test"', '"com"'),
        CREDENTIAL + "grade = 'harmless'",
        "[[unknown]]\n",
    ],
)
def test_mistakes_are_not_valid(text: str) -> None:
    import jsonschema

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(text), rules_schema())


def test_every_key_has_a_description_or_says_what_it_is() -> None:
    schema = rules_schema()
    for table in KINDS:
        definition = schema["$defs"][KINDS[table].__name__]
        assert definition["description"]
        assert definition["additionalProperties"] is False
