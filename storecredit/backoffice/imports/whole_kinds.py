"""Kinds of files that are read and written as one whole, and so are short."""

import hashlib
from datetime import datetime
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from ledger.management.csv_file import Portion
from ledger.management.text_lines import Source
from storecredit.backoffice.imports.kinds import Checked, Kind, Refuse
from storecredit.backoffice.imports.uploads import Upload
from storecredit.backoffice.models import ImportKind, ImportRun
from storecredit.credits.errors import FileTaken
from storecredit.credits.management.request_file import RequestFile
from storecredit.credits.operations import Party, check_lines, import_requests
from storecredit.credits.queries.requests import find_batch_of_file

_CHUNK_BYTES = 64 * 1024


class WholeKind(Kind):
    """A kind that one transaction writes, or none."""

    is_whole = True
    slice_rows = 20_000

    def check_all(self, file: Any, run: ImportRun, party: Party, now: datetime, refuse: Refuse) -> Checked:
        """Compare the file with the books."""
        raise NotImplementedError

    def write_all(self, run: ImportRun, party: Party, now: datetime) -> list[list[Any]]:
        """Write it, all or nothing; what stands in the result."""
        raise NotImplementedError


class CreditRequests(WholeKind):
    name, permission, makes = ImportKind.CREDIT_REQUESTS, "backoffice.import_credit_requests", "requests"
    verb = _("Ask for them")
    file = RequestFile
    result_columns = ("line", "request", "status")
    choices: ClassVar = ("currency",)
    help = _(
        "You ask for all of them, as one batch, and somebody else approves or rejects it as one decision. At most "
        "1,000 lines; a file is taken once."
    )

    def read(self, source: Source, run: ImportRun, portion: Portion | None) -> RequestFile:
        return RequestFile(source, layout=self.layout(run), currency=run.choices.get("currency", ""), portion=portion)

    def check_all(self, file: RequestFile, run: ImportRun, party: Party, now: datetime, refuse: Refuse) -> Checked:
        known = find_batch_of_file(file_digest=digest_of_file(run), test_mode=run.test_mode)
        if known is not None:
            refuse(0, "file", str(FileTaken(batch=known.name)))
            return Checked("", [], {})
        for refused in check_lines(lines=file.lines, party=party, now=now, test_mode=run.test_mode):
            file.refuse(refused.line, refused.error)
        return Checked("", [], file.sum_amounts())

    def write_all(self, run: ImportRun, party: Party, now: datetime) -> list[list[Any]]:
        file = self.read(Upload(run), run, None)
        batch = import_requests(
            name=run.file_name[:120],
            file_digest=digest_of_file(run),
            lines=file.lines,
            party=party,
            now=now,
            test_mode=run.test_mode,
        )
        rows = batch.requests.order_by("batch_line").values_list("batch_line", "pk", "status")
        return [[line, str(pk), status] for line, pk, status in rows]


def digest_of_file(run: ImportRun) -> str:
    """What a file is known by, whoever uploads it and by whatever name."""
    digest, upload = hashlib.sha256(), Upload(run)
    while line := upload.readline(_CHUNK_BYTES):
        digest.update(line)
    return digest.hexdigest()
