"""Exports of device management become devices and installs."""
