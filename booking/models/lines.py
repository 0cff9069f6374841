"""What is taken, drawn as lines: kept by the database from the appointments, so that a search need not read them."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from booking.models.staff import StaffMember
from tenants.models import TenantForeignKey, TenantOwned

if TYPE_CHECKING:
    _Field = models.Field[Any, Any]
else:
    _Field = models.Field
# A cell is five minutes long, a line twenty-eight days.
CELL_MINUTES = 5
LINE_CELLS = 28 * 24 * 60 // CELL_MINUTES


class BitLine(_Field):
    """A fixed number of bits. Cell `n` is the bit of value 2**n, so the last cell stands first."""

    def db_type(self, connection: Any) -> str:
        return f"bit({LINE_CELLS})"


class TakenLine(TenantOwned):
    """The five-minute cells that booked appointments take of a staff member, twenty-eight days in one line of bits.

    Lines are counted from 1970-01-01 00:00 UTC. Only triggers write here (migration 0006). An appointment that does
    not begin and end on a cell makes the line `uneven`: then the appointments are read. Holds are not in it, they end
    by themselves. The appointments are the truth; `check_taken_lines` compares.
    """

    staff_member = TenantForeignKey(
        StaffMember, on_delete=models.CASCADE, related_name="+", verbose_name=_("staff member")
    )
    number = models.IntegerField()
    cells = BitLine()
    # How many appointments in it are not on the raster.
    uneven = models.IntegerField(default=0)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["staff_member", "number"], name="taken_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.staff_member_id} · {self.number}"
