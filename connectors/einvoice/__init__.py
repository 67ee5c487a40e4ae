"""Electronic invoices: written as UBL and CII, checked by the official rules, put into a PDF as Factur-X."""
