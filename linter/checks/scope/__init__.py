"""Scopes: whether one token request asks for what it means. One module per subject.

Source: https://learn.microsoft.com/entra/identity-platform/scopes-oidc
"""
