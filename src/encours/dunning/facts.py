"""The SQL of the facts that a dunning decision rests on, one statement per fact."""

from decimal import Decimal

ZERO = Decimal(0)

# A print of what the rule would look at; sums of hashes do not depend on the order of rows.
SUSPECTS = """
WITH item AS (
    SELECT i.customer_id,
           count(*) FILTER (WHERE i.side = 'debit' AND i.open_amount > 0 AND i.missing_since IS NULL
                              AND i.currency = %(currency)s AND i.due_on <= %(horizon)s) AS due,
           count(*) FILTER (WHERE i.side = 'debit' AND i.settled_on >= %(thanks_from)s) AS settled,
           sum(hashtextextended(concat_ws('|', i.id, i.open_amount, i.due_on, i.disputed_on, i.settled_on,
                                          i.missing_since, i.currency), 0)) AS print
    FROM receivables_item i
    WHERE i.organization_id = %(organization)s AND i.customer_id = ANY(%(customers)s)
      AND (i.open_amount > 0 OR i.settled_on >= %(thanks_from)s)
      AND (i.side = 'credit' OR i.due_on <= %(horizon)s)
    GROUP BY i.customer_id
), contact AS (
    SELECT c.customer_id,
           sum(hashtextextended(concat_ws('|', c.id, c.email, c.bounced_at, c.opted_out_at), 0)) AS print
    FROM customers_contact c
    WHERE c.organization_id = %(organization)s AND c.customer_id = ANY(%(customers)s)
    GROUP BY c.customer_id
), reminder AS (
    SELECT DISTINCT r.customer_id, r.state IN ('drafted', 'confirmed', 'failed') AS waiting
    FROM dunning_reminder r
    WHERE r.organization_id = %(organization)s AND r.customer_id = ANY(%(customers)s)
), reminded AS (
    SELECT customer_id, bool_or(waiting) AS waiting FROM reminder GROUP BY customer_id
), suspect AS (
    SELECT c.id AS customer_id,
           coalesce(item.due > 0 OR (item.settled > 0 AND reminded.customer_id IS NOT NULL), false)
               OR coalesce(reminded.waiting, false) AS candidate,
           concat_ws('.', %(basis)s::text, item.print, contact.print,
                     hashtextextended(concat_ws('|', c.insolvent_on, c.address, c.city, c.language), 0)
           ) AS basis
    FROM customers_customer c
    LEFT JOIN item ON item.customer_id = c.id
    LEFT JOIN contact ON contact.customer_id = c.id
    LEFT JOIN reminded ON reminded.customer_id = c.id
    WHERE c.organization_id = %(organization)s AND c.id = ANY(%(customers)s)
)
SELECT s.customer_id, s.basis, s.candidate
FROM suspect s
LEFT JOIN dunning_decision d ON d.organization_id = %(organization)s AND d.customer_id = s.customer_id
WHERE (s.candidate OR d.id IS NOT NULL) AND d.basis IS DISTINCT FROM s.basis
ORDER BY s.customer_id
"""

ITEMS = """
SELECT i.id, i.customer_id, i.number, i.open_amount, i.due_on, i.disputed_on IS NOT NULL
FROM receivables_item i
WHERE i.organization_id = %(organization)s AND i.customer_id = ANY(%(customers)s)
  AND i.side = 'debit' AND i.open_amount > 0 AND i.missing_since IS NULL
  AND i.currency = %(currency)s AND i.due_on <= %(horizon)s
ORDER BY i.customer_id, i.due_on, i.id
"""

CREDITS = """
SELECT i.customer_id, sum(i.open_amount)
FROM receivables_item i
WHERE i.organization_id = %(organization)s AND i.customer_id = ANY(%(customers)s) AND i.side = 'credit'
  AND i.open_amount > 0 AND i.missing_since IS NULL AND i.currency = %(currency)s
GROUP BY i.customer_id
"""

# Everything said to these customers. The sum hides the state from the planner, which would otherwise walk all the
# reminders of that state for each range of customers.
REMINDED = """
SELECT r.id, r.customer_id, r.state, r.trigger, r.rank, (r.sent_at AT TIME ZONE %(timezone)s)::date
FROM dunning_reminder r
WHERE r.organization_id = %(organization)s AND r.customer_id = ANY(%(customers)s)
  AND r.state || '' IN ('sent', 'printed', 'in_doubt', 'skipped', 'failed')
ORDER BY r.customer_id, r.id
"""

# Asked with the numbers of the reminders: a join of two tables that have just grown is planned astray.
SAID = """
SELECT l.item_id, max(l.rank) FILTER (WHERE l.trigger = 'after_due'),
       bool_or(l.trigger = 'before_due'), bool_or(l.trigger = 'after_payment')
FROM dunning_reminderitem l
WHERE l.organization_id = %(organization)s AND l.reminder_id = ANY(%(reminders)s) AND l.released_at IS NULL
GROUP BY l.item_id
"""

SETTLED = """
SELECT i.id, i.customer_id, i.number,
       (SELECT sum(a.amount) FROM receivables_allocation a
        JOIN receivables_item credit ON credit.organization_id = a.organization_id AND credit.id = a.credit_id
        WHERE a.organization_id = i.organization_id AND a.debit_id = i.id AND credit.kind <> 'credit_note'),
       i.due_on
FROM receivables_item i
WHERE i.organization_id = %(organization)s AND i.id = ANY(%(items)s) AND i.open_amount = 0
  AND i.settled_on BETWEEN %(thanks_from)s AND %(today)s
ORDER BY i.customer_id, i.due_on, i.id
"""

# The day since which something has been overdue without a day's rest: periods that touch make one episode.
EPISODES = """
WITH period AS (
    SELECT i.customer_id, i.due_on + 1 AS from_on, coalesce(i.settled_on, 'infinity'::date) AS to_on
    FROM receivables_item i
    WHERE i.organization_id = %(organization)s AND i.customer_id = ANY(%(customers)s) AND i.side = 'debit'
      AND i.due_on < %(today)s AND i.missing_since IS NULL
      AND (i.settled_on IS NULL OR i.settled_on > i.due_on + 1)
), walked AS (
    SELECT customer_id, from_on,
           max(to_on) OVER (PARTITION BY customer_id ORDER BY from_on
                            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS covered_to
    FROM period
)
SELECT customer_id, max(from_on) FROM walked
WHERE covered_to IS NULL OR covered_to < from_on
GROUP BY customer_id
"""

PAUSED_CUSTOMERS = """
SELECT p.customer_id, max(p.until) FROM dunning_pause p
WHERE p.organization_id = %(organization)s AND p.customer_id = ANY(%(customers)s)
  AND p.item_id IS NULL AND p.lifted_at IS NULL AND p.until > %(today)s
GROUP BY p.customer_id
"""

PAUSED_ITEMS = """
SELECT p.item_id, max(p.until) FROM dunning_pause p
WHERE p.organization_id = %(organization)s AND p.customer_id = ANY(%(customers)s)
  AND p.item_id IS NOT NULL AND p.lifted_at IS NULL AND p.until > %(today)s
GROUP BY p.item_id
"""

CUSTOMERS = """
SELECT c.id, c.insolvent_on, c.address <> '' AND c.city <> '',
       EXISTS (SELECT FROM customers_contact p
               WHERE p.organization_id = c.organization_id AND p.customer_id = c.id AND p.email <> ''
                 AND p.bounced_at IS NULL AND p.opted_out_at IS NULL)
FROM customers_customer c
WHERE c.organization_id = %(organization)s AND c.id = ANY(%(customers)s)
ORDER BY c.id
"""

PAYING = """
SELECT p.customer_id, percentile_disc(0.5) WITHIN GROUP (ORDER BY p.delay), count(*),
       count(*) FILTER (WHERE p.delay >= (%(ages)s::int[])[1]),
       count(*) FILTER (WHERE p.delay BETWEEN (%(ages)s::int[])[1] AND (%(ages)s::int[])[1] + %(reach)s),
       count(*) FILTER (WHERE p.delay >= (%(ages)s::int[])[2]),
       count(*) FILTER (WHERE p.delay BETWEEN (%(ages)s::int[])[2] AND (%(ages)s::int[])[2] + %(reach)s),
       count(*) FILTER (WHERE p.delay >= (%(ages)s::int[])[3]),
       count(*) FILTER (WHERE p.delay BETWEEN (%(ages)s::int[])[3] AND (%(ages)s::int[])[3] + %(reach)s),
       count(*) FILTER (WHERE p.delay >= (%(ages)s::int[])[4]),
       count(*) FILTER (WHERE p.delay BETWEEN (%(ages)s::int[])[4] AND (%(ages)s::int[])[4] + %(reach)s)
FROM (
    SELECT i.customer_id, i.settled_on - i.due_on AS delay
    FROM receivables_item i
    WHERE i.organization_id = %(organization)s AND i.customer_id = ANY(%(customers)s) AND i.side = 'debit'
      AND i.settled_on BETWEEN %(history_from)s AND %(today)s
) p
GROUP BY p.customer_id
"""
