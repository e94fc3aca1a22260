"""Report of a proof for the terminal: from the value down to the payloads, and the verdict."""

from rich.text import Text
from rich.tree import Tree

from dagster_project.console import PlainConsole
from dagster_project.errors import shown
from dagster_project.installation.workspace import LOCAL_TIME
from dagster_project.lineage.prove import DeliveryStep, Proof
from dagster_project.lineage.question import as_condition


def print_proof(proof: Proof) -> None:
    """Print the path as a tree, the findings, and whether the figure is proven."""
    console = PlainConsole()
    if proof.as_of:
        console.print(_tree(proof))
    for note in proof.notes:
        console.print(f"note: {note}")
    for finding in proof.findings:
        console.print(f"{finding.file} {finding.problem}\n  do: {finding.do}", style="red", soft_wrap=True)
    if proof.is_proven:
        found = f" computed again from the payloads alone, it is {_format_value(proof.recomputed)}."
        console.print(Text.assemble(("Proven:", "bold green"), shown(found)))
    else:
        console.print("Not proven.", style="bold red")


def _tree(proof: Proof) -> Tree:
    owner = f"{proof.municipality_code}{' (fictional)' if proof.is_fictional else ''}"
    tree = Tree(Text(shown(f"{proof.mart}.{proof.column} = {_format_value(proof.value)}"), "bold"))
    tree.add(f"row {as_condition(proof.key, proof.key)}")
    tree.add(f"release {proof.release_id} of {owner}, made on {proof.as_of} with version {proof.code_version}")
    models = tree.add(f"models, from mart to source: {len(proof.models)}")
    for step in proof.models:
        models.add(_folded(step.name, f"{step.file} {step.sha256[:12]}"))
    deliveries = tree.add("deliveries, with the SHA-256 and address of each file")
    for delivery in proof.deliveries:
        _add_delivery(deliveries, delivery)
    for rows in proof.rows:
        tree.add(_folded(f"raw rows: {rows.row_count:,} of {rows.feed} {rows.table}", rows.condition))
    for cell in proof.cells:
        place = f"{cell.feed} {cell.table}, delivery {cell.delivery_id}, {as_condition(cell.key, cell.key)}"
        tree.add(_folded(f"delivered as {cell.column} = {cell.value}", place))
    return tree


def _add_delivery(tree: Tree, step: DeliveryStep) -> None:
    edition = "" if step.edition == "all" else f" {step.edition}"
    name = f"{step.feed}{edition}: delivery {step.delivery_id}"
    branch = tree.add(f"{name}, retrieved on {step.received_at.astimezone(LOCAL_TIME):%Y-%m-%d at %H:%M %Z}")
    for file in step.payload:
        branch.add(_folded(file.name, file.sha256, file.url))


def _folded(first: str, *others: str) -> Text:
    """Format a line and others below it; long lines wrap, so that nothing is cut off."""
    return Text("\n", overflow="fold").join(
        [Text(shown(first)), *(Text(shown(other), style="dim") for other in others)]
    )


def _format_value(value: object) -> str:
    return "empty" if value is None else str(value)
