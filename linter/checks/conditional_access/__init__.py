"""Conditional Access: what policies ask of a sign-in, and whether the client understands it."""

from linter.checks.conditional_access.actions import protected_action_step_up as protected_action_step_up
from linter.checks.conditional_access.challenges import (
    claims_challenge_not_handled as claims_challenge_not_handled,
)
from linter.checks.conditional_access.challenges import cp1_declared_not_handled as cp1_declared_not_handled
from linter.checks.conditional_access.challenges import cp1_not_declared as cp1_not_declared
from linter.checks.conditional_access.challenges import (
    obo_challenge_not_propagated as obo_challenge_not_propagated,
)
from linter.checks.conditional_access.challenges import resource_without_xms_cc as resource_without_xms_cc
from linter.checks.conditional_access.policies import (
    baseline_scope_now_enforced as baseline_scope_now_enforced,
)
from linter.checks.conditional_access.policies import device_code_blocked as device_code_blocked
from linter.checks.conditional_access.policies import (
    device_policy_without_broker as device_policy_without_broker,
)
from linter.checks.conditional_access.policies import (
    graph_scope_pulls_workload_policy as graph_scope_pulls_workload_policy,
)
from linter.checks.conditional_access.policies import (
    interactive_control_in_silent_flow as interactive_control_in_silent_flow,
)
from linter.checks.conditional_access.policies import (
    sign_in_frequency_vs_unattended as sign_in_frequency_vs_unattended,
)
from linter.checks.conditional_access.policies import (
    token_protection_unsupported_client as token_protection_unsupported_client,
)
from linter.checks.conditional_access.policies import workload_identity_ca_block as workload_identity_ca_block
from linter.checks.conditional_access.second_factors import security_defaults_block as security_defaults_block
from linter.checks.conditional_access.second_factors import (
    user_account_as_service_account as user_account_as_service_account,
)
