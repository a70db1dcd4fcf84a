"""Readers of what tools and clouds export about accounts, one file each."""
