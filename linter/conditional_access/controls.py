"""What a Conditional Access policy asks of a sign-in, and what of it a flow can never give.

Source: https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-grant
"""

from __future__ import annotations

from collections.abc import Callable

from linter.consent import shows_page
from linter.finding import Predicts
from linter.model import Flow
from linter.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from linter.tenant import ConditionalAccessPolicy

BLOCK: Final = "block"
COMPLIANT: Final = "compliantdevice"
JOINED: Final = "domainjoineddevice"
_DEVICE: Final = frozenset({COMPLIANT, JOINED})
_APP: Final = frozenset({"approvedapplication", "compliantapplication"})

NEVER_ASK: Final = frozenset({"password", "integrated_windows"})
"""Flows in which nobody can answer, whatever the session holds."""

# Flows that hand the service nothing of the device (v2-oauth2-device-code, concept-conditional-access-grant).
_WITHOUT_DEVICE: Final = frozenset({"password", "device_code"})

_WORDS: Final = {
    "mfa": "multifactor authentication",
    "authenticationstrength": "an authentication strength",
    COMPLIANT: "a compliant device",
    JOINED: "a hybrid joined device",
    "approvedapplication": "an approved app",
    "compliantapplication": "an app protection policy",
    "passwordchange": "a new password",
    "riskremediation": "risk to be remedied",
    "termsofuse": "consent to terms of use",
}
_NUMBERS: Final = {
    "mfa": (50076, 50079),
    "authenticationstrength": (50076, 50079),
    COMPLIANT: (53000,),
    JOINED: (53001,),
    "approvedapplication": (53002,),
    "customauthenticationfactors": (50158,),
    BLOCK: (53003,),
}

Can = Callable[[Flow, str], bool | None]
Wanted = Callable[["ConditionalAccessPolicy"], bool]


def asked(policy: ConditionalAccessPolicy) -> tuple[str, ...]:
    """The kinds of controls that the policy asks for, in lower case; ids are left out."""
    others = (one.partition(" ")[0].lower() for one in policy.other_controls)
    return (*policy.controls, *others)


def blocks(policy: ConditionalAccessPolicy) -> bool:
    """Whether the policy lets nobody in."""
    return BLOCK in policy.controls


def blocks_device_code(policy: ConditionalAccessPolicy) -> bool:
    """Whether the policy lets nobody in by the device code flow."""
    return blocks(policy) and "devicecodeflow" in policy.authentication_flows


def binds_tokens(policy: ConditionalAccessPolicy) -> bool:
    """Whether the policy asks for tokens that are bound to the device."""
    return "secureSignInSession" in policy.session


def covers_all_but_some(policy: ConditionalAccessPolicy) -> bool:
    """Whether the policy is for all resources with exceptions, and asks for something."""
    return "all" in policy.include_applications and bool(policy.exclude_applications) and bool(asked(policy))


def asks_again_within(hours: float | None) -> Wanted:
    """Policies that ask for a new sign-in within so many hours; None is any number."""

    def asks(policy: ConditionalAccessPolicy) -> bool:
        every = policy.sign_in_frequency_hours
        return policy.sign_in_frequency_every_time or (every is not None and (hours is None or hours > every))

    return asks


def needs_broker(flow: Flow) -> Wanted:
    """Policies that let the flow in with a broker alone."""
    return lambda policy: (
        bool(never_given(policy, flow, can_without_broker)) and not never_given(policy, flow)
    )


def can(flow: Flow, control: str) -> bool | None:
    """Whether the flow can give what a control asks for; None where the session or the device decides."""
    if control == BLOCK:
        return False
    if control in _DEVICE:
        return _has_device(flow, control)
    if control in _APP:
        return False if flow.type in _WITHOUT_DEVICE | NEVER_ASK else None
    if flow.type in NEVER_ASK:
        return False
    return True if shows_page(flow) else None


def _has_device(flow: Flow, control: str) -> bool | None:
    if flow.type in _WITHOUT_DEVICE:
        return False
    device = flow.device
    if device is None:
        return None
    if device.join == "none":
        return False
    if control == COMPLIANT:
        return device.compliant
    return None if device.join is None else device.join == "hybrid"


def can_without_broker(flow: Flow, control: str) -> bool | None:
    """As `can`, for a client without a broker: nothing tells the service of its device and itself."""
    return False if control in _DEVICE | _APP else can(flow, control)


def never_given(policy: ConditionalAccessPolicy, flow: Flow, can: Can = can) -> tuple[str, ...]:
    """The controls that keep the flow out for good; () where it may get in."""
    controls = asked(policy)
    failing = tuple(one for one in controls if can(flow, one) is False)
    return () if _any_suffices(policy) and len(failing) < len(controls) else failing


def is_multifactor(controls: tuple[str, ...]) -> bool:
    """Whether one of the controls is a second factor or an authentication strength."""
    return "mfa" in controls or "authenticationstrength" in controls


def asks_for(policy: ConditionalAccessPolicy, controls: tuple[str, ...]) -> str:
    """What controls of a policy do, as a label: `asks for a compliant device`, `blocks access`."""
    return "blocks access" if BLOCK in controls else f"asks for {words(policy, controls)}"


def words(policy: ConditionalAccessPolicy, controls: tuple[str, ...]) -> str:
    """What controls of a policy ask for, as in `asks for a compliant device`; not for blocking ones."""
    named = dict.fromkeys(_WORDS.get(one, "a further control") for one in controls)
    return (" or " if _any_suffices(policy) else " and ").join(named)


def _any_suffices(policy: ConditionalAccessPolicy) -> bool:
    return (policy.operator or "").upper() == "OR"


def predicted(controls: tuple[str, ...]) -> Predicts:
    """The error that a flow meets which cannot give these controls."""
    numbers = dict.fromkeys(number for one in controls for number in _NUMBERS.get(one, ()))
    code = None if BLOCK in controls else "interaction_required"
    return Predicts(400, code, tuple(numbers))
