"""``tieback posture``: the same stores seen from inside the cloud account, and what their rules let strangers do."""

import typer

from tieback.cli.posture_rules import rules

app = typer.Typer(help="The owner's view: what accounts, rules and configurations say of the data stores.")
app.command()(rules)
