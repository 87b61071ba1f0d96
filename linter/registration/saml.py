"""Whether an app signs its users in by SAML: then what looks like an API's belongs to the enterprise app."""

from __future__ import annotations

from linter.model import Application, Grants
from linter.typed import Final

# The portal's tag for an enterprise app with a single sign-on of its own.
_TAG: Final = "WindowsAzureActiveDirectoryCustomSingleSignOnApplication"


def signs_in_by_saml(application: Application, grants: Grants | None) -> bool:
    """Whether something says so: its mode, a signing certificate, claims for SAML tokens, or a tag."""
    claims = application.optional_claims
    if _TAG in (application.tags or ()) or (claims is not None and claims.saml2_token):
        return True
    principal = grants.service_principal if grants is not None else None
    return principal is not None and (
        (principal.preferred_single_sign_on_mode or "").lower() == "saml"
        or bool(principal.preferred_token_signing_key_thumbprint)
        or _TAG in (principal.tags or ())
    )
