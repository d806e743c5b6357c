"""Holds results against the schema with a validator that is not ours: check.py RESULT.json...

`schema.json` stands in the folder; `lines`, if it is there, is NDJSON. Of the first result, every required key is taken away
and every amount and date misshapen once: the validator must refuse each.
"""

import copy
import json
import os
import sys

from jsonschema import Draft202012Validator

schema = json.load(open("schema.json", encoding="utf-8"))
Draft202012Validator.check_schema(schema)
document = Draft202012Validator(schema)
line = Draft202012Validator({"$ref": "#/$defs/line", "$defs": schema["$defs"]})


def check(validator, value, name):
    for error in validator.iter_errors(value):
        sys.exit(f"{name} {error.json_path}: {error.message[:300]}")


def places(value, at=()):
    """Every key of every object, of lists the first three entries."""
    if isinstance(value, dict):
        for key in value:
            yield at + (key,)
            yield from places(value[key], at + (key,))
    elif isinstance(value, list):
        for index, entry in enumerate(value[:3]):
            yield from places(entry, at + (index,))


def inside(value, at):
    for part in at:
        value = value[part]
    return value


def must_refuse(value, what):
    if document.is_valid(value):
        sys.exit(f"the schema lets pass: {what}")


def optional(at):
    """What a result may lack: what only some items have, and keys of things that are free in form."""
    names = [part for part in at if isinstance(part, str)]
    free = {"path", "same_as_year", "same_as_policy", "rank", "among", "fact", "unknown", "bonus"}
    return names == ["request"] or "extra" in names[:-1] or names[-2:-1] == ["parameters"] or (
        names[-1] in free and names[:1] == ["results"] and "assumptions" not in names and "barred_by" not in names
    )


for name in sys.argv[1:]:
    check(document, json.load(open(name, encoding="utf-8")), name)

first = json.load(open(sys.argv[1], encoding="utf-8"))
# Small enough to be tried many times.
first["results"] = first["results"][:3]
for result in first["results"]:
    result["items"] = result["items"][:6]
seen = set()
for at in list(places(first)):
    form = tuple(part for part in at if isinstance(part, str))
    op = inside(first, at[:-1]).get("op") if "steps" in at else None
    if (form, op) in seen:
        continue
    seen.add((form, op))
    taken = copy.deepcopy(first)
    del inside(taken, at[:-1])[at[-1]]
    # The step's `share` and `of` and the like are asked for by its operation.
    if not optional(at):
        must_refuse(taken, f"without {at}")
    value = inside(first, at)
    bad = []
    if isinstance(value, str) and value[-3:-2] == "." and value.replace(".", "").isdigit():
        bad = [value[:-1], value + "0", "-" + value, "0" + value, value.replace(".", ","), float(value), None]
        if at[-1] == "limit":
            bad.pop()
    elif isinstance(value, str) and len(value) == 10 and value.count("-") == 2 and value.replace("-", "").isdigit():
        bad = [value.replace("-", "/"), value + " ", "2022-13-01", 20220101]
    elif isinstance(value, bool):
        bad = ["true", 1, None]
    elif isinstance(value, str) and at[-1] in ("status", "nature", "op", "sha256", "policy_sha256", "encoding", "lang"):
        bad = ["x", value.upper() + "Z", 1]
    if "extra" not in form:
        for other in bad:
            changed = copy.deepcopy(first)
            inside(changed, at[:-1])[at[-1]] = other
            must_refuse(changed, f"{at} = {other!r}")
# Keys may be added everywhere.
for at in list(places(first)):
    if isinstance(inside(first, at), dict) and at[-1] not in ("extra", "parameters"):
        inside(first, at)["a further key"] = {"says": "certain"}
first["further"] = []
check(document, first, "a result with further keys")

if os.path.exists("lines"):
    kinds = set()
    for number, text in enumerate(open("lines", encoding="utf-8"), 1):
        value = json.loads(text)
        kinds.add("invalid" in value)
        check(line, value, f"line {number}")
    if kinds != {True, False}:
        sys.exit("lines should have results and unreadable rows")
print(f"{len(sys.argv) - 1} results, {len(seen)} places")
