"""MCP servers over HTTP (Model Context Protocol)."""
