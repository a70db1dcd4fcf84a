"""What the pages and the REST API read from a workspace: one module per resource, each with bounded queries."""
