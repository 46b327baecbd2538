"""Who sees the work of the day, who may act on it, and what it costs when there is much of it."""

from django.test import Client
from django.urls import reverse
from tests.backoffice.conftest import NOW, signed_in
from tests.backoffice.work import customer, hundreds, morning

from encours.accounts.actions import add_member
from encours.accounts.models import Organization, Role, User
from encours.dunning.models import Reminder

HTMX = {"HX-Request": "true"}


def page(client: Client, path: str = "/", **query: object) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200
    return answer.content.decode()


def post(client: Client, name: str, reminder: Reminder, *, scripts: bool = True, **data: object):
    return client.post(reverse(name, args=[reminder.pk]), data, headers=HTMX if scripts else {})


def state(reminder: Reminder) -> str:
    return Reminder.objects.get(pk=reminder.pk).state


def test_those_who_may_not_act_see_and_cannot(organization: Organization, manager: User):
    found = morning(organization)
    for role in (Role.AUDITOR, Role.SALES, Role.ACCOUNTING):
        member = add_member(
            organization, email=f"{role}@lumiere.example", role=role, restricted=False, by=manager, now=NOW
        )
        member.user.language = "en"
        member.user.save()
        reader = signed_in(member.user)
        seen = page(reader)
        assert "Verger des Tilleuls" in seen
        assert "detail-bar" not in seen
        assert 'id="postpone"' not in seen
        assert "together" not in seen
        for verb in (
            "confirm",
            "takeback",
            "edit",
            "call",
            "postpone",
            "skip",
            "dispute",
            "retry",
            "resolve",
        ):
            assert post(reader, f"reminder-{verb}", found["BIG"]).status_code == 403
        assert reader.post(reverse("today-confirm"), {"reminder": found["BIG"].pk}).status_code == 403
        assert reader.post(reverse("today-lift", args=[found["BIG"].customer_id, 1])).status_code == 403
        assert reader.post(reverse("today-undispute", args=[1])).status_code == 403
    assert state(found["BIG"]) == "drafted"


def test_a_portfolio_hides_everything_else(organization: Organization, manager: User):
    found = morning(organization)
    member = add_member(
        organization, email="dora@lumiere.example", role=Role.COLLECTOR, restricted=True, by=manager, now=NOW
    )
    member.user.language = "en"
    member.user.save()
    mine, sold = found["MID"].customer, found["SMALL"].customer
    mine.collector, sold.salesperson = member.user, member.user
    mine.save()
    sold.save()
    dora = signed_in(member.user)
    seen = page(dora)
    assert "2 actions, €3,500.00 at stake" in seen
    assert "Verger" not in seen.replace("verger.example", "")
    for verb in ("confirm", "skip", "edit", "postpone"):
        assert post(dora, f"reminder-{verb}", found["BIG"]).status_code == 404
    assert dora.get(reverse("today-reminder", args=[found["BIG"].pk])).status_code == 404
    dora.post(reverse("today-confirm"), {"reminder": [one.pk for one in found.values()]})
    assert (state(found["BIG"]), state(found["MID"]), state(found["SMALL"])) == (
        "drafted", "confirmed", "confirmed",
    )  # fmt: skip


def test_a_stranger_sees_nothing(charlie: Client, organization: Organization):
    found = morning(organization)
    seen = page(charlie)
    assert "Verger" not in seen
    assert post(charlie, "reminder-confirm", found["BIG"]).status_code == 404
    assert charlie.get(reverse("today-reminder", args=[found["BIG"].pk])).status_code == 404


def test_queries_do_not_grow_with_the_work(
    alice: Client, organization: Organization, django_assert_max_num_queries
):
    hundreds(organization, 3)
    page(alice)  # whatever is remembered between requests is remembered now
    with django_assert_max_num_queries(34) as few:
        page(alice)
    hundreds(organization, 57, start=3)
    with django_assert_max_num_queries(len(few)):
        seen = page(alice)
    assert "60 actions" in seen


def test_a_thousand_lines_stay_light(alice: Client, organization: Organization):
    hundreds(organization, 1)
    one = Reminder.objects.get()
    buyers = [customer(organization, f"K{number:04}", email=False) for number in range(1_000)]
    many = [
        Reminder(
            **{f.attname: getattr(one, f.attname) for f in Reminder._meta.concrete_fields if f.name != "id"}
        )
        for _ in buyers
    ]
    for reminder, buyer in zip(many, buyers, strict=True):
        reminder.customer = buyer
    Reminder.objects.bulk_create(many)
    seen = page(alice)
    assert "1,001 actions" in seen
    assert seen.count('class="work-row"') == 50
    assert len(seen) < 150_000
    assert "951 lines below, worth less" in seen
    assert "shown=100" in seen
    assert page(alice, shown=100).count('class="work-row"') == 100
    answer = alice.get("/", {"shown": 100}, headers=HTMX).content.decode()
    assert answer.count('class="work-row"') == 100
    assert "<html" not in answer
    assert page(alice, shown="many").count('class="work-row"') == 50
