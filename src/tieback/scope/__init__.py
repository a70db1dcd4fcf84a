"""The only package with network access: grants, the dialer, budgets and the audit log."""
