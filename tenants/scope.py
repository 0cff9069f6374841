"""Whose rows may be seen right now. Without a scope: none.

The scope is held twice: here (the manager of every `TenantOwned` model filters by it and raises without it) and in
the transaction (`app.tenant`, which the row-level security policies of Postgres read). The setting is local to the
transaction, so a pooled connection carries nothing to its next user.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection, transaction
from psycopg.pq import TransactionStatus

from tenants import statements

if TYPE_CHECKING:
    from tenants.models import Tenant


class ScopeError(RuntimeError):
    """A tenant's rows were asked for outside a tenant's scope, or two scopes were mixed."""


@dataclass(frozen=True)
class Scope:
    """One tenant's rows, or (`tenant_id` is None) the rows of the whole platform."""

    tenant_id: UUID | None


_current: ContextVar[Scope | None] = ContextVar("tenant_scope", default=None)
_WALL = "SELECT set_config('app.tenant', %s, true), set_config('app.platform', %s, true)"


def current() -> Scope:
    """Return the active scope.

    :raises ScopeError: no scope is active
    """
    active = _current.get()
    if active is None:
        raise ScopeError("a tenant's rows were asked for without a tenant: use scope.tenant(...)")
    return active


def is_open() -> bool:
    """Tell whether any scope is active."""
    return _current.get() is not None


@contextmanager
def tenant(tenant: "Tenant | UUID") -> Iterator[None]:
    """Open a transaction in which only this tenant's rows exist.

    Entering the tenant that is active already costs nothing. From the platform's scope this narrows the view within
    the same transaction; entering another tenant from a tenant is refused.

    :raises ScopeError: another tenant is active
    """
    tenant_id = tenant if isinstance(tenant, UUID) else tenant.pk
    with _entered(Scope(tenant_id)):
        yield


@contextmanager
def opened_by(sql: str, params: Sequence[Any]) -> Iterator[tuple[Any, ...] | None]:
    """Open a transaction with the statement that finds out whose it is: one round trip instead of three.

    The statement raises the wall itself and returns the tenant in its first column. Where it finds nobody, there is no
    row and no scope.

    :raises ScopeError: a scope is active
    """
    if _current.get() is not None:
        raise ScopeError("whose scope it is can only be found out where none is active")
    with transaction.atomic():
        row: tuple[Any, ...] | None = statements.run(sql, params).fetchone()
        if row is None:
            yield None
        else:
            with _inside(Scope(row[0]), back_to=None):
                yield row


@contextmanager
def platform() -> Iterator[None]:
    """Open a transaction that sees every tenant: for platform staff, operators' commands and the inbox.

    `tests/test_house_rules.py` keeps the list of modules that may use this.

    :raises ScopeError: a tenant is active
    """
    with _entered(Scope(None)):
        yield


@contextmanager
def for_user(user: Any) -> Iterator[None]:
    """Open the scope of a person in the back office; somebody without a business gets none."""
    if user is None or not user.is_authenticated:
        yield
    elif user.is_superuser:
        with platform():
            yield
    else:
        tenant_id = user.home_tenant_id()
        if tenant_id is None:
            yield
        else:
            with tenant(tenant_id):
                yield


@contextmanager
def _entered(wanted: Scope) -> Iterator[None]:
    before = _current.get()
    if before == wanted:
        yield
        return
    if before is not None and before.tenant_id is not None:
        raise ScopeError("a tenant's scope cannot be left for another one from inside")
    if before is not None:
        with _switched(wanted, back_to=before):
            yield
        return
    with transaction.atomic(), _switched(wanted, back_to=None):
        yield


@contextmanager
def _switched(wanted: Scope, *, back_to: Scope | None) -> Iterator[None]:
    _set(wanted)
    with _inside(wanted, back_to=back_to):
        yield


@contextmanager
def _inside(wanted: Scope, *, back_to: Scope | None) -> Iterator[None]:
    """Hold a scope whose wall stands."""
    token = _current.set(wanted)
    try:
        yield
    finally:
        _current.reset(token)
        # The end of the transaction forgets the setting by itself; a transaction that goes on must be told. One that
        # failed takes no statement any more and is rolled back by whoever opened it.
        if (back_to is not None or connection.savepoint_ids) and _goes_on():
            _set(back_to)


def _goes_on() -> bool:
    status: TransactionStatus = connection.connection.info.transaction_status
    return not connection.needs_rollback and status == TransactionStatus.INTRANS


def _set(wanted: Scope | None) -> None:
    if wanted is None:
        settings = ("", "")
    elif wanted.tenant_id is None:
        settings = ("", "on")
    else:
        settings = (str(wanted.tenant_id), "")
    statements.run(_WALL, settings)
