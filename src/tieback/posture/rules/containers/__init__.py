"""Data stores that run in containers, as Compose files and Kubernetes manifests describe them."""
