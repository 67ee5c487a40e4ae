"""Where a colleague can look and act: only what is there, since a mail outlives the day it was sent."""

from urllib.parse import quote

from domain.value import Value


class Reach(Value):
    """What of this installation a mail may name.

    Attributes:
        api: where the API is reached.
        workflows: the page of a namespace's workflows in the Temporal UI; empty where there is none.
        console: whether a message from that page may act for the person it names.
    """

    api: str = ""
    workflows: str = ""
    console: bool = False

    def page(self, workflow_id: str) -> str:
        """Return the page that shows a deal or an account, empty where there is none."""
        return f"{self.workflows}/{quote(workflow_id, safe='')}" if self.workflows else ""

    def call(self, path: str) -> str:
        """Return the address of an API call, empty where the API is not known."""
        return f"{self.api.rstrip('/')}{path}" if self.api else ""
