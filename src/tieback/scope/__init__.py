"""The only door to the network: grants, the dialer, budgets and the audit log."""
