"""Static files are named by their content once they have been collected, and plainly where nobody did."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    def stored_name(self, name: str) -> str:
        return str(super().stored_name(name)) if self.hashed_files else name
