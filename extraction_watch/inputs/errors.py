"""The error that an operator reads when the input cannot be used."""


class InputError(Exception):
    """Input that cannot be read. The message says what, where and what to do."""
