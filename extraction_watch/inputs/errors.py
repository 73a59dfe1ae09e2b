"""The error that an operator reads when the input cannot be used."""


class InputError(Exception):
    """Input that cannot be read. The message says what, where and what to do.

    It is one line of printable letters: names of files may hold others, which could
    steer a terminal or forge lines of a log.
    """

    def __init__(self, message: str) -> None:
        super().__init__(printable(message))


def printable(text: str) -> str:
    """Text on one line, in which everything that is not printable is escaped."""
    return "".join(
        letter
        if letter.isprintable()
        else letter.encode("unicode_escape").decode("ascii")
        for letter in text
    )
