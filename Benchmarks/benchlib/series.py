"""Figures taken over time: whether one of them grows without end."""

from typing import NamedTuple


class Limit(NamedTuple):
    """What one figure of a soak may grow by in an hour, and how far it may swing meanwhile."""

    unit: str
    scale: int
    per_hour: float


# Noise of a healthy server stays well below these; the smallest leak that matters does not: one of sixteen bytes for
# each request is 11 MiB in an hour of 200 requests a second.
LIMITS = {
    "memory": Limit("MiB", 1 << 20, 6.0),
    "disk": Limit("MiB", 1 << 20, 3.0),
    "open files": Limit("", 1, 4.0),
    "threads": Limit("", 1, 4.0),
    "leases": Limit("", 1, 600.0),
}


def slope(times, values):
    """Of the straight line that fits best, by least squares: units of the values for one of the times."""
    if len(times) < 2:
        return 0.0
    middle, mean = sum(times) / len(times), sum(values) / len(values)
    spread = sum((time - middle) ** 2 for time in times)
    return sum((time - middle) * (value - mean) for time, value in zip(times, values)) / spread if spread else 0.0


class Growth(NamedTuple):
    name: str
    first: float
    last: float
    per_hour: float
    limit: Limit

    @property
    def is_too_much(self):
        return self.per_hour > self.limit.per_hour


def growths(samples, warm_up):
    """How each figure with a limit grew after the warm-up; `samples` are (seconds, {name: value})."""
    kept = [(time, figures) for time, figures in samples if time >= warm_up]
    times = [time / 3600 for time, _ in kept]
    for name, limit in LIMITS.items():
        values = [figures[name] / limit.scale for _, figures in kept]
        if values:
            yield Growth(name, values[0], values[-1], slope(times, values), limit)
