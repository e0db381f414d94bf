"""What the certification pages answer, as text."""

import io
import re

from pypdf import PdfReader

from tests.uvisa import build


def words(response):
    return re.sub(r"\s+", " ", response.content.decode())


def pages_of(browser, request):
    answer = browser.get(build.url(request, "packet"), secure=True)
    assert answer["Content-Type"] == "application/pdf"
    assert "Zvezdalia" not in answer["Content-Disposition"]
    reader = PdfReader(io.BytesIO(answer.content))
    assert "Zvezdalia" not in str(reader.metadata)
    return [re.sub(r"\s+", " ", page.extract_text()) for page in reader.pages]
