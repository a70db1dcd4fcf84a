"""Flag and route and port make public; one no is enough for no, and unknown is never a pass."""

from tests.each import each
from tieback.model.resource import Resource, ResourceKind, ServiceAddress, TriState

Y, N, U = TriState.YES, TriState.NO, TriState.UNKNOWN


@each(
    ("flag", "route", "port", "public"),
    [(Y, Y, Y, Y), (Y, Y, N, N), (Y, N, Y, N), (N, Y, Y, N), (N, U, U, N), (Y, Y, U, U), (U, Y, Y, U), (U, U, U, U)],
)
def test_resource_is_public_by_flag_route_and_port(
    flag: TriState, route: TriState, port: TriState, public: TriState
) -> None:
    resource = Resource("k", "aws", ResourceKind.DATABASE, flag=flag, route=route, port=port)
    assert resource.public is public


def test_answers_of_flags() -> None:
    assert [TriState.of(one) for one in (True, False, None)] == [Y, N, U]


def test_names_for_people() -> None:
    assert Resource("k", "aws", ResourceKind.DATABASE, name="orders").label == "orders"
    assert Resource("k", "aws", ResourceKind.DATABASE).label == "k"
    assert [str(one) for one in (ServiceAddress("a.example", 1), ServiceAddress("a.example"))] == [
        "a.example:1",
        "a.example",
    ]
