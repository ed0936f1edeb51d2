"""Sets the sample report as a PDF: `pip install fpdf2`, then `python sample/make_pdf.py`, which made the one in documents/."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from fpdf import FPDF

HERE = Path(__file__).parent


def main() -> None:
    """Write documents/12-border-agreement.pdf from border-agreement.txt."""
    title, byline, *paragraphs = (HERE / "border-agreement.txt").read_text(encoding="utf-8").strip().split("\n\n")
    pdf = FPDF(format="A4")
    pdf.set_creation_date(dt.datetime(2025, 4, 2, tzinfo=dt.UTC))
    pdf.set_title(title)
    pdf.set_author("Nargis Safarova")
    pdf.set_margins(25, 25)
    pdf.add_page()
    pdf.set_font("Helvetica", "B", 17)
    pdf.multi_cell(0, 8, title, new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("Helvetica", "I", 10)
    pdf.multi_cell(0, 8, byline, new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("Helvetica", "", 11)
    for paragraph in paragraphs:
        pdf.ln(3)
        pdf.multi_cell(0, 6, paragraph, new_x="LMARGIN", new_y="NEXT")
    pdf.output(str(HERE / "documents" / "12-border-agreement.pdf"))


if __name__ == "__main__":
    main()
