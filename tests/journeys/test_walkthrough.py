"""The walkthrough of the documentation is run as it is printed, against the demo, with the demo's own keys."""

from tests.journeys.installation import Installation, output_of
from tests.sources import ROOT


async def test_a_deal_goes_from_lead_to_cash_by_curl(demo: Installation) -> None:
    printed = await output_of(ROOT / "docs" / "walkthrough.sh", demo.data_dir)
    assert "E_SOD" in printed
    assert "went from the lead to the last payment" in printed
    verified = await output_of(ROOT / "ltc", "verify", "--data-dir", str(demo.data_dir))
    assert "everything holds" in verified
