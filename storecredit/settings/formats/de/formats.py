"""The same in German: `3. März 2026`."""

DATE_FORMAT = SHORT_DATE_FORMAT = "j. F Y"
TIME_FORMAT = "H:i"
# Months in short: a moment stands in a column of each list.
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "j. M Y, H:i"
MONTH_DAY_FORMAT = "j. M"
YEAR_MONTH_FORMAT = "F Y"
