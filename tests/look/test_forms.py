from datetime import date

import pytest
from django.forms import BooleanField, CharField, PasswordInput, TextInput
from django.template.loader import render_to_string

from clinic import forms, languages


class Call(forms.Form):
    marks = "needed"
    reveals = {"spoken": "interpreter=yes"}
    name = CharField(label="Name", help_text="As they say it.")
    born_on = forms.DayField(label="Date of birth", required=False, help_text="For example 11 21 1990.")
    a_number = forms.ANumberField(required=False)
    phone = forms.PhoneField(label="Phone", required=False)
    interpreter = forms.ChoiceWithUnknown(label="Interpreter", required=False)
    spoken = forms.LanguageField(label="Spoken", required=False)
    safe = BooleanField(label="Safe to call", required=False)
    user = CharField(required=False, widget=TextInput({"autocomplete": "username"}))
    rev = forms.RevField()


def filled(**changes: str) -> Call:
    data = {"name": "Zoe", "rev": "3", "born_on_month": "11", "born_on_day": "21", "born_on_year": "1990"}
    return Call(data | changes)


def test_it_works():
    form = filled(a_number="A12345678", phone="612-555-0123 x4", interpreter="later", spoken="so")
    assert form.is_valid(), form.errors
    assert form.cleaned_data["born_on"] == date(1990, 11, 21)
    assert form.cleaned_data["a_number"] == "012345678"
    assert form.cleaned_data["phone"].extension == "4"
    assert form.cleaned_data["interpreter"] == forms.LATER


def test_errors_name_their_field_and_lead_to_it():
    form = filled(name="", born_on_year="26", interpreter="perhaps")
    links = {link.href: link for link in form.error_links}
    assert links.keys() == {"#id_name", "#id_born_on_0", "#id_interpreter_0"}
    assert links["#id_name"].message == "Please fill this in."
    for href in links:
        assert f'id="{href[1:]}"' in str(form)


def test_a_lost_version_is_said_without_a_link():
    form = filled(rev="")
    assert form.error_links == [("", "", "This page is out of date. Open it again; what you typed is below.")]


def test_what_was_typed_stays():
    html = str(filled(name="", born_on_month="Febtober", a_number="MSC2190000001", phone="call her"))
    for typed in ("Febtober", "21", "MSC2190000001", "call her"):
        assert f'value="{typed}"' in html


def test_hints_and_errors_are_tied_to_their_controls():
    html = str(filled(name="", born_on_day="40"))
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'aria-describedby="id_born_on_helptext id_born_on_error"' in html
    for name in ("name", "born_on"):
        assert f'id="id_{name}_helptext"' in html
        assert f'id="id_{name}_error"' in html


def test_typed_markup_is_text():
    assert "<b>" not in str(filled(name="<b>", phone="<b>", born_on_month="<b>"))


def test_browsers_are_asked_to_forget_unless_a_field_says_otherwise():
    html = str(Call())
    controls = html.count("<input") + html.count("<select") - html.count('type="hidden"')
    assert html.count('autocomplete="off"') + html.count('autocomplete="username"') >= controls - 4  # radios
    assert 'autocomplete="username"' in html


def test_words_say_what_is_needed_or_optional():
    assert str(Call()).count("(needed)") == 1
    Call.marks = "optional"
    try:
        assert "(needed)" not in str(Call())
        assert "(optional)" in str(Call())
    finally:
        Call.marks = "needed"


def test_a_saved_day_and_number_are_shown_again():
    html = str(Call(initial={"born_on": date(1990, 11, 21), "a_number": "012345678"}))
    assert 'value="A012-345-678"' in html
    assert 'name="born_on_year" value="1990"' in html


def test_a_whole_day_under_the_bare_name_is_read():
    form = Call({"name": "Zoe", "rev": "1", "born_on": "1990-11-21"})
    assert form.is_valid()
    assert form.cleaned_data["born_on"] == date(1990, 11, 21)


def test_an_unchanged_form_knows_it():
    form = Call(
        {"born_on_month": "11", "born_on_day": "21", "born_on_year": "1990"},
        initial={"born_on": date(1990, 11, 21)},
    )
    assert "born_on" not in form.changed_data


class Leaving(forms.Form):
    reveals = {"until": "stays=yes"}
    stays = forms.ChoiceWithUnknown(label="Does it stay?")
    until = CharField(label="Until when?", required=False)
    why = CharField(label="Why?", required=False)


class Secret(Leaving):
    passphrase = CharField(label="Passphrase", widget=PasswordInput)


def test_what_an_answer_reveals_is_not_called_optional():
    form = Leaving()
    assert "(optional)" not in form["until"].as_field_group()
    assert "(optional)" in form["why"].as_field_group()


def test_nothing_is_lost_is_said_where_it_is_so():
    assert "Nothing you typed is lost" in summary(Leaving({}))
    assert "Nothing you typed is lost" not in summary(Secret({}))


def summary(form) -> str:
    return render_to_string("parts/error_summary.html", {"form": form})


def test_a_question_names_the_answer_that_reveals_it():
    assert 'data-reveal="interpreter=yes"' in str(Call())


def test_each_language_is_named_in_itself():
    html = str(Call())
    assert '<option value="ar" lang="ar" dir="rtl">العربية (Arabic)</option>' in html
    own = dict(forms.language_choices(written=True, own_names=True))
    assert own["so"] == "Soomaali"
    assert "mam" not in own


@pytest.mark.parametrize(("code", "way"), [("ar", "rtl"), ("ps", "rtl"), ("so", "ltr"), ("xx", "ltr")])
def test_direction(code, way):
    assert languages.direction(code) == way


def test_language_codes_and_names_are_told_apart():
    assert len(languages.LANGUAGES) == len(languages.ALL)
    assert len({one.own_name for one in languages.ALL}) == len(languages.ALL)
    assert languages.name_of("so") == "Soomaali (Somali)"
    assert languages.name_of("en") == "English"


def test_a_language_that_is_not_known_or_not_listed_shows_no_code():
    assert languages.name_of(languages.UNKNOWN) == languages.name_of("") == ""
    assert languages.name_of(languages.NOT_LISTED) == "Another language"
