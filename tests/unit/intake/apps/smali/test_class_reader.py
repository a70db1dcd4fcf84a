import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.linear import assert_linear
from tieback.intake.apps.smali.class_reader import ClassReader
from tieback.intake.apps.smali.classes import ClassText, CodeText, Try
from tieback.intake.apps.smali.dex_writer import DexBuilder
from tieback.intake.apps.smali.operands import encode
from tieback.intake.apps.smali.values import MAX_DEPTH, Kind, SmaliError, Tokens, Value

HEAD = ".class public La/B;\n.super Ljava/lang/Object;\n"


def read(body: str) -> ClassText:
    return ClassReader().read(HEAD + body)


def code(*lines: str) -> CodeText:
    found = read("\n".join((".method static a(IJ)V", *lines, ".end method"))).methods[0].code
    assert found is not None
    return found


def test_registers_of_arguments_come_last() -> None:
    assert code(".locals 2", "move v1, p0", "return-void").units[0] == 0x2101
    found = code(".registers 9", "move v1, p1")
    assert (found.registers, found.ins, found.units[0]) == (9, 3, 0x7101)


def test_tables_begin_at_an_even_unit_with_their_label() -> None:
    found = code(
        ".registers 4", ":go", "packed-switch v0, :table", ":end", "return-void",
        ":table", ".packed-switch 0x7", ":end", ":go", ".end packed-switch",
    )  # fmt: skip
    assert list(found.units) == [0x002B, 4, 0, 0x000E, 0x0100, 2, 7, 0, 3, 0, 0, 0]
    moved = code(".registers 4", "fill-array-data v0, :x", ":x", ".array-data 1", "-0x1t 2", "3", ".end array-data")
    assert list(moved.units) == [0x0026, 4, 0, 0, 0x0300, 1, 3, 0, 0x02FF, 3]


def test_ranges_of_handlers_that_overlap_are_split() -> None:
    found = code(
        ".registers 4", ":a", "nop", ":b", "nop", ":c", "nop", ":d", "return-void",
        ".catch Lx/E; {:a .. :c} :d", ".catchall {:b .. :d} :d",
    )  # fmt: skip
    assert found.tries == [Try(0, 1, (("Lx/E;", 3),)), Try(1, 2, (("Lx/E;", 3), ("", 3))), Try(2, 3, (("", 3),))]


def test_the_annotations_of_a_field_are_not_those_of_the_class() -> None:
    found = read(
        ".annotation runtime Lx/A;\n.end annotation\n.field b:I\n.field static c:I = 0x2\n"
        '.annotation build Lx/B;\nvalue = "# {"\n.end annotation\n.end field\n'
    )
    assert [one.kind for one in found.annotations] == ["Lx/A;"]
    assert [[its.elements for its in one.annotations] for one in found.fields] == [
        [],
        [[("value", Value(Kind.STRING, "# {"))]],
    ]


def test_unusual_names_can_be_quoted() -> None:
    assert read(".field `a-b`:L`x-y`;\n").fields[0].reference == "La/B;->a-b:Lx-y;"


@each(
    "line",
    [
        "sget v0",
        "no-such v0",
        "const/4 v0, 0x10",
        "const/4 v16, 0x1",
        "move v0, v16",
        "const-string v0, text",
        'const-string v256, "text"',
        "invoke-static {v0, v1, v2, v3, v4, v5}, La/B;->a()V",
        "invoke-static/range {v9 .. v2}, La/B;->a()V",
        "goto :nowhere",
        "const v0, x",
        ".array-data 3\n.end array-data",
        ".registers 2",
        ".registers 70000",
        ".catch Lx/E; {:a}",
        ".annotation hidden Lx/A;",
        ".elsewhere",
    ],
)
def test_a_method_that_cannot_be_read_keeps_its_declaration(line: str) -> None:
    found = read(
        f".method a(IJ)V\n.registers 9\nnop\n{line}\n.end method\n.method b()V\n.registers 1\nnop\n.end method\n"
    )
    assert found.unread == 1
    assert [(one.reference, one.code is None) for one in found.methods] == [
        ("La/B;->a(IJ)V", True),
        ("La/B;->b()V", False),
    ]


def test_a_jump_that_is_too_far_has_no_place() -> None:
    far = "\n".join(["nop"] * 200)
    assert read(f".method a()V\n.registers 1\ngoto :x\n{far}\n:x\nnop\n.end method\n").unread == 1


@each(
    "body",
    [
        "text", ".field a", ".method a", ".method a(Q)V\n.end method", ".class B", ".unknown",
        '.field static a:I = "', ".field static a:I = =", ".annotation build Lx/A;\nvalue\n.end annotation",
        f".method a({'I' * 256})V\n.end method",
        ".method a()V\n.registers 1\n.method b()V\n.registers 1\nnop\n.end method",
        ".method a()V\nno-such\n.method b()V\n.registers 1\nnop\n.end method",
        ".method a()V\n.annotation runtime Lx/A;\n.end method\n.method b()V\n.end method",
    ],
)  # fmt: skip
def test_a_class_that_cannot_be_read_is_an_error(body: str) -> None:
    with pytest.raises(SmaliError):
        read(body)


def test_values_have_a_limit_of_depth() -> None:
    assert Tokens("{" * MAX_DEPTH + "}" * MAX_DEPTH).value().kind == Kind.ARRAY
    with pytest.raises(SmaliError):
        Tokens("{" * (MAX_DEPTH + 2)).value()


@each(
    ("text", "value"),
    [
        ("-0x1t", Value(Kind.BYTE, -1)),
        ("0x7fS", Value(Kind.SHORT, 127)),
        ("'\\u0041'", Value(Kind.CHAR, 65)),
        ("1.5e3f", Value(Kind.FLOAT, 1500.0)),
        ("-Infinity", Value(Kind.DOUBLE, float("-inf"))),
        ("La/B;->c(I)V", Value(Kind.METHOD, "La/B;->c(I)V")),
        ("null", Value(Kind.NULL, 0)),
    ],
)
def test_values(text: str, value: Value) -> None:
    assert Tokens(f" {text} # comment").value() == value


ODD_TABLE = ".array-data 1\n0x1\n.end array-data\n"
SHAPES = {
    "texts without end": lambda n: f".method a()V\nconst-string v0, {chr(34)}" + '\\"' * n,
    "a long text": lambda n: '.field static a:I = "' + "\\n" * n + '"\n',
    "a name without end": lambda n: f".method a({'L' * n})V\n.end method\n",
    "dimensions": lambda n: f".method a({'[' * n})V\n.end method\n",
    "dots in a handler": lambda n: ".method a()V\n.registers 1\n.catch Lx; {:a" + "..:b" * n + "\nnop\n.end method\n",
    "labels at one place": lambda n: (
        ".method a()V\n.registers 1\nnop\n" + ":a\n" * n + ODD_TABLE * n + "nop\n.end method\n"
    ),
    "ranges that overlap": lambda n: (
        ".method a()V\n.registers 1\n"
        + "".join(f":a{at}\nnop\n" for at in range(n))
        + "".join(f".catch Lx; {{:a{at} .. :a{n - 1}}} :a0\n" for at in range(n))
        + ".end method\n"
    ),
    "arrays": lambda n: ".field static a:I = " + "{ 0x1 }, " * n + "\n",
    "annotations": lambda n: ".annotation runtime Lx;\n.end annotation\n" * n,
    "spaces": lambda n: ".field static a:I = " + " " * n + "x\n",
    "directives": lambda n: ".field" + " a" * n + "\n",
}


@each("shape", list(SHAPES))
def test_the_cost_of_a_shape_is_linear(shape: str) -> None:
    def work(text: str) -> None:
        try:
            builder = DexBuilder()
            builder.add(ClassReader().read(HEAD + text))
            builder.finish()
        except SmaliError:
            return

    assert_linear(SHAPES[shape], work, 20_000)


WORDS = st.sampled_from(
    (
        ".class", ".super", ".method", ".end method", ".field", ".end field", ".annotation", ".end annotation",
        ".registers", ".locals", ".param", ".end param", ".catch", ".catchall", ".packed-switch", ".sparse-switch",
        ".array-data", ".end", ".subannotation", ".enum", "{:a .. :a}", "{", "}", "=", ",", "->", ":a", "v0", "p0",
        "0x1", "-0x80000000", '"', '"text"', "'c'", "\\", "La/B;", "a(I)V", "La/B;->a(I)V", "La/B;->b:I", "b:I",
        "static", "runtime", "const-string", "const", "invoke-static", "invoke-custom", "goto", "packed-switch", "sget",
        "nop", 'x("a", ()V)@La/B;->a()V', "invoke-static@La/B;->a()V", "const-method-handle", "\n", "\n", " ", "#",
    )
)  # fmt: skip


@given(st.one_of(st.text(max_size=200), st.lists(st.one_of(WORDS, st.text(max_size=4)), max_size=60).map(" ".join)))
def test_no_text_raises_another_error(text: str) -> None:
    reader, builder = ClassReader(), DexBuilder()
    for head in ("", HEAD, HEAD + ".method static a()V\n.registers 3\n:a\n"):
        try:
            builder.add(reader.read(head + text + "\n.end method"))
        except SmaliError:
            continue
    data, _ = builder.finish()
    assert struct.unpack_from("<I", data, 32) == (len(data),)


@given(st.text(max_size=60), st.integers(0, 65535))
def test_no_line_raises_another_error(text: str, base: int) -> None:
    for line in (text, f"const-string {text}", f"invoke-static {{{text}}}, {text}", f"const-wide v0, {text}"):
        try:
            found = encode(line, base)
        except SmaliError:
            continue
        assert all(0 <= unit < 1 << 16 for unit in found.units)
