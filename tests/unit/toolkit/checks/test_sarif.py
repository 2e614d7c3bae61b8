"""SARIF 2.1.0, against what its schema requires."""

import jsonschema
import pytest

from toolkit.checks import judge, sarif

TEXT = {"type": "string", "minLength": 1}
MESSAGE = {"type": "object", "properties": {"text": TEXT}, "required": ["text"]}


def closed(required, **properties):
    """As the schema of the standard has them: no property that it does not name."""
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def many(item):
    return {"type": "array", "items": item, "uniqueItems": True}


ARTIFACT = closed(
    ["uri"], uri={"type": "string", "format": "uri-reference"}, uriBaseId=TEXT
)
LOCATION = closed(
    [],
    physicalLocation=closed(
        ["artifactLocation"],
        artifactLocation=ARTIFACT,
        region=closed([], startLine={"type": "integer", "minimum": 1}),
    ),
    logicalLocations=many(closed([], fullyQualifiedName=TEXT)),
)
RESULT = closed(
    ["message"],
    ruleId=TEXT,
    ruleIndex={"type": "integer", "minimum": -1},
    level={"enum": ["none", "note", "warning", "error"]},
    message=MESSAGE,
    locations=many(LOCATION),
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
    suppressions=many(closed(["kind"], kind={"enum": ["inSource", "external"]})),
)
DRIVER = closed(
    ["name"],
    name=TEXT,
    semanticVersion=TEXT,
    rules=many(closed(["id"], id=TEXT, shortDescription=MESSAGE)),
)
LOG = {
    **closed(
        ["version", "runs"],
        version={"const": "2.1.0"},
        runs=many(
            closed(
                ["tool"],
                tool=closed(["driver"], driver=DRIVER),
                results=many(RESULT),
                columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
            )
        ),
        **{"$schema": {"type": "string", "format": "uri"}},
    ),
    "$schema": "https://json-schema.org/draft/2020-12/schema",
}


@pytest.fixture
def root(make_project):
    """A project with findings of every form, and one that is ignored."""
    return make_project(
        "a project",
        program="print(1)\nprint(2)  # qrt: ignore[QRT130]\nmain = 3\n",
        files={"inputs/a é.json": "{", "program.json": '{"name": "Bad Name"}'},
    )


def log_of(root, base):
    judged = judge(root)
    log = sarif.sarif_log(
        judged.findings, judged.ignored, root=root, base=base, version="1.2.3"
    )
    jsonschema.validate(log, LOG)
    return log


def places(log):
    return [
        result["locations"][0]["physicalLocation"]["artifactLocation"]
        for result in log["runs"][0]["results"]
    ]


def test_every_finding_is_a_result_at_its_place(root):
    log = log_of(root, root.parent)
    results = log["runs"][0]["results"]
    first = next(r for r in results if r["ruleId"] == "QRT130")

    assert first["level"] == "warning"
    assert first["message"]["text"].startswith("print is called at import. Do it in")
    assert first["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {
                    "uri": "a%20project/program.py",
                    "uriBaseId": "%SRCROOT%",
                },
                "region": {"startLine": 1},
            }
        }
    ]
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    assert all(rules[r["ruleIndex"]]["id"] == r["ruleId"] for r in results)
    assert {"uri": "a%20project/inputs/a%20%C3%A9.json", "uriBaseId": "%SRCROOT%"} in (
        places(log)
    )


def test_a_place_inside_of_a_json_file_is_named(root):
    results = log_of(root, root)["runs"][0]["results"]
    names = [r["locations"][0].get("logicalLocations") for r in results]

    assert [{"fullyQualifiedName": "$.name"}] in names


def test_an_ignored_finding_is_suppressed(root):
    results = log_of(root, root)["runs"][0]["results"]

    assert [r["ruleId"] for r in results if "suppressions" in r] == ["QRT130"]


def test_a_project_elsewhere_has_absolute_addresses(root, tmp_path):
    (first, *_) = places(log_of(root, tmp_path / "somewhere else"))

    assert first["uri"].startswith("file:///")
    assert "uriBaseId" not in first


def test_fingerprints_do_not_change_with_the_lines_above(make_project):
    main = "def main(backend, user_messenger, *, text, times=2): ...\n"
    one = make_project("a", program=f"print(1)\n{main}")
    other = make_project("b", program=f"\n\nprint(1)\n{main}")
    prints = [
        log_of(folder, folder)["runs"][0]["results"][0]["partialFingerprints"]
        for folder in (one, other)
    ]
    assert prints[0] == prints[1]


def test_no_findings_are_an_empty_list(make_project):
    assert log_of(make_project(), make_project())["runs"][0]["results"] == []
