/* model
name: mart_delivery
description: >-
  One row per month of shipping and shop: shipments, received, on time and in full, days promised
  and taken, and what customers said who were served late against on time. Population: all
  shipments, anonymous ones included; those without a shop stand under `none`. Window: shipments
  of the month, with what became of them since; scores are overall answers given in that month
  about the same document, from customers and not our own staff.
grain: [month, store_key]
optional: [fact_survey_answer, dim_survey_question]
columns:
  month: {type: date, description: "First day of the month of shipped_on, else of the sale.", tests: [not_null]}
  store_key: {type: string, description: "The shop from whose stock it was delivered, system:store id; none where the source names none.", tests: [not_null]}
  shipments: {type: bigint, unit: shipments, description: Shipments., tests: [not_null]}
  delivered: {type: bigint, unit: shipments, description: Of them those received since., tests: [not_null]}
  promised: {type: bigint, unit: shipments, description: "Of delivered those that had a date promised, to which on_time compares.", tests: [not_null]}
  on_time: {type: bigint, unit: shipments, description: Of promised those received by that date., tests: [not_null]}
  told_in_full: {type: bigint, unit: shipments, description: "Of delivered those of which the source says whether everything was in it.", tests: [not_null]}
  in_full: {type: bigint, unit: shipments, description: Of told_in_full those with everything in it., tests: [not_null]}
  otif_base: {type: bigint, unit: shipments, description: Of delivered those with both a date promised and word of being in full., tests: [not_null]}
  on_time_in_full: {type: bigint, unit: shipments, description: Of otif_base those both on time and in full., tests: [not_null]}
  on_time_share: {type: double, unit: share, description: on_time / promised; null without any.}
  on_time_low: {type: double, unit: share, description: Lower end of its 95 % Wilson interval.}
  on_time_high: {type: double, unit: share, description: Upper end of its 95 % Wilson interval.}
  on_time_in_full_share: {type: double, unit: share, description: on_time_in_full / otif_base; null without any.}
  days_promised_sum: {type: bigint, unit: days, description: Days from shipping to the date promised of the shipments in promised., tests: [not_null]}
  days_taken_of_promised_sum: {type: bigint, unit: days, description: Days from shipping to receipt of the same shipments., tests: [not_null]}
  days_taken_sum: {type: bigint, unit: days, description: Days from shipping to receipt of all in days_taken_base., tests: [not_null]}
  days_taken_base: {type: bigint, unit: shipments, description: Shipments whose days from shipping to receipt are known., tests: [not_null]}
  days_promised: {type: double, unit: days, description: Mean days promised of the shipments in promised that have a date of shipping.}
  days_taken: {type: double, unit: days, description: Mean days taken of days_taken_base.}
  days_late: {type: double, unit: days, description: "Mean days from the date promised to receipt of those in promised; negative when early."}
  scores_on_time: {type: bigint, unit: answers, description: "Overall answers of the month about a document whose shipments of the month were all on time.", tests: [not_null]}
  scores_late: {type: bigint, unit: answers, description: The same where a shipment came late., tests: [not_null]}
  score_on_time: {type: double, unit: share of the scale, description: "Mean of scores_on_time, each on its scale from 0 (worst) to 1 (best); null without any."}
  score_late: {type: double, unit: share of the scale, description: The same mean of scores_late.}
tests:
  - unique: [month, store_key]
  - name: shipments by shop equal shipments one by one
    sql: >-
      select month, sum(one_by_one) as one_by_one, sum(by_shop) as by_shop
      from (
        select month, 1 as one_by_one, 0 as by_shop from fact_shipment
        union all
        select month, 0 as one_by_one, shipments as by_shop from mart_delivery
      )
      group by month having sum(one_by_one) <> sum(by_shop) order by month
  - name: a part is never more than its whole
    sql: >-
      select * from mart_delivery
      where delivered > shipments or promised > delivered or on_time > promised or in_full > told_in_full or on_time_in_full > otif_base
measures:
  - name: on_time_share
    title: {en: Delivered on time, zh: 准时交付率}
    expression: sum(on_time)::double / nullif(sum(promised), 0)
    unit: share
    additivity: ratio
    format: percent
  - name: on_time_in_full
    title: {en: On time in full, zh: 准时足量交付率}
    expression: sum(on_time_in_full)::double / nullif(sum(otif_base), 0)
    unit: share
    additivity: ratio
    format: percent
  - name: days_taken
    title: {en: Days taken, zh: 平均配送天数}
    expression: sum(days_taken_sum)::double / nullif(sum(days_taken_base), 0)
    unit: days
    additivity: ratio
    format: decimal
trace:
  - from: fact_shipment
    where: month = it.month and coalesce(store_key, 'none') = it.store_key
    show: [customer_key, promised_on, shipped_on, delivered_on, in_full]
    columns:
      shipments: count(*)
      delivered: count(*) filter (where is_delivered)
      promised: count(is_on_time)
      on_time: count(*) filter (where is_on_time)
      told_in_full: count(in_full) filter (where is_delivered)
      in_full: count(*) filter (where is_delivered and in_full)
      otif_base: count(in_full) filter (where is_on_time is not null)
      on_time_in_full: count(*) filter (where is_on_time and in_full)
      days_promised_sum: sum(days_promised) filter (where is_on_time is not null)
      days_taken_of_promised_sum: sum(days_taken) filter (where is_on_time is not null and days_promised is not null)
      days_taken_sum: sum(days_taken)
      days_taken_base: count(days_taken)
  - columns:
      on_time_share: on_time / nullif(promised, 0)
      on_time_in_full_share: on_time_in_full / nullif(otif_base, 0)
      days_taken: days_taken_sum / nullif(days_taken_base, 0)
*/
with shipments as (
    select
        month,
        system,
        document_id,
        coalesce(store_key, 'none') as store_key,
        is_delivered,
        is_on_time,
        case when is_delivered then in_full end as in_full,
        case when is_on_time is not null then days_promised end as days_promised,
        case when is_on_time is not null then days_late end as days_late,
        days_taken
    from {{ ref "fact_shipment" }}
),
counted as (
    select
        month,
        store_key,
        count(*) as shipments,
        count(*) filter (where is_delivered) as delivered,
        count(is_on_time) as promised,
        count(*) filter (where is_on_time) as on_time,
        count(in_full) as told_in_full,
        count(*) filter (where in_full) as in_full,
        count(*) filter (where is_on_time is not null and in_full is not null) as otif_base,
        count(*) filter (where is_on_time and in_full) as on_time_in_full,
        coalesce(sum(days_promised), 0) as days_promised_sum,
        count(days_promised) as days_promised_base,
        coalesce(sum(days_taken) filter (where days_promised is not null), 0) as days_taken_of_promised_sum,
        coalesce(sum(days_taken), 0) as days_taken_sum,
        count(days_taken) as days_taken_base,
        sum(days_late) as days_late_sum,
        cast(1.959963985 as double) as z
    from shipments
    group by month, store_key
),
document_shipments as (
    select month, system, document_id, store_key, bool_and(is_on_time) as is_on_time
    from shipments
    where is_on_time is not null
    group by month, system, document_id, store_key
),
-- Each answer from 0 (worst) to 1 (best) of its scale, so that scales can be averaged.
answers as (
    select
        a.month,
        a.system,
        a.document_id,
        cast(case when q.polarity = -1 then q.highest - a.score else a.score - q.lowest end as decimal(9, 4)) as points,
        q.highest - q.lowest as points_at_best
    from {{ ref "fact_survey_answer" }} as a
    join {{ ref "dim_survey_question" }} as q
        on q.system = a.system and q.survey_id = a.survey_id and q.question_id = a.question_id
    where a.asked_side = 'customer'
        and q.role = 'overall'
        and q.scale <> 'text'
        and a.score between q.lowest and q.highest
),
-- Sums of points by scale are exact; only a handful of quotients is added up.
scored as (
    select month, store_key, is_on_time, sum(answers) as answers, sum(points / points_at_best order by points_at_best) as total
    from (
        select s.month, s.store_key, s.is_on_time, a.points_at_best, count(*) as answers, sum(a.points) as points
        from answers as a
        join document_shipments as s on s.system = a.system and s.document_id = a.document_id and s.month = a.month
        group by s.month, s.store_key, s.is_on_time, a.points_at_best
    )
    group by month, store_key, is_on_time
)
select
    cast(c.month as date) as month,
    cast(c.store_key as varchar) as store_key,
    cast(c.shipments as bigint) as shipments,
    cast(c.delivered as bigint) as delivered,
    cast(c.promised as bigint) as promised,
    cast(c.on_time as bigint) as on_time,
    cast(c.told_in_full as bigint) as told_in_full,
    cast(c.in_full as bigint) as in_full,
    cast(c.otif_base as bigint) as otif_base,
    cast(c.on_time_in_full as bigint) as on_time_in_full,
    cast({{ ratio "c.on_time" "c.promised" }} as double) as on_time_share,
    -- Wilson (1927), as method 3 of Newcombe (1998)
    cast({{ ratio "c.on_time + z * z / 2 - z * sqrt(c.on_time * (c.promised - c.on_time) / nullif(c.promised, 0) + z * z / 4)" "nullif(c.promised, 0) + z * z" }} as double) as on_time_low,
    cast({{ ratio "c.on_time + z * z / 2 + z * sqrt(c.on_time * (c.promised - c.on_time) / nullif(c.promised, 0) + z * z / 4)" "nullif(c.promised, 0) + z * z" }} as double) as on_time_high,
    cast({{ ratio "c.on_time_in_full" "c.otif_base" }} as double) as on_time_in_full_share,
    cast(c.days_promised_sum as bigint) as days_promised_sum,
    cast(c.days_taken_of_promised_sum as bigint) as days_taken_of_promised_sum,
    cast(c.days_taken_sum as bigint) as days_taken_sum,
    cast(c.days_taken_base as bigint) as days_taken_base,
    cast({{ ratio "c.days_promised_sum" "c.days_promised_base" }} as double) as days_promised,
    cast({{ ratio "c.days_taken_sum" "c.days_taken_base" }} as double) as days_taken,
    cast({{ ratio "c.days_late_sum" "c.promised" }} as double) as days_late,
    cast(coalesce(t.answers, 0) as bigint) as scores_on_time,
    cast(coalesce(l.answers, 0) as bigint) as scores_late,
    cast({{ ratio "t.total" "t.answers" }} as double) as score_on_time,
    cast({{ ratio "l.total" "l.answers" }} as double) as score_late
from counted as c
left join scored as t on t.month = c.month and t.store_key = c.store_key and t.is_on_time
left join scored as l on l.month = c.month and l.store_key = c.store_key and not l.is_on_time
