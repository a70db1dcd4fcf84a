"""Endpoints that Hermes bytecode of React Native puts together: registers are followed to constants, nothing is run."""
