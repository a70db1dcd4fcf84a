"""Inventories of managed devices: which apps are on which, from the exports of those who manage them."""
