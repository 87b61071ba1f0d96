"""Audiences: whether a token is for the API it is sent to, and whether that answers. One module a subject."""
