"""The back office's pages about the business, its people and keys, its alerts and its audit trail."""

from tenants.admin import business, keys, logins, records

__all__ = ["business", "keys", "logins", "records"]
