"""To come."""


def run():
    pass
