"""What every page of the back office has in common: whose rows, whose permission, what is written down.

Members of a business are inside their scope from the first query on (`askpro.middleware.BackOffice`). Platform staff
see every business in lists; as soon as they open or add a row, the page narrows to the business of that row, so that
no list of choices offers another one's.
"""

from tenants.back_office.forms import RowForm, TenantForm, capitalise
from tenants.back_office.lists import button, column
from tenants.back_office.pages import RoleModelAdmin, TenantInline, TenantModelAdmin
from tenants.back_office.standing import (
    actor,
    is_platform,
    may,
    own_tenant_id,
    role_of,
    sentence_of,
    tenant_name,
    who,
)

__all__ = [
    "RoleModelAdmin",
    "RowForm",
    "TenantForm",
    "TenantInline",
    "TenantModelAdmin",
    "actor",
    "button",
    "capitalise",
    "column",
    "is_platform",
    "may",
    "own_tenant_id",
    "role_of",
    "sentence_of",
    "tenant_name",
    "who",
]
