"""Proofs of random figures over all marts of the newest release: how many hold, and their cost."""

import argparse
import statistics
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT), str(PROJECT / "tests")]


def main() -> None:
    """Prove the figures one after the other and print the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figures", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20261123)
    arguments = parser.parse_args()

    from proof.random_figures import random_figures

    from dagster_project.installation.opening import workspace_of
    from dagster_project.lineage.prove import Proof, prove

    workspace = workspace_of(is_sample=True, as_of=None)
    questions = random_figures(workspace.releases / "latest", arguments.figures, arguments.seed)
    proofs: list[Proof] = []
    seconds: list[float] = []
    busy: list[float] = []
    for question in questions:
        started, busy_before = time.perf_counter(), time.process_time()
        proofs.append(prove(workspace, question))
        seconds.append(time.perf_counter() - started)
        busy.append(time.process_time() - busy_before)
    for question, proof in zip(questions, proofs, strict=True):
        if not proof.is_proven:
            print(f"not proven: {question}: {[finding.problem for finding in proof.findings]}")
    print(f"{sum(proof.is_proven for proof in proofs)} of {len(proofs)} figures of {proofs[0].release_id} proven")
    cells, rows = sum(bool(proof.cells) for proof in proofs), sum(bool(proof.rows) for proof in proofs)
    print(f"{rows} of them with their raw rows, {cells} down to a delivered cell")
    print(f"CPU: median {statistics.median(busy):.2f} s, longest after the first {max(busy[1:]):.2f} s")
    print(
        f"wall: median {statistics.median(seconds):.2f} s, longest after the first {max(seconds[1:]):.2f} s; "
        f"the first, which may have made the scratch warehouse, {seconds[0]:.1f} s"
    )


if __name__ == "__main__":
    main()
