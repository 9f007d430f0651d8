#!/usr/bin/env python3
"""validate.py SCHEMAS FILE...: checks every document (one a line) of the files against the schema that it names.

Exit status 0: all are valid; 1: not, with a line for each reason; 77: python3-jsonschema is missing.
"""
import json
import pathlib
import sys

try:
    from jsonschema import Draft202012Validator
except ImportError:
    print("python3-jsonschema is not installed")
    sys.exit(77)


def main(schemas, files):
    validators = {}
    for path in pathlib.Path(schemas).glob("*.schema.json"):
        schema = json.loads(path.read_text())
        Draft202012Validator.check_schema(schema)
        validators[schema["$id"]] = Draft202012Validator(schema)
    failures = 0
    for name in files:
        for number, line in enumerate(pathlib.Path(name).read_text().splitlines(), 1):
            where = f"{name}:{number}"
            document = json.loads(line)
            validator = validators.get(document.get("schema"))
            if validator is None:
                print(f"{where}: no schema for {document.get('schema')!r}")
                failures += 1
                continue
            for error in validator.iter_errors(document):
                print(f"{where}: {'/'.join(map(str, error.path))}: {error.message[:300]}")
                failures += 1
    return failures


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1], sys.argv[2:]) else 0)
