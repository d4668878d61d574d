"""What every admin class derives from: who may do what, how a step is confirmed, how money reads."""

from storecredit.backoffice.kit.actors import as_staff, audit, staff_actor, subject_of, tell, tell_of_own
from storecredit.backoffice.kit.amounts import AmountField, amount_of, keep_amount_to
from storecredit.backoffice.kit.bulk import MOST_AT_ONCE, BulkMixin, BulkPage, BulkResult, read_ids, tick_box
from storecredit.backoffice.kit.bulk_steps import BulkStep
from storecredit.backoffice.kit.classes import (
    AuditedAdmin,
    EditablePageMixin,
    HouseAdmin,
    OfferedLookupsMixin,
    PageMixin,
    ReadOnlyAdmin,
    ShortListMixin,
    SingleRowAdmin,
    StepButton,
    buttons_context,
)
from storecredit.backoffice.kit.export_columns import (
    as_shown,
    minor_cells,
    moment_cell,
    money_cells,
    words_cell,
)
from storecredit.backoffice.kit.exports import EXPORT, ExportMixin, file_buttons, may_export, take_out, wants_file
from storecredit.backoffice.kit.filters import ChoiceFilter, CurrencyFilter, DayRangeFilter, ModeFilter
from storecredit.backoffice.kit.finding import FoundByMixin
from storecredit.backoffice.kit.forms import (
    DAY_VALIDATORS,
    DomainForm,
    RulesInWords,
    WhyForm,
    day_field,
    first_moment_after,
    first_moment_of,
    first_moment_seen,
    style,
)
from storecredit.backoffice.kit.intents import (
    FORM,
    AlreadyDone,
    Intent,
    new_token,
    read_token,
    redirect_to_intent,
    where_it_led,
)
from storecredit.backoffice.kit.labels import Colours, Words, alternatives, number_text
from storecredit.backoffice.kit.logged_steps import LoggedStep, confirmation_mark
from storecredit.backoffice.kit.metadata import metadata_facts
from storecredit.backoffice.kit.numbers import CountField, FigureField, decimal_mark, read_decimal
from storecredit.backoffice.kit.once import OnceMixin
from storecredit.backoffice.kit.parts import (
    DASH,
    Button,
    Column,
    Fact,
    Facts,
    Head,
    Link,
    Portion,
    Shown,
    Table,
    Timeline,
    TimelineEntry,
    day,
    moment,
    moments,
    numbers,
    phrase,
    read_portion,
    read_stream,
    reasons,
    shop_day,
    signed,
    stacked,
    state_tag,
    strong,
    styled,
    tag,
)
from storecredit.backoffice.kit.reviews import Change, Outcome, Review, Twin
from storecredit.backoffice.kit.saved_filters import SavedFiltersMixin
from storecredit.backoffice.kit.steps import ConfirmStep, movement_key
from storecredit.backoffice.kit.told import ways_to_activity, ways_to_deeds
from storecredit.backoffice.kit.viewers import find_preferences, kept_in_records, shown_to
from storecredit.backoffice.kit.words import (
    count_text,
    day_text,
    in_the_shop,
    last_moment,
    moment_text,
    money_text,
    signed_text,
    test_tag,
)
