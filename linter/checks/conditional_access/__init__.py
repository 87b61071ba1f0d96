"""Conditional Access: what policies ask of a sign-in, and whether clients understand it, by subject."""
