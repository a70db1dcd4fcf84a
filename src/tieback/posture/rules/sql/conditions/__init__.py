"""Conditions of policies, views and functions, evaluated for one requester and candidate rows."""
