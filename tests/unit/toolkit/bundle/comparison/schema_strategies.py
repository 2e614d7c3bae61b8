"""Random JSON Schemas that have much in common, and values that may fit them."""

import copy

import numpy as np
from hypothesis import strategies as st
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter
from qiskit.quantum_info import SparsePauliOp

NAMES = ("a", "b", "ab")
_numbers = st.sampled_from([-1, 0, 1, 2, 3, 0.5, 1.5, 2.0])
_sizes = st.integers(0, 3)
_plain = st.sampled_from(
    [None, True, False, -1, 0, 1, 2, 3, 0.5, 1.0, 2.5, "", "a", "ab", "abb"]
)
_types = st.sampled_from(
    ["null", "boolean", "integer", "number", "string", "array", "object"]
)


def _some(**keywords):
    """Any of these keywords, at most three."""

    @st.composite
    def draw_some(draw):
        chosen = draw(
            st.lists(st.sampled_from(sorted(keywords)), max_size=3, unique=True)
        )
        return {name: draw(keywords[name]) for name in chosen}

    return draw_some()


def _with(kind, rules):
    return rules.map(lambda drawn: {"type": kind, **drawn})


_number_rules = _some(
    minimum=_numbers,
    maximum=_numbers,
    exclusiveMinimum=_numbers,
    exclusiveMaximum=_numbers,
    multipleOf=st.sampled_from([0.5, 1, 1.5, 2, 3]),
)
_string_rules = _some(
    minLength=_sizes, maxLength=_sizes, pattern=st.sampled_from(["a", "^a", "b$"])
)
_quantum = st.one_of(
    _some(maxQubits=st.integers(1, 3), parametrized=st.booleans()).map(
        lambda rules: {"format": "quantum-circuit", **rules}
    ),
    _some(maxQubits=st.integers(1, 3), type=st.just(["array", "null"])).map(
        lambda rules: {"format": "sparse-pauli-op", **rules}
    ),
    _some(
        dtype=st.sampled_from(["float64", "floating", "number", "int64", "integer"]),
        shape=st.lists(st.sampled_from([None, 1, 2]), max_size=2),
        maxItems=_sizes,
    ).map(lambda rules: {"format": "ndarray", **rules}),
    st.just({"format": "complex"}),
)
_leaves = st.one_of(
    st.booleans(),
    st.just({}),
    _with("integer", _number_rules),
    _with("number", _number_rules),
    _with("string", _string_rules),
    _number_rules,
    _string_rules,
    st.lists(_types, min_size=1, max_size=3, unique=True).map(lambda t: {"type": t}),
    st.lists(_plain, min_size=1, max_size=3, unique_by=repr).map(lambda v: {"enum": v}),
    _plain.map(lambda value: {"const": value}),
    _quantum,
    _quantum,
    _quantum,
    st.just({"$ref": "#/$defs/shared"}),
)


def _nested(inner):
    by_name = st.dictionaries(st.sampled_from(NAMES), inner, max_size=2)
    names = st.lists(st.sampled_from(NAMES), max_size=2, unique=True)
    branches = st.lists(inner, min_size=1, max_size=3)
    arrays = _some(
        items=inner,
        prefixItems=st.lists(inner, min_size=1, max_size=2),
        minItems=_sizes,
        maxItems=_sizes,
        uniqueItems=st.booleans(),
        contains=inner,
        minContains=_sizes,
        unevaluatedItems=inner,
    )
    objects = _some(
        properties=by_name,
        required=names,
        additionalProperties=inner,
        patternProperties=st.dictionaries(
            st.sampled_from(["^a", "b"]), inner, max_size=2
        ),
        minProperties=_sizes,
        maxProperties=_sizes,
        propertyNames=_string_rules,
        dependentRequired=st.dictionaries(st.sampled_from(NAMES), names, max_size=1),
        dependentSchemas=st.dictionaries(st.sampled_from(NAMES), inner, max_size=1),
    )
    choices = _some(
        anyOf=branches, oneOf=branches, allOf=branches,
        type=_types,
        **{"not": inner, "if": inner, "then": inner, "else": inner},
    )  # fmt: skip
    return st.one_of(
        _with("array", arrays), _with("object", objects), arrays, objects, choices
    )


_inner = st.recursive(_leaves, _nested, max_leaves=5)


def documents():
    """A schema with a definition that it may refer to, which may hold itself."""
    return _documents_of(_inner)


@st.composite
def _documents_of(draw, schemas):
    schema = draw(schemas.filter(lambda drawn: isinstance(drawn, dict)))
    shared = draw(
        st.one_of(
            _leaves.filter(lambda drawn: drawn != {"$ref": "#/$defs/shared"}),
            st.just(
                {"type": "object", "properties": {"a": {"$ref": "#/$defs/shared"}}}
            ),
            st.just(
                {"type": ["array", "integer"], "items": {"$ref": "#/$defs/shared"}}
            ),
        )
    )
    return {**schema, "$defs": {"shared": shared}}


@st.composite
def pairs(draw):
    """Two schemas, the second mostly the first with something changed."""
    simple = draw(st.booleans())
    first = draw(_documents_of(_leaves) if simple else documents())
    if draw(st.integers(0, 4)) == 0:
        return first, draw(documents())
    second = copy.deepcopy(first)
    for _ in range(draw(st.integers(1, 2))):
        _change(draw, second)
    return (first, second) if draw(st.booleans()) else (second, first)


def _change(draw, schema):
    """Take a keyword away, put another one in, or go deeper."""
    places = [each for each in _dicts(schema) if each]
    place = draw(st.sampled_from(places)) if places else schema
    kind = draw(st.integers(0, 3))
    names = [name for name in place if name != "$defs"]
    if kind == 0 and names:
        del place[draw(st.sampled_from(names))]
    elif kind == 1 and names:
        name = draw(st.sampled_from(names))
        if isinstance(place[name], (int, float)) and not isinstance(place[name], bool):
            place[name] = max(
                place[name] + draw(st.sampled_from([-1, 1])),
                0.5 if name == "multipleOf" else 0,
            )
        elif name in ("enum", "anyOf", "oneOf", "required"):
            place[name] = [
                *place[name],
                draw(
                    _plain
                    if name == "enum"
                    else st.sampled_from(NAMES)
                    if name == "required"
                    else _leaves
                ),
            ]
    else:
        more = draw(_leaves if kind == 2 else _inner)
        if isinstance(more, dict):
            place.update(copy.deepcopy(more))


def _dicts(schema):
    yield schema
    for keyword, value in schema.items():
        if keyword in ("properties", "patternProperties", "$defs", "dependentSchemas"):
            inner = value.values()
        elif keyword in ("anyOf", "oneOf", "allOf", "prefixItems"):
            inner = value
        elif keyword in (
            "items",
            "not",
            "if",
            "then",
            "else",
            "additionalProperties",
            "contains",
        ):
            inner = [value]
        else:
            inner = []
        for each in inner:
            if isinstance(each, dict):
                yield from _dicts(each)


def _circuit(qubits, *, free):
    circuit = QuantumCircuit(qubits)
    if free:
        circuit.rx(Parameter("t"), 0)
    return circuit


_special = [
    *(_circuit(qubits, free=free) for qubits in (1, 2, 3) for free in (False, True)),
    *(SparsePauliOp("Z" * qubits) for qubits in (1, 2, 3)),
    *(np.ones(shape, dtype) for shape in ((), (1,), (2,), (2, 1)) for dtype in ("f8", "i8", "f4")),
    1 + 2j, np.float64(1.5), np.int64(2), (1, "a"), float("nan"), float("inf"), b"x",
]  # fmt: skip


def _is_scalar_array(value):
    return isinstance(value, np.ndarray) and value.ndim == 0


_atoms = st.one_of(
    _plain, st.sampled_from([v for v in _special if not _is_scalar_array(v)])
)
values = st.recursive(
    _atoms,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from([*NAMES, "c"]), inner, max_size=3),
    ),
    max_leaves=4,
)


@st.composite
def fitting(draw, root, schema, depth=3):
    """A value that is likely to fit a schema."""
    for _ in range(5):
        if not isinstance(schema, dict) or "$ref" not in schema:
            break
        schema = root["$defs"]["shared"]
    if not isinstance(schema, dict) or depth == 0 or draw(st.integers(0, 9)) == 0:
        return draw(values if depth else _atoms)
    for keyword in ("enum", "anyOf", "oneOf", "allOf"):
        if keyword in schema:
            chosen = draw(st.sampled_from(schema[keyword]))
            return chosen if keyword == "enum" else draw(fitting(root, chosen, depth))
    if "const" in schema:
        return schema["const"]
    kind = schema.get("type")
    if (
        schema.keys()
        & {"properties", "required", "additionalProperties", "patternProperties"}
        or kind == "object"
    ):
        names = {
            *schema.get("required", ()),
            *draw(st.sets(st.sampled_from([*NAMES, "c"]), max_size=3)),
        }
        known, rest = (
            schema.get("properties", {}),
            schema.get("additionalProperties", True),
        )
        return {
            name: draw(fitting(root, known.get(name, rest), depth - 1))
            for name in sorted(names)
            if known.get(name, rest) is not False
        }
    if schema.keys() & {"items", "prefixItems", "contains"} or kind == "array":
        first = schema.get("prefixItems", [])
        size = draw(
            st.integers(schema.get("minItems", 0), schema.get("minItems", 0) + 2)
        )
        return [
            draw(
                fitting(
                    root,
                    first[i]
                    if i < len(first)
                    else schema.get("items", schema.get("contains", True)),
                    depth - 1,
                )
            )
            for i in range(size)
        ]
    return draw(_atoms)


def _bank():
    numbers = [-1, 0, 0.5, 1, 1.0, 1.5, 2, 2.5, 3, 4, 5]
    atoms = [None, True, False, *numbers, "", "a", "b", "ab", "abb", "bbbb", *_special]
    parts = [None, True, 0, 0.5, 1, 2, 3, "a", "bb", [1], {"a": 1}]
    lists = [
        [],
        *([part] for part in parts),
        [1, 1],
        [0, 1, 2],
        ["a", 0.5],
        [1, 2, 3, 4],
    ]
    dicts = [{}, *({name: part} for name in ("a", "b", "ab", "c") for part in parts)]
    pairs = [
        {"a": one, "b": other} for one in (1, "a", None) for other in (2, 0.5, "ab", [])
    ]
    return [*atoms, *lists, *dicts, *pairs, {"a": 1, "ab": 2, "b": 3, "c": 4}]


BANK = _bank()
"""Values of every kind, to be tried with every pair."""

USUAL = [value for value in BANK if not _is_scalar_array(value)]
"""Without arrays that have no dimension, which equal a listed number."""
