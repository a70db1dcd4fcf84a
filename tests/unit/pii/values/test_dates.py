from tests.each import each
from tieback.pii.values.rules import are_birth_dates, years


def test_years_are_extracted_from_dates() -> None:
    assert years(["1990-01-02", "3/4/1955", "20010203", "soon", "12345678"]) == [1955, 1990, 2001]


@each(
    ("given", "births"),
    [
        ([1941, 1950, 1962, 1967, 1975, 1980, 1983, 1991, 1999, 2004], True),
        ([2019, 2020, 2020, 2021, 2021, 2022, 2022, 2023, 2023, 2023], False),
        ([1971, 1979, 1985, 1990, 1995, 2000, 2005, 2010, 2015, 2020], False),
        ([1941, 1950, 1962, 1967, 1975, 1980, 1983, 1991, 1999, 2044], False),
        ([1641, 1950, 1962, 1967, 1975, 1980, 1983, 1991, 1999, 2004], False),
        ([1950, 1980], False),
    ],
)
def test_births_reach_over_a_generation_and_before_the_records(given: list[int], *, births: bool) -> None:
    assert are_birth_dates([f"{year}-05-17" for year in given], 2026) is births
