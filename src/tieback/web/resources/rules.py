"""Rules that users added on the server. No route here changes one."""

from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.views import rules
from tieback.pipeline.views.rules import RulesPage
from tieback.web.context import Context
from tieback.web.resource import page_and_json


def list_rules(context: Context) -> RulesPage:
    """The rules that the next run uses, besides the built-in ones. The pages and the API cannot change one."""
    return rules.rules_page(context.workspace)


ROUTES = [*page_and_json("/rules", list_rules, template="rules.html", role=Role.ANALYST, title="Rules")]
