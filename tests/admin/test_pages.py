"""Every page opens, for platform staff and for the owner of a business."""

import pytest
from django.db.models import Model

from tenants.models import Tenant
from tests.admin import office
from tests.admin.conftest import Rows
from tests.admin.office import Office

MODELS = office.pages()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_the_operator_opens_every_list(
    model: type[Model], operator: Office, ours: Rows, theirs: Rows
) -> None:
    response = operator.get(office.url(model, "changelist"))

    assert response.status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_the_operator_opens_every_row(
    model: type[Model], operator: Office, ours: Rows, theirs: Rows
) -> None:
    response = operator.get(office.change_url(ours[model._meta.label]))

    assert response.status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_the_operator_adds_a_row_inside_one_business(
    model: type[Model], operator: Office, salon: Tenant
) -> None:
    asked = operator.get(office.url(model, "add"))

    response = operator.get(office.url(model, "add"), tenant=salon.pk)

    assert (asked.status_code, response.status_code) in {(200, 200), (403, 403)}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_the_owner_opens_every_list_and_row(
    model: type[Model], owner: Office, ours: Rows, theirs: Rows
) -> None:
    listed = owner.get(office.url(model, "changelist"))

    shown = owner.get(office.change_url(ours[model._meta.label]))

    assert (listed.status_code, shown.status_code) == (200, 200)
