"""Consent: whether what the app needs was granted, by whom it can be, and on what. One module per subject.

Consent is the tenant's, but what a user can change is in files: the permission, where the
registration declares it or a flow asks for it, is the primary place. Sources:
https://learn.microsoft.com/entra/identity-platform/permissions-consent-overview and
https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant
"""
