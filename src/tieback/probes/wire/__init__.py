"""Wire formats that the probes share: bounded readers, and the fixed encodings of the requests."""
