"""Holds the schemas of rule files against what biaobu says of the same files.

In the folder: `policy.json` and `vocabulary.json`, the schemas; `lines`, each with the name of a schema, what was changed,
whether biaobu accepts its form, and the file as JSON.
"""

import json
import sys

from jsonschema import Draft202012Validator

validators = {}
for name in ("policy", "vocabulary"):
    schema = json.load(open(f"{name}.json", encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    validators[name] = Draft202012Validator(schema)

count, differences = 0, []
for text in open("lines", encoding="utf-8"):
    line = json.loads(text)
    count += 1
    if validators[line["schema"]].is_valid(line["value"]) != line["fine"]:
        says = "biaobu accepts it, the schema does not" if line["fine"] else "the schema accepts it, biaobu does not"
        differences.append(f"{line['schema']}: {line['what']}: {says}")
if differences:
    sys.exit("\n".join(differences))
print(f"{count} files")
