"""Conditional Access: whether a policy applies to a flow, and what of it the flow can never give."""
