from storecredit.backoffice.models.access import AccessChange, ChangeKind, ChangeState
from storecredit.backoffice.models.comments import LONGEST_COMMENT, Comment, Mention, Withdrawal
from storecredit.backoffice.models.finding import SavedFilter
from storecredit.backoffice.models.imports import (
    BRING_VALUE,
    ENDED,
    ImportFault,
    ImportKey,
    ImportKind,
    ImportPart,
    ImportPiece,
    ImportRun,
    ImportState,
    SavedMap,
)
from storecredit.backoffice.models.notices import Notice, NoticeKind, NoticeMark, NoticeState
from storecredit.backoffice.models.preferences import NoticeChoice, Preferences
from storecredit.backoffice.models.roles import ShippedGrant

__all__ = [
    "BRING_VALUE",
    "ENDED",
    "LONGEST_COMMENT",
    "AccessChange",
    "ChangeKind",
    "ChangeState",
    "Comment",
    "ImportFault",
    "ImportKey",
    "ImportKind",
    "ImportPart",
    "ImportPiece",
    "ImportRun",
    "ImportState",
    "Mention",
    "Notice",
    "NoticeChoice",
    "NoticeKind",
    "NoticeMark",
    "NoticeState",
    "Preferences",
    "SavedFilter",
    "SavedMap",
    "ShippedGrant",
    "Withdrawal",
]
