"""The week of an accountant in the documentation is run as it is printed, against the demo."""

from tests.journeys.installation import Installation, output_of
from tests.sources import ROOT


async def test_an_accountants_week_goes_as_it_is_written(demo: Installation) -> None:
    printed = await output_of(ROOT / "docs" / "week.sh", demo.data_dir)
    assert "is over." in printed
    verified = await output_of(ROOT / "ltc", "verify", "--data-dir", str(demo.data_dir))
    assert "everything holds" in verified
