"""Pages and scripts of a package: which of them the app loads, and so which of their addresses count."""
