"""Permissions: whether the declared ones exist, and cover the planned calls. One module per subject."""
