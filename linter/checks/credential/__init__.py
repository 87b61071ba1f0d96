"""Credentials: whether what the app proves itself with works, for how long, and how well it is kept."""
