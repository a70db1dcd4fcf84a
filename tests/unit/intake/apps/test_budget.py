from tieback.intake.apps import budget


def test_a_large_package_may_cost_more_than_a_small_one() -> None:
    assert budget.budget_for(1).total == budget.PLAIN
    assert budget.budget_for(1 << 30).total == budget.RATIO << 30


def test_budgets_are_not_shared() -> None:
    first, second = budget.budget_for(1), budget.budget_for(1)
    first.archives = 0
    assert second.archives == budget.ARCHIVES
