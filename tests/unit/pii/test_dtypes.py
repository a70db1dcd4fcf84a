from tests.each import each
from tieback.pii.dtypes import fits, kind_of


@each(
    ("dtype", "kind"),
    [
        ("BOOLEAN", "bool"),
        ("tinyint(1)", "bool"),
        ("timestamp with time zone", "date"),
        ("numeric(10,2)", "float"),
        ("bigint", "int"),
        ("long", "int"),
        ("keyword", ""),
        ("varchar(20)", ""),
        ("", ""),
    ],
)
def test_type_names_map_to_kinds(dtype: str, kind: str) -> None:
    assert kind_of(dtype) == kind


@each(
    ("pii_class", "kind", "fit"),
    [
        ("email", "", True),
        ("email", "bool", False),
        ("email", "int", False),
        ("health", "bool", True),
        ("birth", "date", True),
        ("person_name", "date", False),
        ("financial", "float", True),
        ("username", "float", False),
        ("person_id", "int", True),
    ],
)
def test_a_type_can_only_take_away(pii_class: str, kind: str, fit: bool) -> None:
    assert fits(pii_class, kind) is fit
