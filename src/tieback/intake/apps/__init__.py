"""App packages become bounded buffers with their origin."""
