"""An error that its reader can mend is one sentence that says how, never a traceback."""


class Mendable(Exception):
    """An anticipated failure whose message tells the reader what to do about it.

    Attributes:
        exit_code: what a command ends with: 1 for a failure, 2 for a wrong call.
    """

    exit_code = 1


class WrongCall(Mendable):
    """A command was called in a way that cannot work."""

    exit_code = 2
