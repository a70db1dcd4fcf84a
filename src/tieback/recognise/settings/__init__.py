"""Addresses and resources that a setting names: configuration files, resources, preferences, objects in scripts."""
