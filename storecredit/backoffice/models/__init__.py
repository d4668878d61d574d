from storecredit.backoffice.models.finding import SavedFilter
from storecredit.backoffice.models.imports import (
    ImportFault,
    ImportKey,
    ImportKind,
    ImportPart,
    ImportPiece,
    ImportRun,
    ImportState,
    SavedMap,
)
from storecredit.backoffice.models.preferences import Preferences
from storecredit.backoffice.models.roles import ShippedGrant

__all__ = [
    "ImportFault",
    "ImportKey",
    "ImportKind",
    "ImportPart",
    "ImportPiece",
    "ImportRun",
    "ImportState",
    "Preferences",
    "SavedFilter",
    "SavedMap",
    "ShippedGrant",
]
