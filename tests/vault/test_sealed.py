from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.template import Context, Template

from clinic.vault.envelope import generation_of
from clinic.vault.errors import Locked, Stale, Tampered, Unsealed
from clinic.vault.keyring import using

from .build import BEN, make_box, make_ring
from .paper import CANARY, VALUES, Mood, Paper, again, make_paper, on_disk, put_on_disk

pytestmark = pytest.mark.usefixtures("papers", "ring")


def test_it_works():
    found = again(make_paper())
    assert {name: getattr(found, name) for name in VALUES} == VALUES


def test_what_was_not_given_is_empty():
    found = again(make_paper(title="x"))
    empty = (found.story, found.seen_on, found.mood, found.names, found.fee, found.safe, found.children)
    assert empty == ("", None, Mood.CALM, [], None, None, None)


def test_nothing_of_it_is_on_disk():
    paper = make_paper()
    assert on_disk(paper) == bytes(paper.sealed)
    assert CANARY.encode() not in on_disk(paper)


def test_a_value_may_be_taken_away():
    paper = again(make_paper())
    paper.seen_on, paper.names, paper.title = None, [], ""
    paper.save()
    assert (again(paper).seen_on, again(paper).names, again(paper).title) == (None, [], "")


def test_attributes_are_found_in_order():
    assert list(Paper.attributes) == list(VALUES)


# Every way of writing.


def test_bulk_create_seals():
    one, other = Paper.objects.bulk_create([Paper(title="one"), Paper(title="other")])
    assert (again(one).title, again(other).title) == ("one", "other")
    assert on_disk(one) != on_disk(other)


def test_create_seals():
    assert again(Paper.objects.create(title=CANARY)).title == CANARY


def test_bulk_create_over_a_conflict_is_refused():
    with pytest.raises(Unsealed):
        Paper.objects.bulk_create(
            [make_paper()], update_conflicts=True, unique_fields=["id"], update_fields=["sealed"]
        )


def test_bulk_update_that_would_lose_a_change_is_refused():
    paper = make_paper()
    with pytest.raises(Unsealed):
        Paper.objects.bulk_update([paper], ["sealed"])
    paper.title = "new"
    with pytest.raises(Unsealed):
        Paper.objects.bulk_update([paper], ["purge_month"])


def test_bulk_update_of_plain_columns_works():
    paper = make_paper()
    paper.purge_month = date(2030, 1, 1)
    Paper.objects.bulk_update([paper], ["purge_month"])
    assert again(paper).purge_month == date(2030, 1, 1)
    assert again(paper).title == CANARY


def test_update_of_the_sealed_column_is_refused():
    paper = make_paper()
    with pytest.raises(Unsealed):
        Paper.objects.update(sealed=b"")
    with pytest.raises(Unsealed):
        Paper.objects.filter(pk=paper.pk).update(sealed=on_disk(paper))


def test_saving_other_columns_only_is_refused_where_it_would_lose_a_change():
    paper = make_paper()
    paper.title = "new"
    with pytest.raises(Unsealed):
        paper.save(update_fields=["purge_month"])
    paper.save(update_fields=["sealed"])
    assert again(paper).title == "new"


def test_saving_other_columns_only_works_without_a_change():
    paper = again(make_paper())
    before = on_disk(paper)
    paper.purge_month = date(2030, 1, 1)
    paper.save(update_fields=["purge_month"])
    assert on_disk(paper) == before
    assert again(paper).purge_month == date(2030, 1, 1)


def test_saving_without_a_change_seals_nothing_anew():
    paper = again(make_paper())
    before = on_disk(paper)
    assert paper.title == CANARY
    paper.title = CANARY
    paper.save()
    assert on_disk(paper) == before


def test_a_column_fetched_late_does_not_undo_a_change():
    paper = Paper.objects.defer("purge_month").get(pk=make_paper().pk)
    paper.title = "new"
    assert paper.purge_month is None
    paper.save()
    assert again(paper).title == "new"


def test_a_record_fetched_late_opens():
    paper = Paper.objects.only("id").get(pk=make_paper().pk)
    assert paper.title == CANARY


def test_reading_anew_forgets_what_was_not_saved():
    paper = make_paper()
    paper.title = "typed and given up"
    paper.refresh_from_db()
    assert paper.title == CANARY
    assert not paper.touched


# Two people.


def test_the_second_editor_is_refused_and_loses_nothing():
    one = again(make_paper())
    other = again(one)
    one.title = "the first to save"
    one.save()
    other.title, other.story = "the second", "typed for an hour"
    with pytest.raises(Stale):
        other.save()
    assert again(one).title == "the first to save"
    assert (other.title, other.story) == ("the second", "typed for an hour")
    fresh = again(other)
    fresh.story = other.story
    fresh.save()
    assert (again(one).title, again(one).story) == ("the first to save", "typed for an hour")


def test_the_second_editor_is_refused_again():
    one = again(make_paper())
    other = again(one)
    one.title = "first"
    one.save()
    other.title = "second"
    for _ in range(2):
        with pytest.raises(Stale):
            other.save()


def test_one_editor_saves_as_often_as_they_like():
    paper = make_paper()
    for number in range(3):
        paper.children = number
        paper.save()
    assert again(paper).children == 2
    assert again(paper).rev == 4


def test_a_save_that_fails_leaves_the_record_to_be_saved_again(monkeypatch):
    paper = make_paper()
    paper.title = "new"
    with monkeypatch.context() as broken:
        broken.setattr(Paper, "save_base", fail)
        with pytest.raises(IntegrityError):
            paper.save()
    assert (paper.rev, paper.touched) == (1, True)
    paper.save()
    assert again(paper).title == "new"


def fail(*args, **kwargs):
    raise IntegrityError


def test_a_deleted_row_is_not_brought_back():
    paper = again(make_paper())
    Paper.objects.all().delete()
    paper.title = "new"
    with pytest.raises(Stale):
        paper.save()
    assert not Paper.objects.exists()


# Without the key.


def test_without_the_key_it_is_locked():
    paper = again(make_paper())
    with using(make_ring(BEN, case=None)):
        assert paper.is_locked
        for use in (lambda: paper.title, lambda: setattr(paper, "title", "new"), paper.opened):
            with pytest.raises(Locked):
                use()
    assert not paper.is_locked


def test_without_the_key_nothing_new_is_written():
    with using(make_ring(BEN, case=None)):
        with pytest.raises(Locked):
            make_paper()
        with pytest.raises(Locked), transaction.atomic():
            Paper.objects.bulk_create([Paper()])
    assert not Paper.objects.exists()


def test_without_the_key_plain_columns_are_still_saved():
    paper = again(make_paper())
    with using(make_ring(BEN, case=None)):
        paper.purge_month = date(2030, 1, 1)
        paper.save()
    assert again(paper).title == CANARY


def test_a_page_shows_the_word_locked():
    paper, page = again(make_paper()), Template("{{ paper.title }}|{{ paper.rev }}|{{ paper.nothing }}")
    assert page.render(Context({"paper": again(paper)})) == f"{CANARY}|1|"
    with using(make_ring(BEN, case=None)):
        assert page.render(Context({"paper": paper})) == "locked|1|"


def test_a_page_shows_the_word_damaged():
    paper = again(make_paper())
    paper.sealed = paper.sealed[:-1] + bytes([paper.sealed[-1] ^ 1])
    assert Template("{{ paper.title }}").render(Context({"paper": paper})) == "damaged"


# Whoever can write rows.


@pytest.mark.parametrize("planted", [b"", b"\x01", bytes(50), b'{"v":1,"title":"planted"}'])
def test_a_planted_record_is_refused(planted):
    paper = make_paper()
    Paper._base_manager.filter(pk=paper.pk).update(sealed=planted)
    found = again(paper)
    for use in (lambda: found.title, lambda: setattr(found, "title", "new"), found.opened):
        with pytest.raises(Tampered):
            use()


def test_a_blanked_record_is_not_saved_over():
    paper = make_paper()
    Paper._base_manager.filter(pk=paper.pk).update(sealed=b"")
    with pytest.raises(Tampered):
        again(paper).save()


def test_the_record_of_another_row_is_refused():
    one, other = make_paper(title="one"), make_paper(title="other")
    Paper._base_manager.filter(pk=one.pk).update(sealed=on_disk(other))
    with pytest.raises(Tampered):
        assert again(one).title


def test_a_row_put_into_another_organisation_or_case_is_refused(ring):
    paper = make_paper()
    Paper._base_manager.update(organisation_id=BEN)
    with pytest.raises(Tampered):
        assert again(paper).title
    Paper._base_manager.update(organisation_id=paper.organisation_id, case_id=BEN)
    ring.add(again(paper).scope(), make_box())
    with pytest.raises(Tampered):
        assert again(paper).title


# Keys change.


def test_a_save_after_a_new_key_seals_under_it(ring):
    paper = again(make_paper())
    assert paper.title == CANARY
    ring.add(paper.scope(), make_box(generation=2))
    paper.save()
    assert generation_of(on_disk(paper)) == 2
    assert again(paper).title == CANARY


def test_a_row_that_moves_to_another_case_goes_under_its_key(ring):
    paper = again(make_paper())
    ring.add(Paper(case_id=BEN).scope(), make_box("ben's case"))
    assert paper.title == CANARY
    paper.case_id = BEN
    paper.save()
    assert again(paper).title == CANARY


def test_a_generation_that_nobody_made_is_damage(ring):
    """It stands in plain: whoever writes to the disk can change it."""
    paper = make_paper()
    lies = bytearray(on_disk(paper))
    lies[2:6] = b"\x63" * 4
    put_on_disk(paper, bytes(lies))
    with pytest.raises(Tampered):
        again(paper).opened()
    with using(make_ring(BEN, case=None)), pytest.raises(Locked):
        again(paper).opened()


def test_a_row_that_was_sealed_anew_since_it_was_read_is_stale(ring):
    """A colleague made new keys, and only those came into this ring."""
    paper = again(make_paper())
    ring.add(paper.scope(), make_box(generation=2))
    fresh = again(paper)
    fresh.title = "new"
    fresh.save()
    with using(make_ring(BEN, case=None)) as other:
        other.add(paper.scope(), make_box(generation=2))
        with pytest.raises(Stale):
            paper.opened()
        assert again(paper).title == "new"


def test_an_older_key_still_opens(ring):
    paper = make_paper()
    ring.add(paper.scope(), make_box(generation=2))
    assert again(paper).title == CANARY
    assert generation_of(on_disk(paper)) == 1


def test_a_number_that_json_would_round_is_refused():
    for number in (2**53, -(2**53)):
        with pytest.raises(ValueError, match="53 bits"):
            Paper(children=number)
