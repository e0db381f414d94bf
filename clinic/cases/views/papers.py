"""Notes and documents of a case."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clinic.accounts.doors import FORM, StaffRequest, get_or_404, staff
from clinic.cases import actions, rules
from clinic.cases.finding import find_case, held
from clinic.cases.forms import DocumentForm, NoteForm
from clinic.cases.models import Compartment, Document
from clinic.forms import posted
from clinic.vault.errors import Locked


@staff
@FORM
def add_note(request: StaffRequest, case_id: UUID) -> HttpResponse:
    case = find_case(request, case_id)
    form = NoteForm(posted(request), held=held(case))
    if request.method == "POST" and form.is_valid():
        compartment = Compartment(form.cleaned_data["compartment"])
        actions.add_note(case=case, compartment=compartment, text=form.cleaned_data["text"], by=request.user)
        messages.success(request, _("The note was saved."))
        return redirect("cases:case", case.pk)
    return render(request, "cases/add_note.html", {"case": case, "form": form})


@staff(uploads=True)
@FORM
def add_document(request: StaffRequest, case_id: UUID) -> HttpResponse:
    case = find_case(request, case_id)
    form = _document_form(request, held(case))
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        cleaned["compartment"] = Compartment(cleaned["compartment"])
        actions.add_document(case=case, by=request.user, **cleaned)
        messages.success(request, _("The document was sealed and saved."))
        return redirect("cases:case", case.pk)
    context = {"case": case, "form": form, "most": settings.UPLOAD_LIMIT}
    return render(request, "cases/add_document.html", context)


@staff
@require_safe
def document(request: StaffRequest, case_id: UUID, document_id: UUID) -> HttpResponseBase:
    """Verified whole before the first byte leaves; the file name says nothing."""
    case = find_case(request, case_id)
    found = get_or_404(Document.objects.filter(case=case).select_related("key"), pk=document_id)
    try:
        content_type = found.content_type
    except Locked:
        raise Http404 from None
    chunks = actions.read_document(document=found, by=request.user)
    response = StreamingHttpResponse(chunks, content_type=content_type)
    ending = rules.ENDING[content_type]
    response["Content-Disposition"] = f'attachment; filename="document-{case.reference}.{ending}"'
    response["Content-Length"] = str(found.size)
    return response


def _document_form(request: StaffRequest, compartments: list[Compartment]) -> DocumentForm:
    if request.method != "POST":
        return DocumentForm(held=compartments)
    data, files = request.POST, request.FILES
    refused = getattr(request, "upload_refused", "")
    return DocumentForm(data, files, held=compartments, refused=refused)
