"""The cells of a notebook's page: each code cell has an anchor, to which evidence links."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders import Builder

from lcresearch.workflow.sphinx_ext.domain import EvidenceDomain, evidence_of

__all__ = ["anchor_cells", "cell_uri"]


def cell_anchor(number: int) -> str:
    """Return the HTML id of a notebook's cell, counted from one as the ledger of claims does."""
    return f"nb-cell-{number}"


def anchor_cells(app: Sphinx, doctree: nodes.document) -> None:
    """Give each code cell its anchor, and remember which cells the page shows."""
    domain = evidence_of(app.env)
    shown = set()
    for cell in doctree.findall(nodes.container):
        if cell.get("nb_element") != "cell_code":
            continue
        number = int(cell["cell_index"]) + 1
        if cell_anchor(number) not in doctree.ids:
            cell["ids"].append(cell_anchor(number))
            shown.add(number)
    if shown:
        domain.data["cells"][app.env.docname] = shown


def cell_uri(
    builder: Builder, notebook: str, cell: int | None = None, *, page: str | None = None
) -> str | None:
    """Return the address of a notebook's page, at the cell where the page shows it.

    Parameters
    ----------
    builder
        What writes the book.
    notebook
        The notebook's name.
    cell
        Number of the cell; None leads to the head of the page.
    page
        Page from which the address is told; None tells it from the root of the site.

    Returns
    -------
    str or None
        The address, None where the book has no page of that notebook.
    """
    env = builder.env
    target = f"{env.config.lcresearch_results}/{notebook}"
    if target not in env.found_docs:
        return None
    uri = builder.get_relative_uri(page, target) if page else builder.get_target_uri(target)
    if cell is None or cell not in env.get_domain(EvidenceDomain.name).data["cells"].get(
        target, ()
    ):
        return uri
    return f"{uri}#{cell_anchor(cell)}"
