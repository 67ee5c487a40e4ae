"""A list is read by a cursor that only its own list understands, so that no row is skipped or told twice."""

from typing import Annotated

from fastapi import Query

from storage.queries.paging import MOST_ROWS

CursorQuery = Annotated[
    str, Query(max_length=1000, description="`next` of the page before, or nothing for the first page. 游标")
]
LimitQuery = Annotated[int, Query(ge=1, le=MOST_ROWS, description="Rows on one page. 每页行数")]
