"""The names of the rules that can stand in the way of a start, in the order of their nearness to a yes."""

INACTIVE = "inactive"
NOT_OFFERED = "not_offered"
PAST = "past"
TOO_SOON = "too_soon"
BEYOND_HORIZON = "beyond_horizon"
OFF_GRID = "off_grid"
CLOSED = "closed"
HOLIDAY = "holiday"
SPECIAL_DAY = "special_day"
OFF_HOURS = "off_hours"
TIME_OFF = "time_off"
DAY_FULL = "day_full"
STAFF_DAY_FULL = "staff_day_full"
CUSTOMER_LIMIT = "customer_limit"
RESOURCE_TAKEN = "resource_taken"
SESSION_FULL = "session_full"
TAKEN = "taken"
# They are asked in this order; the last one is the nearest to a yes.
RULES = (
    INACTIVE,
    NOT_OFFERED,
    PAST,
    TOO_SOON,
    BEYOND_HORIZON,
    OFF_GRID,
    CLOSED,
    HOLIDAY,
    SPECIAL_DAY,
    OFF_HOURS,
    TIME_OFF,
    DAY_FULL,
    STAFF_DAY_FULL,
    CUSTOMER_LIMIT,
    RESOURCE_TAKEN,
    SESSION_FULL,
    TAKEN,
)
