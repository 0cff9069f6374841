"""What a role may see and change in the back office: one table, one question.

Platform staff (superusers) are no role; they are asked for before this table is.
"""

from collections.abc import Mapping
from enum import StrEnum

from tenants.models import Membership

_Role = Membership.Role


class Area(StrEnum):
    """What belongs together when it is decided who may see it."""

    CALLS = "calls"
    DIARY = "diary"
    CUSTOMERS = "customers"
    OFFER = "offer"  # services, staff, hours, time off
    BUSINESS = "business"  # the business itself, branches, numbers
    ACCESS = "access"  # people with a login, keys, credentials, the audit trail
    TRAFFIC = "traffic"  # what came in, what went out, alerts
    BILLING = "billing"


class Deed(StrEnum):
    SEE = "see"
    CHANGE = "change"


_A = Area
_EVERYTHING = frozenset(Area)
_MAY_SEE: Mapping[str, frozenset[Area]] = {
    _Role.OWNER: _EVERYTHING,
    _Role.ADMIN: _EVERYTHING,
    _Role.MANAGER: _EVERYTHING - {_A.ACCESS},
    _Role.RECEPTIONIST: frozenset({_A.CALLS, _A.DIARY, _A.CUSTOMERS, _A.OFFER, _A.BUSINESS}),
    _Role.STAFF: frozenset({_A.DIARY, _A.CUSTOMERS, _A.OFFER}),
    _Role.BILLING: frozenset({_A.BUSINESS, _A.BILLING}),
    _Role.VIEWER: _EVERYTHING - {_A.ACCESS},
}
_MAY_CHANGE: Mapping[str, frozenset[Area]] = {
    _Role.OWNER: _EVERYTHING,
    _Role.ADMIN: _EVERYTHING,
    _Role.MANAGER: frozenset({_A.CALLS, _A.DIARY, _A.CUSTOMERS, _A.OFFER}),
    _Role.RECEPTIONIST: frozenset({_A.CALLS, _A.DIARY, _A.CUSTOMERS}),
    _Role.STAFF: frozenset(),
    _Role.BILLING: frozenset({_A.BILLING}),
    _Role.VIEWER: frozenset(),
}


def allows(role: str | None, deed: Deed, area: Area) -> bool:
    """Tell whether somebody with this role may do this there. Without a role nothing is allowed."""
    if role is None:
        return False
    table = _MAY_SEE if deed is Deed.SEE else _MAY_CHANGE
    return area in table.get(role, frozenset())
