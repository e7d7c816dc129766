"""The figures that a run measures, and the goals for some of them."""

from __future__ import annotations

from attrs import frozen


@frozen
class Figure:
    """One thing that is measured for every client.

    Attributes:
        key: Its name in results.
        title: What it is.
        unit: Its unit.
        digits: How many decimals are significant.
        compared: Whether to show its ratio to aiobotocore's.
    """

    key: str
    title: str
    unit: str
    digits: int = 0
    compared: bool = True


@frozen
class Goal:
    """What we promise about a figure.

    Attributes:
        figure: The key of the figure.
        title: The promise.
        limit: The highest median allowed.
        ratio: Whether the limit applies to the ratio to aiobotocore's figure.
    """

    figure: str
    title: str
    limit: float
    ratio: bool = True


FIGURES = (
    Figure("describe_user", "CPU time of one describe_user", "µs"),
    Figure("list_users", "CPU time of a list_users page of 100", "µs"),
    Figure("import.package", "Importing the package", "ms", digits=1),
    Figure("import.client", "Importing what makes a client", "ms", digits=1),
    Figure("top.time", "Nothing to first answer, imported before the loop runs", "ms"),
    Figure("top.stall", "… longest stall of the event loop", "ms", digits=1),
    Figure("top.busy", "… most CPU time between two turns of the loop", "ms", digits=1),
    Figure("inside.time", "Nothing to first answer, imported in the running loop", "ms"),
    Figure("inside.stall", "… longest stall of the event loop", "ms", digits=1),
    Figure("inside.busy", "… most CPU time between two turns of the loop", "ms", digits=1),
    Figure("memory.traced", "Memory of the users kept, by tracemalloc", "MB", digits=1),
    Figure("memory.resident", "Memory of the users kept, by resident set", "MB", digits=1),
    Figure("idle", "Longest stall of an idle loop, as a control", "ms", digits=1, compared=False),
)

GOALS = (
    Goal("list_users", "list_users, CPU to aiobotocore's", 0.30),
    Goal("describe_user", "describe_user, CPU to aiobotocore's", 0.95),
    Goal("import.package", "import workmail_async, to aiobotocore's", 0.35),
    Goal("import.client", "import WorkMailClient, to aiobotocore's", 0.35),
    Goal("top.stall", "loop stall until the first answer, ms", 15.0, ratio=False),
    Goal("memory.traced", "memory of users kept, to aiobotocore's", 0.50),
    Goal("memory.resident", "… by resident set", 0.50),
)
