"""App packages: each is opened as artifacts, bounded buffers with their origin."""
