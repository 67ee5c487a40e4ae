"""Who of finance says what a command does: money is moved and books are closed in a person's name."""

from api.authorisation import FINANCE
from connectors.policy_files.loading import LoadedPolicy
from mendable import WrongCall


def check_of_finance(loaded: LoadedPolicy, by: str) -> None:
    """Refuse a name that is not of finance (`WrongCall`); where the policy assigns nobody, any name is taken."""
    finance = sorted(one.id for one in loaded.org.people if one.active and not FINANCE.isdisjoint(one.roles))
    if loaded.policy.lead.assign.mode != "open" and by not in finance:
        raise WrongCall(f"{by} is not of finance; name one of {', '.join(finance)}")
