"""The agenda: what is late, of today and of the week; added, done, moved, handed over."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from encours.accounts import people, permissions
from encours.accounts.models import User
from encours.backoffice.case import customer_or_404
from encours.backoffice.customer_forms import ask, done
from encours.backoffice.desk import Desk, DeskRequest, back, page
from encours.backoffice.listing import row_numbers
from encours.backoffice.whose import whose
from encours.customers.models import Customer
from encours.customers.queries import customers_of
from encours.dunning import agenda
from encours.dunning.actions import notes
from encours.dunning.actions import tasks as verbs
from encours.dunning.models import Mention, Task, TaskKind
from encours.ui.formats import day, integer

MENTIONS_SHOWN = 20
ICONS = {
    "call": "phone",
    "call_back": "phone",
    "reply": "mail",
    "fix_contact": "user",
    "check_promise": "euro",
    "other": "check",
}
DAY = forms.DateInput({"type": "date"}, format="%Y-%m-%d")


class TaskForm(forms.Form):
    """What is to be done, by whom, and when."""

    title = forms.CharField(label=gettext_lazy("What to do"), max_length=200)
    due_on = forms.DateField(label=gettext_lazy("To do by"), widget=DAY)
    at_time = forms.TimeField(
        label=gettext_lazy("At what time"),
        required=False,
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
    )
    assignee = forms.ChoiceField(label=gettext_lazy("For whom"), required=False)
    note = forms.CharField(
        label=gettext_lazy("Note"), required=False, max_length=2_000, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, desk: Desk, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's form options
        options.setdefault("initial", {"due_on": desk.today, "assignee": str(desk.user.pk)})
        super().__init__(*args, **options)
        self.colleagues = colleagues(desk)
        choices = [(str(number), str(user)) for number, user in self.colleagues.items()]
        self.fields["assignee"].choices = choices  # type: ignore[attr-defined]  # it is a ChoiceField
        self.fields["title"].widget.attrs["autofocus"] = True

    @property
    def colleague(self) -> User | None:
        """Return the colleague that was chosen."""
        chosen = self.cleaned_data["assignee"]
        return self.colleagues.get(int(chosen)) if chosen else None


def colleagues(desk: Desk) -> dict[int, User]:
    """Return the members of the organization by number."""
    return {one.user_id: one.user for one in people.members(desk.organization.pk)}


def visible(desk: Desk) -> "QuerySet[Task]":
    """Return the open tasks that the reader may see."""
    return agenda.open_tasks(desk.organization, portfolio_user=desk.portfolio_user)


def chosen(request: DeskRequest) -> Sequence[Task]:
    """Return the tasks that were ticked and that the reader may see."""
    numbers = row_numbers(request.POST.getlist("task"))
    return list(visible(request.desk).filter(pk__in=numbers))


@page()
def tasks(request: DeskRequest) -> HttpResponse:
    return _page(request, TaskForm(request.desk))


def _page(request: DeskRequest, form: TaskForm) -> HttpResponse:
    """Show the agenda; a form that was refused comes back open, with what was typed."""
    desk = request.desk
    who = whose(desk, request.GET.get("who", ""))
    found = agenda.agenda(
        agenda.open_tasks(desk.organization, assignee_ids=who.ids, portfolio_user=desk.portfolio_user),
        desk.today,
    )
    unowned = list(visible(desk).filter(assignee=None)) if who.ids is not None else []
    groups = [
        ("late", _("Late"), found.late),
        ("today", _("Today"), found.today),
        ("week", _("In the week to come"), found.week),
        ("later", _("Later"), found.later),
        ("unowned", _("Without an owner"), unowned),
    ]
    called = list(agenda.unseen_mentions(desk.organization, desk.user.pk)[:MENTIONS_SHOWN])
    names = people.names_of(one.note.author for one in called if one.note.author)
    shown = {
        "mentions": [(one, names.get(one.note.author or 0, "")) for one in called],
        "who": who,
        "agenda": found,
        "groups": [(key, name, list(lines)) for key, name, lines in groups if lines],
        "icons": ICONS,
        "people": {number: str(user) for number, user in colleagues(desk).items()},
        "form": form,
    }
    return render(request, "backoffice/tasks.html", shown, status=422 if form.is_bound else 200)


@page(permissions.REMIND)
@require_POST
def tasks_add(request: DeskRequest) -> HttpResponse:
    """Add a task that concerns no customer."""
    desk = request.desk
    form = TaskForm(desk, request.POST)
    if not form.is_valid():
        return _page(request, form)
    _added(desk, form)
    messages.success(request, _("The task is on the agenda."))
    return back(request, "tasks")


@page(permissions.REMIND)
def customer_task(request: DeskRequest, customer_id: int) -> HttpResponse:
    """Add a task about a customer."""
    desk, customer = request.desk, customer_or_404(request, customer_id)
    owner = customer.collector_id or desk.user.pk
    form = TaskForm(
        desk,
        request.POST if request.method == "POST" else None,
        initial={"due_on": desk.today, "assignee": str(owner)},
    )
    if request.method == "POST" and form.is_valid():
        _added(desk, form, customer)
        return done(request, customer, _("The task is on the agenda."))
    return ask(request, customer, form, title=_("Add a task"), verb=_("Add"))


def _added(desk: Desk, form: TaskForm, customer: Customer | None = None) -> Task:
    data = form.cleaned_data
    return verbs.add(
        desk.organization,
        kind=TaskKind.OTHER,
        title=data["title"],
        due_on=data["due_on"],
        at_time=data["at_time"],
        note=data["note"],
        customer=customer,
        assignee=form.colleague,
        by=desk.user,
        now=desk.now,
    )


@page(permissions.REMIND)
@require_POST
def task_done(request: DeskRequest, task_id: int) -> HttpResponse:
    desk = request.desk
    task = get_object_or_404(visible(desk), pk=task_id)
    verbs.done(task, by=desk.user, now=desk.now)
    messages.success(request, _("Done: %(title)s.") % {"title": task.title})
    return back(request, "tasks")


@page(permissions.REMIND)
@require_POST
def tasks_many(request: DeskRequest) -> HttpResponse:
    """Do one thing to the ticked tasks: done, dropped, moved to a day, or handed to a colleague."""
    desk, verb = request.desk, request.POST.get("verb", "")
    found = chosen(request)
    if not found:
        messages.info(request, _("Tick at least one task."))
        return back(request, "tasks")
    if verb == "reassign":
        user = next(
            (one for number, one in colleagues(desk).items() if str(number) == request.POST.get("assignee")),
            None,
        )
        if user is None:
            messages.error(request, _("Choose a colleague."))
            return back(request, "tasks")
        count = verbs.reassign(found, user, by=desk.user, now=desk.now)
        said = ngettext("%(count)s task handed to %(name)s.", "%(count)s tasks handed to %(name)s.", count)
        messages.success(request, said % {"count": integer(count), "name": user})
        return back(request, "tasks")
    if verb == "postpone":
        return _postponed(request, found)
    ending = {"done": verbs.done, "cancel": verbs.cancel}.get(verb)
    if ending is None:
        messages.info(request, _("Nothing to change."))
        return back(request, "tasks")
    for task in found:
        ending(task, by=desk.user, now=desk.now)
    count = len(found)
    said = (
        ngettext("%(count)s task dropped.", "%(count)s tasks dropped.", count)
        if verb == "cancel"
        else ngettext("%(count)s task done.", "%(count)s tasks done.", count)
    )
    messages.success(request, said % {"count": integer(count)})
    return back(request, "tasks")


def _postponed(request: DeskRequest, found: Sequence[Task]) -> HttpResponse:
    desk = request.desk
    try:
        due_on = date.fromisoformat(request.POST.get("due_on", ""))
    except ValueError:
        due_on = None
    if due_on is None or due_on < desk.today:
        messages.error(request, _("Choose today or a later day."))
        return back(request, "tasks")
    for task in found:
        verbs.postpone_task(task, due_on=due_on, at_time=task.at_time, by=desk.user, now=desk.now)
    said = ngettext("%(count)s task moved to %(day)s.", "%(count)s tasks moved to %(day)s.", len(found))
    messages.success(request, said % {"count": integer(len(found)), "day": day(due_on)})
    return back(request, "tasks")


@page()
@require_POST
def mention_seen(request: DeskRequest, mention_id: int) -> HttpResponse:
    """Say that a note was seen, and go to its customer if the reader may see it."""
    desk = request.desk
    mention = get_object_or_404(
        Mention.objects.select_related("note__customer"),
        pk=mention_id,
        organization=desk.organization,
        user=desk.user,
    )
    notes.see(mention, now=desk.now)
    customer = mention.note.customer
    if not customers_of(desk.organization.pk, desk.portfolio_user).filter(pk=customer.pk).exists():
        said = _(
            "The note is marked as seen. %(name)s is not in your portfolio: its page does not open for you."
        )
        messages.info(request, said % {"name": customer.name})
        return redirect("tasks")
    return redirect("customer", customer.pk)


urlpatterns = [
    path("tasks/", tasks, name="tasks"),
    path("tasks/add/", tasks_add, name="tasks-add"),
    path("tasks/many/", tasks_many, name="tasks-many"),
    path("mentions/<int:mention_id>/seen/", mention_seen, name="mention-seen"),
    path("tasks/<int:task_id>/done/", task_done, name="task-done"),
    path("customers/<int:customer_id>/task/", customer_task, name="customer-task"),
]
