"""Superclasses and interfaces of the classes of Java."""

import pytest

from tests.each import each
from tieback.recognise.dalvik.objects import NotRunnableError
from tieback.recognise.dalvik.supertypes import is_of_app, is_of_platform


@each(
    ("kind", "other", "expected"),
    [
        ("Ljava/lang/String;", "Ljava/lang/CharSequence;", True),
        ("Ljava/lang/Character;", "Ljava/lang/CharSequence;", False),
        ("Ljava/lang/Integer;", "Ljava/lang/Number;", True),
        ("Ljava/util/ArrayList;", "Ljava/util/RandomAccess;", True),
        ("Ljava/util/LinkedList;", "Ljava/util/RandomAccess;", False),
        ("Ljava/util/LinkedList;", "Ljava/util/Deque;", True),
        ("Ljava/util/LinkedHashSet;", "Ljava/util/Collection;", True),
        ("Ljava/util/HashMap;", "Ljava/util/Collection;", False),
        ("Ljava/lang/StringBuilder;", "Ljava/lang/Appendable;", True),
        ("Ljava/util/ArrayList;", "Ltest/shop/Own;", False),
    ],
)
def test_what_a_class_is(kind: str, other: str, expected: bool) -> None:
    assert is_of_platform(kind, other) is expected


@each(
    ("kind", "other"),
    [
        ("Ltest/shop/Own;", "Ljava/lang/CharSequence;"),
        ("Ljava/lang/Integer;", "Ljava/lang/constant/Constable;"),
        ("Ljava/lang/StringBuilder;", "Ljava/lang/Comparable;"),
    ],
)
def test_what_is_not_known_ends_the_run(kind: str, other: str) -> None:
    with pytest.raises(NotRunnableError):
        is_of_platform(kind, other)


@each(
    ("ancestors", "other", "expected"),
    [
        (("Ljava/lang/Object;", "Ljava/util/List;"), "Ljava/util/Collection;", True),
        (("Ljava/lang/Object;", "Ljava/lang/Iterable;"), "Ljava/util/Collection;", False),
        (("Ljava/lang/Object;",), "Ljava/lang/Runnable;", False),
        (("Ljava/lang/Enum;",), "Ljava/lang/Comparable;", True),
        (("Landroid/view/View;", "Ljava/lang/Runnable;"), "Ljava/lang/Runnable;", True),
    ],
)
def test_what_a_class_of_an_app_is(ancestors: tuple[str, ...], other: str, expected: bool) -> None:
    assert is_of_app(ancestors, other) is expected


def test_a_class_of_an_app_can_be_what_its_platform_class_is() -> None:
    with pytest.raises(NotRunnableError):
        is_of_app(("Landroid/view/View;",), "Landroid/graphics/drawable/Drawable$Callback;")
