"""Web pages and a REST API over a workspace (extra ``web``)."""
