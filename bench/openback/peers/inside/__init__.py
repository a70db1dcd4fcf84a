"""Programs that run in the environment of a tool, and import only the standard library, each other and the tool."""
