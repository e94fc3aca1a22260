"""The public edition's description for data portals, validated by SHACL; each rule has a catalogue that breaks it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyshacl import validate
from rdflib import DCAT, RDF, SH, Graph, Literal, Node, URIRef
from rdflib.collection import Collection

SHAPES = Graph().parse(Path(__file__).with_name("dcat_shapes.ttl"))
IDENTIFIER = "https://cijfers.example.nl/#dataset"


def rules() -> Iterator[tuple[URIRef, Node, URIRef]]:
    """Every rule of every shape: the class, the shape of the property and the kind of rule."""
    for shape, of_class in SHAPES.subject_objects(SH.targetClass):
        for prop in SHAPES.objects(shape, SH.property):
            yield from ((of_class, prop, kind) for kind in SHAPES.predicates(prop) if kind != SH.path)


def paths(prop: Node) -> list[Node]:
    path = SHAPES.value(prop, SH.path)
    either = SHAPES.value(path, SH.alternativePath)
    return list(Collection(SHAPES, either)) if either else [path]


def name(rule: tuple[URIRef, Node, URIRef]) -> str:
    of_class, prop, kind = rule
    words = (of_class, *paths(prop), kind)
    return "-".join(str(word).replace("#", "/").rpartition("/")[2] for word in words)


def broken(catalogue: Graph, of_class: URIRef, prop: Node, kind: URIRef) -> Graph:
    """A copy of which one description breaks one rule."""
    changed = Graph() + catalogue
    described = next(changed.subjects(RDF.type, of_class))
    first = paths(prop)[0]
    before = next((changed.value(described, path) for path in paths(prop) if changed.value(described, path)), None)
    if kind == SH.uniqueLang:
        changed.add((described, first, Literal("the same in other words", lang=before.language)))
    elif kind == SH.maxCount:
        changed.add((described, first, URIRef("urn:one:more")))
    else:
        for path in paths(prop):
            changed.remove((described, path, None))
        is_word = kind in (SH.datatype,) or (SHAPES.value(prop, SH.nodeKind) == SH.IRI and kind == SH.nodeKind)
        if kind == SH.lessThanOrEquals:
            changed.add((described, first, Literal("2999-01-01", datatype=before.datatype)))
        elif kind != SH.minCount:
            changed.add((described, first, Literal("words") if is_word else URIRef("urn:of:no:list")))
    return changed


def complaints(catalogue: Graph) -> set[str]:
    """The kinds of rule that a catalogue breaks."""
    _, results, _ = validate(catalogue, shacl_graph=SHAPES)
    kinds = results.objects(None, SH.sourceConstraintComponent)
    return {str(kind).rpartition("#")[2].removesuffix("ConstraintComponent").lower() for kind in kinds}


@pytest.fixture(scope="module")
def catalogue(public_edition) -> Graph:
    return Graph().parse(public_edition / "dcat.jsonld", format="json-ld")


@pytest.fixture(scope="module")
def small(catalogue) -> Graph:
    """The same with one distribution."""
    few = Graph() + catalogue
    for distribution in sorted(few.subjects(RDF.type, DCAT.Distribution))[1:]:
        few.remove((distribution, None, None))
        few.remove((None, None, distribution))
    return few


def test_the_catalogue_is_as_the_profile_asks(catalogue):
    assert complaints(catalogue) == set()
    assert [str(one) for one in catalogue.subjects(RDF.type, DCAT.Dataset)] == [IDENTIFIER]
    assert len(list(catalogue.subjects(RDF.type, DCAT.Distribution))) > 1


@pytest.mark.parametrize("rule", rules(), ids=name)
def test_a_catalogue_that_breaks_a_rule_is_refused(small, rule):
    assert str(rule[2]).rpartition("#")[2].lower() in complaints(broken(small, *rule))
