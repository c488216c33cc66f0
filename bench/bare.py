"""The reference for the screens: a Textual app with a Header, a DataTable and a Footer, nothing else."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import DataTable, Footer, Header

MARKER = "A001"


class Bare(App[None]):
    """Twenty rows of three columns."""

    def compose(self) -> ComposeResult:
        """The three widgets."""
        yield Header()
        yield DataTable()
        yield Footer()

    def on_mount(self) -> None:
        """Fill the table."""
        table = self.query_one(DataTable)
        table.add_columns("number", "category", "waited")
        for row in range(1, 21):
            table.add_row(f"A{row:03d}", "tax", str(row))


if __name__ == "__main__":
    Bare().run(mouse=False)
