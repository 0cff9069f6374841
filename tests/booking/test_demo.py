"""The demo businesses."""

from datetime import datetime

from askpro.operations import demo
from booking.models import Appointment, Service
from tenants import directory, scope
from tenants.models import User


def test_the_demo_businesses_can_be_called(db: None, now: datetime) -> None:
    seeded = demo.seed(now=now, email="chefin@askpro.example", password="ein langes Passwort 1")

    assert [each.number for each in seeded] == ["+493023125777", "+498999998100", "+494066969200"]
    for each in seeded:
        assert directory.line_for(each.number) is not None
        assert each.is_new
        assert each.appointments >= 6
    assert User.objects.get(email="chefin@askpro.example").is_superuser


def test_seeding_again_changes_nothing(db: None, now: datetime) -> None:
    demo.seed(now=now, email="", password="")
    with scope.tenant(demo.tenant_id_of("salon-sonnenschein")):
        Service.objects.filter(name="Färben").update(price_cents=9900)

    seeded = demo.seed(now=now, email="", password="")

    assert not any(each.is_new for each in seeded)
    with scope.tenant(demo.tenant_id_of("salon-sonnenschein")):
        assert Service.objects.get(name="Färben").price_cents == 9900
        assert Appointment.objects.count() == seeded[0].appointments
