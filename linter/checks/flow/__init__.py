"""Flows: whether registration and request hold what a flow cannot do without. One module per subject."""
