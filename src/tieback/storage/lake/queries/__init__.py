"""Questions over many lake tables that reports and the evidence graph ask."""
