/* model
name: fact_satisfaction
description: >-
  One row per customer key and calendar month with a score, a case, a contact or a delivery,
  anonymous included. All columns are sums. Scores are those that customers (not our own staff)
  gave to questions of role overall, in whole numbers within the scale, whatever the sample; they
  count in the month of the answer. On a scale of polarity −1 they are turned round first, so
  that more is better.
grain: [customer_key, month]
partition: month
needs_one_of: [fact_survey_answer, fact_shipment, fact_case, fact_contact]
optional: [dim_survey_question]
columns:
  customer_key: {type: string, description: "The customer, system:customer id, or anonymous.", tests: [not_null]}
  month: {type: date, description: First day of the month., tests: [not_null]}
  nps_answers: {type: bigint, unit: answers, description: "Answers on the scale nps, 0–10.", tests: [not_null]}
  promoters: {type: bigint, unit: answers, description: Of them 9 and 10., tests: [not_null]}
  passives: {type: bigint, unit: answers, description: Of them 7 and 8., tests: [not_null]}
  detractors: {type: bigint, unit: answers, description: Of them 0 to 6., tests: [not_null]}
  csat_answers: {type: bigint, unit: answers, description: "Answers on the scales grade4 (1–4) and csat5 (1–5).", tests: [not_null]}
  csat_top_two: {type: bigint, unit: answers, description: "Of them those of the two best grades: 3 and 4 of grade4, 4 and 5 of csat5.", tests: [not_null]}
  csat_sum: {type: "decimal(18,4)", unit: score, description: "Sum of these scores; a mean has a meaning only where one of the two scales is in use.", tests: [not_null]}
  ces_answers: {type: bigint, unit: answers, description: "Answers on the scale ces7, 1–7, where 7 is least effort.", tests: [not_null]}
  ces_sum: {type: "decimal(18,4)", unit: score, description: Sum of these scores., tests: [not_null]}
  cases_opened: {type: bigint, unit: cases, description: "Cases of every kind opened in the month.", tests: [not_null]}
  cases_resolved: {type: bigint, unit: cases, description: "Of them those resolved since, and not reopened after.", tests: [not_null]}
  hours_to_resolve: {type: "decimal(18,4)", unit: hours, description: Sum of the hours from opened to resolved of cases_resolved., tests: [not_null]}
  contacts: {type: bigint, unit: contacts, description: "Contacts of the month, in either direction.", tests: [not_null]}
  contacts_resolved_first: {type: bigint, unit: contacts, description: "Of them those that settled their issue at once: the first in seven days, none in the seven days after, and not said to be unsettled.", tests: [not_null]}
  seconds_waited: {type: bigint, unit: seconds, description: Sum of the seconds waited in contacts whose source says how long., tests: [not_null]}
  deliveries: {type: bigint, unit: shipments, description: "Shipments of the month of shipped_on that were received, then or later.", tests: [not_null]}
  deliveries_on_time: {type: bigint, unit: shipments, description: Of them those received by the date promised., tests: [not_null]}
  deliveries_promised: {type: bigint, unit: shipments, description: "Of deliveries those that had a date promised, to which deliveries_on_time compares.", tests: [not_null]}
  ces_top_three: {type: bigint, unit: answers, description: "Of ces_answers 5, 6 and 7.", tests: [not_null]}
tests:
  - unique: [customer_key, month]
  - name: promoters, passives and detractors are all who answered
    sql: >-
      select customer_key, month, nps_answers, promoters, passives, detractors from fact_satisfaction
      where promoters + passives + detractors <> nps_answers
measures:
  - name: nps
    title: {en: Net Promoter Score, zh: 净推荐值}
    expression: 100.0 * (sum(promoters) - sum(detractors)) / nullif(sum(nps_answers), 0)
    unit: points
    additivity: ratio
    format: points
  - name: csat
    title: {en: Satisfied (top two grades), zh: 满意率}
    expression: sum(csat_top_two)::double / nullif(sum(csat_answers), 0)
    unit: share
    additivity: ratio
    format: percent
  - name: deliveries_on_time_share
    title: {en: Delivered on time, zh: 准时交付率}
    expression: sum(deliveries_on_time)::double / nullif(sum(deliveries_promised), 0)
    unit: share
    additivity: ratio
    format: percent
  - name: hours_to_resolve
    title: {en: Hours to resolve a case, zh: 平均解决小时数}
    expression: sum(hours_to_resolve)::double / nullif(sum(cases_resolved), 0)
    unit: hours
    additivity: ratio
    format: decimal
trace:
  - from: fact_survey_answer
    rows: >-
      select a.*, q.scale, case when q.polarity < 0 then q.lowest + q.highest - a.score else a.score end as turned
      from fact_survey_answer as a
      join dim_survey_question as q using (system, survey_id, question_id)
      where a.customer_key = it.customer_key and a.month = it.month and a.asked_side = 'customer' and q.role = 'overall'
        and a.score = floor(a.score) and a.score between q.lowest and q.highest
    show: [scale, score]
    columns:
      nps_answers: count(*) filter (where scale = 'nps')
      promoters: count(*) filter (where scale = 'nps' and turned >= 9)
      passives: count(*) filter (where scale = 'nps' and turned in (7, 8))
      detractors: count(*) filter (where scale = 'nps' and turned <= 6)
      csat_answers: count(*) filter (where scale in ('grade4', 'csat5'))
      csat_top_two: count(*) filter (where scale = 'grade4' and turned >= 3 or scale = 'csat5' and turned >= 4)
      csat_sum: sum(turned) filter (where scale in ('grade4', 'csat5'))
      ces_answers: count(*) filter (where scale = 'ces7')
      ces_sum: sum(turned) filter (where scale = 'ces7')
      ces_top_three: count(*) filter (where scale = 'ces7' and turned >= 5)
  - from: fact_shipment
    where: customer_key = it.customer_key and month = it.month and is_delivered
    show: [promised_on, delivered_on]
    columns:
      deliveries: count(*)
      deliveries_on_time: count(*) filter (where is_on_time)
      deliveries_promised: count(is_on_time)
  - from: fact_case
    where: customer_key = it.customer_key and month = it.month
    show: [kind, opened_on, resolved_on]
    columns:
      cases_opened: count(*)
      cases_resolved: count(*) filter (where is_resolved)
      hours_to_resolve: sum(hours_to_resolve)
  - from: fact_contact
    where: customer_key = it.customer_key and month = it.month
    show: [contacted_on, channel, issue]
    columns:
      contacts: count(*)
      contacts_resolved_first: count(*) filter (where is_resolved_first)
      seconds_waited: sum(waited_seconds)
*/
with scores as (
    select
        a.month,
        a.customer_key,
        q.scale,
        case
            when q.polarity >= 0 then a.score
            when q.scale = 'nps' then 10 - a.score
            when q.scale = 'grade4' then 5 - a.score
            when q.scale = 'csat5' then 6 - a.score
            when q.scale = 'ces7' then 8 - a.score
        end as score
    from {{ ref "fact_survey_answer" }} as a
    join {{ ref "dim_survey_question" }} as q
        on q.system = a.system and q.survey_id = a.survey_id and q.question_id = a.question_id
    where
        {{ in_months "a.month" }}
        and a.asked_side = 'customer'
        and q.role = 'overall'
        and a.score = floor(a.score)
        and (
            q.scale = 'nps' and a.score between 0 and 10
            or q.scale = 'grade4' and a.score between 1 and 4
            or q.scale = 'csat5' and a.score between 1 and 5
            or q.scale = 'ces7' and a.score between 1 and 7
        )
),
answered as (
    select
        month,
        customer_key,
        count(*) filter (where scale = 'nps') as nps_answers,
        count(*) filter (where scale = 'nps' and score >= 9) as promoters,
        count(*) filter (where scale = 'nps' and score >= 7 and score < 9) as passives,
        count(*) filter (where scale = 'nps' and score < 7) as detractors,
        count(*) filter (where scale in ('grade4', 'csat5')) as csat_answers,
        count(*) filter (where scale = 'grade4' and score >= 3 or scale = 'csat5' and score >= 4) as csat_top_two,
        sum(score) filter (where scale in ('grade4', 'csat5')) as csat_sum,
        count(*) filter (where scale = 'ces7') as ces_answers,
        sum(score) filter (where scale = 'ces7') as ces_sum,
        count(*) filter (where scale = 'ces7' and score >= 5) as ces_top_three
    from scores
    group by month, customer_key
),
delivered as (
    select
        month,
        customer_key,
        count(*) as deliveries,
        count(*) filter (where is_on_time) as deliveries_on_time,
        count(is_on_time) as deliveries_promised
    from {{ ref "fact_shipment" }}
    where is_delivered and {{ in_months "month" }}
    group by month, customer_key
),
opened as (
    select
        month,
        customer_key,
        count(*) as cases_opened,
        count(*) filter (where is_resolved) as cases_resolved,
        sum(hours_to_resolve) as hours_to_resolve
    from {{ ref "fact_case" }}
    where {{ in_months "month" }}
    group by month, customer_key
),
contacted as (
    select
        month,
        customer_key,
        count(*) as contacts,
        count(*) filter (where is_resolved_first) as contacts_resolved_first,
        sum(waited_seconds) as seconds_waited
    from {{ ref "fact_contact" }}
    where {{ in_months "month" }}
    group by month, customer_key
)
select
    cast(coalesce(a.customer_key, d.customer_key, k.customer_key, c.customer_key) as string) as customer_key,
    cast(coalesce(a.month, d.month, k.month, c.month) as date) as month,
    cast(coalesce(a.nps_answers, 0) as bigint) as nps_answers,
    cast(coalesce(a.promoters, 0) as bigint) as promoters,
    cast(coalesce(a.passives, 0) as bigint) as passives,
    cast(coalesce(a.detractors, 0) as bigint) as detractors,
    cast(coalesce(a.csat_answers, 0) as bigint) as csat_answers,
    cast(coalesce(a.csat_top_two, 0) as bigint) as csat_top_two,
    cast(coalesce(a.csat_sum, 0) as decimal(18, 4)) as csat_sum,
    cast(coalesce(a.ces_answers, 0) as bigint) as ces_answers,
    cast(coalesce(a.ces_sum, 0) as decimal(18, 4)) as ces_sum,
    cast(coalesce(k.cases_opened, 0) as bigint) as cases_opened,
    cast(coalesce(k.cases_resolved, 0) as bigint) as cases_resolved,
    cast(coalesce(k.hours_to_resolve, 0) as decimal(18, 4)) as hours_to_resolve,
    cast(coalesce(c.contacts, 0) as bigint) as contacts,
    cast(coalesce(c.contacts_resolved_first, 0) as bigint) as contacts_resolved_first,
    cast(coalesce(c.seconds_waited, 0) as bigint) as seconds_waited,
    cast(coalesce(d.deliveries, 0) as bigint) as deliveries,
    cast(coalesce(d.deliveries_on_time, 0) as bigint) as deliveries_on_time,
    cast(coalesce(d.deliveries_promised, 0) as bigint) as deliveries_promised,
    cast(coalesce(a.ces_top_three, 0) as bigint) as ces_top_three
from answered as a
full join delivered as d on d.month = a.month and d.customer_key = a.customer_key
full join opened as k
    on k.month = coalesce(a.month, d.month) and k.customer_key = coalesce(a.customer_key, d.customer_key)
full join contacted as c
    on c.month = coalesce(a.month, d.month, k.month) and c.customer_key = coalesce(a.customer_key, d.customer_key, k.customer_key)
