"""Inputs of a scan: paths, URLs and manifests become units of work."""
