"""A proof as a person reads it on the terminal: from the value down to what came in, and the verdict."""

from rich.console import Console
from rich.markup import escape
from rich.text import Text
from rich.tree import Tree

from dagster_project.installation.workspace import LOCAL_TIME
from dagster_project.lineage.cells import Found
from dagster_project.lineage.prove import DeliveryStep, Proof
from dagster_project.lineage.question import told


def print_proof(proof: Proof) -> None:
    """The chain as a tree, what was found on the way, and whether the figure holds."""
    console = Console(highlight=False)
    if proof.as_of:
        console.print(_tree(proof))
    for note in proof.notes:
        console.print(f"note: {note}", markup=False)
    for finding in proof.findings:
        console.print(
            f"{finding.file} {finding.problem}\n  do: {finding.do}", style="red", markup=False, soft_wrap=True
        )
    if proof.is_proven:
        console.print(
            f"[bold green]Proven:[/] computed again from the payloads alone, it is {_shown(proof.recomputed)}."
        )
    else:
        console.print("[bold red]Not proven.[/]")


def _tree(proof: Proof) -> Tree:
    whose = f"{proof.municipality_code}{' (fictional)' if proof.is_fictional else ''}"
    tree = Tree(f"[bold]{escape(proof.mart)}.{escape(proof.column)} = {_shown(proof.value)}[/]")
    tree.add(f"row {escape(told(proof.key, list(proof.key)))}")
    tree.add(f"release {proof.release_id} of {whose}, made on {proof.as_of} with version {escape(proof.code_version)}")
    models = tree.add(f"models, from mart to source: {len(proof.models)}")
    for step in proof.models:
        models.add(_folded(step.name, f"{step.file} {step.sha256[:12]}"))
    deliveries = tree.add("deliveries, with each file that came, its SHA-256 and its address")
    for delivery in proof.deliveries:
        _add_delivery(deliveries, delivery)
    _add_ground(tree, proof.stands_on)
    return tree


def _add_delivery(tree: Tree, step: DeliveryStep) -> None:
    edition = "" if step.edition == "all" else f" {step.edition}"
    name = f"{escape(step.feed)}{edition}: delivery {step.delivery_id}"
    branch = tree.add(f"{name}, retrieved on {step.received_at.astimezone(LOCAL_TIME):%Y-%m-%d at %H:%M %Z}")
    for file in step.payload:
        branch.add(_folded(file.name, file.sha256, file.url))


def _add_ground(tree: Tree, found: Found) -> None:
    """What the figure was seen to stand on."""
    for cell in found.cells:
        place = f"{cell.feed} {cell.place.delivery_id}/{cell.place.file}, record {cell.place.row}, {cell.column}"
        text = "nothing" if cell.text is None else repr(cell.text)
        tree.add(_folded(f"raw cell: {text}", place, told(cell.key, list(cell.key))))
    for rows in found.rows:
        alike = f" with the same {', '.join(rows.same)}" if rows.same else ""
        first = ", ".join(f"{place.file} record {place.row}" for place in rows.first)
        tree.add(_folded(f"raw rows: {rows.row_count:,} of {rows.feed} {rows.table}{alike}", f"the first: {first}"))
    if found.why_none:
        tree.add(f"no raw cell by itself: {found.why_none}")


def _folded(first: str, *others: str) -> Text:
    """A line and others under it; what is too long goes on in the next, so that nothing is cut off."""
    return Text("\n", overflow="fold").join([Text(first), *(Text(other, style="dim") for other in others)])


def _shown(value: object) -> str:
    return "empty" if value is None else escape(str(value))
