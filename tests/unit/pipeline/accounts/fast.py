"""Argon2id with parameters for tests: a hash takes microseconds."""

from argon2 import PasswordHasher

FAST = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
