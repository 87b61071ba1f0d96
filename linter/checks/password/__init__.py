"""Passwords: which ways of setting one work with which token, and for whom. One module per subject."""
