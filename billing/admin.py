"""The back office's page about what was used."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from billing.models import UsageRecord
from booking.admin.inputs import euros
from tenants.back_office import (
    TenantModelAdmin,
    column,
)
from tenants.roles import Area


@admin.register(UsageRecord)
class UsageRecordAdmin(TenantModelAdmin):
    area = Area.BILLING
    is_record = True
    fields = ("kind", "source_id", "quantity", "price", "used_at")
    readonly_fields = ("price",)
    list_display = ("used_at", "kind", "source_id", "quantity", "price")
    list_filter = ("kind",)
    search_fields = ("source_id__exact",)
    ordering = ("-used_at", "-pk")
    sortable_by = ()

    @column(_("unit price, net"))
    def price(self, record: UsageRecord) -> str:
        return f"{euros(record.unit_price_cents)} €"
