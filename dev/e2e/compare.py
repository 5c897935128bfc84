"""Holds what a subscriber got against the file that was published: count, order and content.

compare.py PUBLISHED RECEIVED PATTERN...
"""
import fnmatch
import json
import sys

ENUM_FIELDS = {"severity", "status", "previous_status"}


def expected(line, patterns):
    event = json.loads(line)
    if not any(fnmatch.fnmatchcase(event["type"], p.lower()) for p in patterns):
        return None
    if event["type"] != "job.progress":  # its status is free text
        for field in ENUM_FIELDS & event["payload"].keys():
            value = event["payload"][field]
            event["payload"][field] = value and value.lower()
    return event


published = [e for line in open(sys.argv[1], encoding="utf-8") if (e := expected(line, sys.argv[3:]))]
received = [json.loads(line) for line in open(sys.argv[2], encoding="utf-8")]
if len(published) != len(received):
    sys.exit(f"{len(published)} events were published for it, {len(received)} came")
position = 0
for want, got in zip(published, received):
    if got["sequence"] <= position:
        sys.exit(f"sequence {got['sequence']} after {position}")
    if position and got["previous"] != position:
        sys.exit(f"event {got['sequence']} says previous {got['previous']}, but {position} came before it")
    position = got["sequence"]
    for field, value in want.items():
        if got.get(field) != value:
            sys.exit(f"event {position}: {field} is {got.get(field)!r}, not {value!r}")
    missing = {"type", "payload", "timestamp", "sequence", "channel", "previous"} - got.keys()
    if missing or None in got.values():
        sys.exit(f"event {position}: lacks {missing} or has a null")
print(f"{len(received)} events agree")
