"""What a client asks for and what it may read; the oracle that says of each event whether it gets it."""
import fnmatch
import json
import urllib.parse


class Interest:
    """Patterns with a filter or none, under the grants of a key: each a pair of patterns and filter."""

    def __init__(self, patterns, where=None, grants=None):
        self.patterns, self.where, self.grants = patterns, where, grants

    def wants(self, event):
        return (asks_for(self.patterns, self.where, event)
                and (self.grants is None or any(asks_for(patterns, where, event) for patterns, where in self.grants)))

    def query(self):
        return urllib.parse.urlencode({"events": ",".join(self.patterns), **({"where": json.dumps(self.where)} if self.where else {})})

    def __str__(self):
        return f"{self.patterns} where {self.where}, of {self.grants}"


def asks_for(patterns, where, event):
    return (any(fnmatch.fnmatchcase(event["type"], pattern) for pattern in patterns)
            and all(holds(condition, event["payload"].get(field)) for field, condition in (where or {}).items()))


def holds(condition, value):
    """As docs/protocol.md says it of filters; an absent field fulfils nothing."""
    if value is None:
        return False
    if isinstance(condition, dict):
        return (condition.get("min", value) <= value <= condition.get("max", value)
                and not ("not" in condition and holds(condition["not"], value)))
    return value in condition if isinstance(condition, list) else value == condition
