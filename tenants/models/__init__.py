"""Floor 1: the business, its branches and numbers, the people and keys that may act for it."""

from tenants.models.access import ApiKey, Membership, User
from tenants.models.alerts import Alert
from tenants.models.audit import AuditEntry
from tenants.models.base import TenantForeignKey, TenantOwned, TenantOwnedQuerySet
from tenants.models.business import Branch, PhoneNumber, Tenant
from tenants.models.requests import KeyedRequest

__all__ = [
    "Alert",
    "ApiKey",
    "AuditEntry",
    "Branch",
    "KeyedRequest",
    "Membership",
    "PhoneNumber",
    "Tenant",
    "TenantForeignKey",
    "TenantOwned",
    "TenantOwnedQuerySet",
    "User",
]
