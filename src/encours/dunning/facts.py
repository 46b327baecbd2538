"""The SQL of the facts that a dunning decision rests on, one statement per fact."""

from decimal import Decimal

ZERO = Decimal(0)

# What nobody could match, because two customers share the address of its author, stops both until it is read.
UNMATCHED = """(
    SELECT k.customer_id, m.id, m.received_at
    FROM dunning_inboundmessage m
    JOIN customers_contact k ON k.organization_id = m.organization_id AND k.email <> ''
                            AND lower(k.email) = lower(m.from_address)
    WHERE m.organization_id = %(organization)s AND k.customer_id = ANY(%(customers)s)
      AND m.customer_id IS NULL AND m.kind = 'reply' AND m.state = 'new'
) unmatched"""

# A print of what the rule would look at; sums of hashes do not depend on the order of rows.
SUSPECTS = f"""
WITH item AS (
    SELECT i.customer_id,
           count(*) FILTER (WHERE i.side = 'debit' AND i.open_amount > 0 AND i.missing_since IS NULL
                              AND i.due_on <= %(horizon)s) AS due,
           count(*) FILTER (WHERE i.side = 'debit' AND i.settled_on >= %(thanks_from)s) AS settled,
           sum(hashtextextended(concat_ws('|', i.id, i.open_amount, i.due_on, i.disputed_on, i.disputed_amount,
                                          i.settled_on, i.missing_since, i.currency), 0)) AS print
    FROM receivables_item i
    WHERE i.organization_id = %(organization)s AND i.customer_id = ANY(%(customers)s)
      AND (i.open_amount > 0 OR i.settled_on >= %(thanks_from)s)
      AND (i.side = 'credit' OR i.due_on <= %(horizon)s)
    GROUP BY i.customer_id
), contact AS (
    SELECT c.customer_id,
           sum(hashtextextended(concat_ws('|', c.id, c.email, c.phone, c.bounced_at, c.opted_out_at,
                                          c.phone_failed_at, c.sms_opted_out_at), 0)) AS print
    FROM customers_contact c
    WHERE c.organization_id = %(organization)s AND c.customer_id = ANY(%(customers)s)
    GROUP BY c.customer_id
), promise AS (
    SELECT p.customer_id,
           sum(hashtextextended(concat_ws('|', p.id, p.promised_on, p.kept_on, p.broken_on, p.canceled_at), 0))
               AS print
    FROM dunning_promise p
    WHERE p.organization_id = %(organization)s AND p.customer_id = ANY(%(customers)s)
    GROUP BY p.customer_id
), called AS (
    SELECT c.customer_id, sum(hashtextextended(concat_ws('|', c.id, c.outcome), 0)) AS print
    FROM dunning_phonecall c
    WHERE c.organization_id = %(organization)s AND c.customer_id = ANY(%(customers)s)
    GROUP BY c.customer_id
), message AS (
    SELECT w.customer_id, sum(w.print) AS print
    FROM (
        SELECT m.customer_id, hashtextextended(concat_ws('|', m.id, m.kind, m.state), 0) AS print
        FROM dunning_inboundmessage m
        WHERE m.organization_id = %(organization)s AND m.customer_id = ANY(%(customers)s)
        UNION ALL
        SELECT unmatched.customer_id, unmatched.id FROM {UNMATCHED}
    ) w
    GROUP BY w.customer_id
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
           concat_ws('.', %(basis)s::text, chosen.plan_id, item.print, contact.print, promise.print,
                     message.print, called.print,
                     hashtextextended(concat_ws('|', c.insolvent_on, c.address, c.postal_code, c.city, c.country,
                                                c.language), 0)
           ) AS basis
    FROM unnest(%(customers)s::bigint[], %(plans)s::bigint[]) AS chosen (customer_id, plan_id)
    JOIN customers_customer c ON c.organization_id = %(organization)s AND c.id = chosen.customer_id
    LEFT JOIN item ON item.customer_id = c.id
    LEFT JOIN contact ON contact.customer_id = c.id
    LEFT JOIN promise ON promise.customer_id = c.id
    LEFT JOIN message ON message.customer_id = c.id
    LEFT JOIN called ON called.customer_id = c.id
    LEFT JOIN reminded ON reminded.customer_id = c.id
)
SELECT s.customer_id, s.basis, s.candidate
FROM suspect s
LEFT JOIN dunning_decision d ON d.organization_id = %(organization)s AND d.customer_id = s.customer_id
WHERE (s.candidate OR d.id IS NOT NULL) AND d.basis IS DISTINCT FROM s.basis
ORDER BY s.customer_id
"""

ITEMS = """
SELECT i.id, i.customer_id, i.number, i.open_amount, i.due_on, i.disputed_on IS NOT NULL, i.disputed_amount,
       i.issued_on, (i.created_at AT TIME ZONE %(timezone)s)::date, i.currency <> %(currency)s
FROM receivables_item i
WHERE i.organization_id = %(organization)s AND i.customer_id = ANY(%(customers)s)
  AND i.side = 'debit' AND i.open_amount > 0 AND i.missing_since IS NULL AND i.due_on <= %(horizon)s
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
SELECT r.id, r.customer_id, r.state, r.trigger, r.rank, r.plan_id,
       coalesce((r.sent_at AT TIME ZONE %(timezone)s)::date, r.decided_on), r.decided_on,
       CASE WHEN r.rank BETWEEN 500 AND 999 THEN r.step_id END
FROM dunning_reminder r
WHERE r.organization_id = %(organization)s AND r.customer_id = ANY(%(customers)s)
  AND r.state || '' IN ('sent', 'printed', 'in_doubt', 'skipped', 'failed')
ORDER BY r.customer_id, r.id
"""

# Asked with the numbers of the reminders: a join of two tables that have just grown is planned astray. Numbers
# follow time: of the lines that say the same of an item, the lowest was the first.
REACHED = """
SELECT DISTINCT ON (l.item_id) l.item_id, l.rank, l.reached_days, l.reminder_id
FROM dunning_reminderitem l
WHERE l.organization_id = %(organization)s AND l.reminder_id = ANY(%(reminders)s) AND l.released_at IS NULL
  AND l.trigger = 'after_due' AND l.rank > 0
ORDER BY l.item_id, l.reached_days DESC, l.rank DESC, l.reminder_id
"""

# By which channel and in which words each step of these versions spoke.
VOICES = """
SELECT s.plan_id, s.rank, s.channel || ' ' || s.template_code
FROM dunning_step s
WHERE s.organization_id = %(organization)s AND s.plan_id = ANY(%(versions)s)
"""

COURTESIES = """
SELECT l.item_id, -max(l.reached_days) FILTER (WHERE l.trigger = 'before_due'),
       bool_or(l.trigger = 'after_payment')
FROM dunning_reminderitem l
WHERE l.organization_id = %(organization)s AND l.reminder_id = ANY(%(reminders)s) AND l.released_at IS NULL
GROUP BY l.item_id
"""

# How far another plan, or another version, had come with each of its demands.
TONES = """
SELECT l.reminder_id, max(l.rank), max(l.reached_days)
FROM dunning_reminderitem l
WHERE l.organization_id = %(organization)s AND l.reminder_id = ANY(%(reminders)s)
GROUP BY l.reminder_id
"""

SETTLED = """
SELECT i.id, i.customer_id, i.number,
       (SELECT sum(a.amount) FROM receivables_allocation a
        JOIN receivables_item credit ON credit.organization_id = a.organization_id AND credit.id = a.credit_id
        WHERE a.organization_id = i.organization_id AND a.debit_id = i.id AND credit.kind <> 'credit_note'),
       i.due_on, i.settled_on
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
SELECT c.id, c.insolvent_on, c.country, c.postal_code, c.address <> '' AND c.city <> '',
       coalesce(p.email, false), coalesce(p.bounced, false), coalesce(p.mobile, false), coalesce(p.phone, false)
FROM customers_customer c
LEFT JOIN (
    SELECT p.customer_id,
           bool_or(p.email <> '' AND p.bounced_at IS NULL AND p.opted_out_at IS NULL) AS email,
           bool_or(p.email <> '' AND p.bounced_at IS NOT NULL) AS bounced,
           bool_or(p.phone <> '' AND p.phone_failed_at IS NULL AND p.sms_opted_out_at IS NULL
                   AND regexp_replace(p.phone, '[^0-9+]', '', 'g') ~ %(mobile)s) AS mobile,
           bool_or(p.phone <> '' AND p.phone_failed_at IS NULL) AS phone
    FROM customers_contact p
    WHERE p.organization_id = %(organization)s AND p.customer_id = ANY(%(customers)s)
    GROUP BY p.customer_id
) p ON p.customer_id = c.id
WHERE c.organization_id = %(organization)s AND c.id = ANY(%(customers)s)
ORDER BY c.id
"""

PROMISED = """
SELECT p.customer_id, l.item_id, max(p.promised_on)
FROM dunning_promise p
LEFT JOIN dunning_promiseitem l ON l.organization_id = p.organization_id AND l.promise_id = p.id
WHERE p.organization_id = %(organization)s AND p.customer_id = ANY(%(customers)s)
  AND p.canceled_at IS NULL AND p.kept_on IS NULL AND p.broken_on IS NULL AND p.promised_on >= %(graced)s
GROUP BY p.customer_id, l.item_id
"""

# The conversations that took the step of no reminder; one that did is counted as that reminder.
# Conversations on the phone, and answers written by a person: these keep the silence, and weigh nothing in the budget.
SPOKEN = """
SELECT c.customer_id, (c.happened_at AT TIME ZONE %(timezone)s)::date, true
FROM dunning_phonecall c
WHERE c.organization_id = %(organization)s AND c.customer_id = ANY(%(customers)s)
  AND c.reminder_id IS NULL AND c.outcome = ANY(%(heard)s)
UNION ALL
SELECT m.customer_id, (coalesce(s.finished_at, s.reserved_at) AT TIME ZONE %(timezone)s)::date, false
FROM dunning_inboundmessage m
CROSS JOIN generate_series(1, %(answers)s) AS time
JOIN channels_sending s
  ON s.organization_id = m.organization_id AND s.key = 'answer-' || m.id || '-' || time
 AND s.state || '' <> ALL ('{failed,canceled}')
WHERE m.organization_id = %(organization)s AND m.customer_id = ANY(%(customers)s)
  AND m.state = 'answered' AND m.received_at >= %(events_from)s
"""

REPLIED = f"""
SELECT w.customer_id, min((w.received_at AT TIME ZONE %(timezone)s)::date)
FROM (
    SELECT m.customer_id, m.received_at
    FROM dunning_inboundmessage m
    WHERE m.organization_id = %(organization)s AND m.customer_id = ANY(%(customers)s)
      AND m.kind IN ('reply', 'sms') AND m.state = 'new'
    UNION ALL
    SELECT unmatched.customer_id, unmatched.received_at FROM {UNMATCHED}
) w
GROUP BY w.customer_id
"""

# What happened lately that a step may answer. A reply calls for one once it was read and found to mean nothing else.
EVENTS = """
SELECT p.customer_id, 'promise_broken', p.broken_on,
       coalesce(array_agg(l.item_id) FILTER (WHERE l.item_id IS NOT NULL), '{}')
FROM dunning_promise p
LEFT JOIN dunning_promiseitem l ON l.organization_id = p.organization_id AND l.promise_id = p.id
WHERE p.organization_id = %(organization)s AND p.customer_id = ANY(%(customers)s)
  AND p.canceled_at IS NULL AND p.broken_on >= %(events_from)s
GROUP BY p.customer_id, p.id, p.broken_on
UNION ALL
SELECT m.customer_id, 'reply_received', max((m.read_at AT TIME ZONE %(timezone)s)::date), '{}'
FROM dunning_inboundmessage m
WHERE m.organization_id = %(organization)s AND m.customer_id = ANY(%(customers)s)
  AND m.kind IN ('reply', 'sms') AND m.state = 'read' AND m.read_at >= %(events_from)s
  AND NOT EXISTS (SELECT FROM dunning_reading g WHERE g.organization_id = m.organization_id
                  AND g.message_id = m.id AND g.state = 'accepted')
GROUP BY m.customer_id
UNION ALL
SELECT i.customer_id, 'direct_debit_returned', max(i.issued_on), '{}'
FROM receivables_item i
WHERE i.organization_id = %(organization)s AND i.customer_id = ANY(%(customers)s)
  AND i.kind = 'returned_payment' AND i.missing_since IS NULL
  AND i.issued_on BETWEEN %(events_from)s AND %(today)s
GROUP BY i.customer_id
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
