"""Words of people in commands, bounded so that any log keeps them."""

from typing import Annotated

from pydantic import Field

Name = Annotated[str, Field(min_length=1, max_length=200)]
"""Names a person or thing."""
Reason = Annotated[str, Field(min_length=1, max_length=2000)]
"""Says why, or what proves it."""
ReceiptName = Annotated[str, Field(min_length=1, max_length=60)]
"""Names a receipt that a bank's statement has shown: ``bank/`` and its external id, which is ours and short."""
