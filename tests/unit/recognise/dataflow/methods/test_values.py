"""Texts grow by parts; values of different paths stay apart."""

from tieback.recognise.dataflow.methods.values import (
    HOLE,
    MAX_ALTERNATIVES,
    MAX_PARTS,
    MAX_TEXT,
    UNKNOWN,
    Alternative,
    Choice,
    Need,
    ObjectRef,
    TextValue,
    Value,
    alternatives,
    as_text,
    choice,
    combine,
    combine_known,
    each,
    rows,
)


def test_a_text_keeps_its_parts_and_the_place_of_the_first() -> None:
    made = TextValue("a", 3, ("a",)).plus(as_text(80)).plus(as_text(None)).plus(as_text(ObjectRef(1)))
    assert made == TextValue("a80{}{}", 3, ("a", "80"))
    assert as_text(None).plus(TextValue("b", 4, ("b",))).first == 4


def test_a_text_ends() -> None:
    text = TextValue("x" * 3000, 1, ("x",) * 60)
    assert len(text.plus(text).text) == MAX_TEXT
    assert len(text.plus(text).parts) == MAX_PARTS


def alternative(value: Value | None, *when: tuple[str, int]) -> Alternative:
    return Alternative(frozenset(when), value)


def test_equal_alternatives_are_no_choice() -> None:
    assert choice([alternative(1, ("a", 0)), alternative(1, ("a", 1))]) == 1
    assert choice([]) is None


def test_too_many_alternatives_are_unknown() -> None:
    assert choice([alternative(number, ("a", number)) for number in range(MAX_ALTERNATIVES + 1)]) == UNKNOWN


def test_many_paths_with_few_values_are_a_choice_of_these_values() -> None:
    paths = [alternative(number % 2, ("a", number), ("b", 1)) for number in range(MAX_ALTERNATIVES + 1)]
    assert choice(paths) == Choice((alternative(0, ("b", 1)), alternative(1, ("b", 1))))


def test_many_combinations_of_few_values_have_each_value_once() -> None:
    host, port = (
        choice([alternative(number % 2, (name, number)) for number in range(MAX_ALTERNATIVES // 2)]) for name in "ab"
    )
    assert [row for _, row in rows([host, port]) or ()] == [(0, 0), (0, 1), (1, 0), (1, 1)]


def pair(*values: Value | None) -> Value | None:
    one, other = (as_text(value) for value in values)
    return one.plus(other)


def shown(value: Value | None) -> set[str]:
    return {as_text(one.value).text for one in alternatives(value)}


def test_values_of_one_path_are_combined_with_each_other_only() -> None:
    host = choice([alternative(TextValue("a"), ("x", 0)), alternative(TextValue("b"), ("x", 1))])
    port = choice([alternative(1, ("x", 0)), alternative(2, ("x", 1))])
    other = choice([alternative(8, ("y", 0)), alternative(9, ("y", 1))])
    assert shown(combine([host, port], pair)) == {"a1", "b2"}
    assert shown(combine([host, other], pair)) == {"a8", "a9", "b8", "b9"}
    assert shown(combine([combine([host, port], pair), other], pair)) == {"a18", "a19", "b28", "b29"}


def test_the_beginning_of_an_address_is_kept_if_there_are_too_many_combinations() -> None:
    base = choice([alternative(TextValue(f"https://s{number}.test/"), ("a", number)) for number in range(9)])
    end = choice([alternative(TextValue(str(number)), ("b", number)) for number in range(9)])
    assert combine([base, end], pair) == UNKNOWN
    assert shown(combine_known([base, end], pair)) == {f"https://s{number}.test/{HOLE}" for number in range(9)}
    assert shown(combine_known([TextValue("https://"), end], pair)) == {f"https://{number}" for number in range(9)}


def test_needs_and_ways_of_the_parts_are_kept() -> None:
    one = TextValue("a{}", 3, ("a",), (Need("field", 7),), (1,))
    other = TextValue("{}", needs=(Need("result", 9),), via=(2,))
    assert one.plus(other) == TextValue("a{}{}", 3, ("a",), (Need("field", 7), Need("result", 9)), (1, 2))


def test_the_results_of_each_value_can_be_choices() -> None:
    one = choice([alternative(1, ("a", 0)), alternative(2, ("a", 1))])
    other = choice([alternative(3, ("a", 0)), alternative(4, ("b", 0))])
    found = each(one, lambda value: other if value == 2 else value)
    assert alternatives(found) == (alternative(1, ("a", 0)), alternative(4, ("a", 1), ("b", 0)))
    assert each(5, lambda value: value) == 5
