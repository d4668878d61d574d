class SecretTold(Exception):
    """What was to be written of an activity holds a secret. A fault of the program, and not of whoever acted."""

    def __init__(self, *, member: str) -> None:
        super().__init__(f"{member} is a secret, and an activity is read by many and kept for ever.")
        self.member = member
