"""`{{ case.next_what|step }}`: the next step in the reader's language."""

from django import template

from clinic.cases import steps

register = template.Library()
register.filter("step", steps.in_words)
