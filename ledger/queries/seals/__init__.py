"""What a cut seals, how, and whether it is still so."""

from ledger.queries.seals.digests import Digested, digest_cut, reading
from ledger.queries.seals.files import SealFile, SealLine, write_seal
from ledger.queries.seals.signatures import (
    is_signed_by_ours,
    public_key_of,
    sign_digest,
    trusted_keys,
)
from ledger.queries.seals.verifying import GuardChange, SealFault, Verified, list_guard_changes, verify_seals
