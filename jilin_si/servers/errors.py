"""What is wrong with the machine or the settings, said in one line."""


class SetupError(Exception):
    """The machine or the settings are not as needed. Its text is one line and ends with what to do."""
