"""Who can consent to what, by which policy: one decision, asked by every rule about consent.

    decision   who, at least, can consent to a permission, and what keeps the others from it
    policies   what the tenant's consent policies let users consent to
    held       what was consented to, of every API
    page       whether a flow shows a consent page, to whom, and what the page lists

Source: https://learn.microsoft.com/entra/identity-platform/permissions-consent-overview
"""

from linter.consent.page import shows_page as shows_page
