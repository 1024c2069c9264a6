/* model
name: step_customer_total
description: >-
  One row per customer (customer_id, keys merged) with a deal by as_of: what mart_customer sums over
  all history by as_of. Anonymous sales are left out.
grain: [customer_id]
reaches: [as_of]
optional: [fact_satisfaction, fact_survey_answer, dim_survey_question]
upkeep: {touched: step_customer_touched, replaces: customer_id}
columns:
  customer_id: {type: string, description: The smallest key of those that are one customer.}
  first_deal_on: {type: date, description: First day with a deal.}
  last_deal_on: {type: date, description: Last day with a deal by as_of.}
  documents: {type: bigint, unit: documents, description: Documents with at least one deal line that is no return.}
  net_amount: {type: "decimal(18,4)", unit: reporting currency, description: "Net sales, returns taken off."}
  returns_amount: {type: "decimal(18,4)", unit: reporting currency, description: The part of net_amount that is returns.}
  costed_net_amount: {type: "decimal(18,4)", unit: reporting currency, description: Net of the lines whose cost is known.}
  margin_amount: {type: "decimal(18,4)", unit: reporting currency, description: Margin of these lines; null where no cost is known.}
  cost_to_serve_amount: {type: "decimal(18,4)", unit: reporting currency, description: Activity costs charged to it.}
  first_purchase_on: {type: date, description: First purchase day; null without one.}
  last_purchase_on: {type: date, description: Last purchase day by as_of.}
  frequency: {type: bigint, unit: days, description: "Purchase days by as_of, a day shared by two keys once."}
  deliveries: {type: bigint, unit: shipments, description: Shipments received.}
  deliveries_promised: {type: bigint, unit: shipments, description: Of them those that had a date promised.}
  deliveries_on_time: {type: bigint, unit: shipments, description: Of them those received by it.}
  last_score: {type: "decimal(9,4)", unit: the question's scale, description: "Latest answer by as_of to a question of role overall, turned so that more is better."}
  last_score_scale: {type: string, description: Its scale.}
  last_scored_on: {type: date, description: "Its date, else the first day of its month."}
*/
with merged as (
    select customer_key, customer_id
    from {{ ref "dim_customer_identity" }}
    where customer_key <> customer_id and {{ touched "customer_key" }}
),
-- Every key of a customer with several: the few rows that may share a purchase day.
shared as (
    select customer_key, customer_id from merged
    union
    select customer_id as customer_key, customer_id from merged
),
value_months as (
    select
        customer_key,
        case when first_sold_on <= {{ var "as_of" }} then first_sold_on end as first_deal_on,
        case when last_sold_on <= {{ var "as_of" }} then last_sold_on when first_sold_on <= {{ var "as_of" }} then first_sold_on end as last_deal_on,
        documents,
        net_amount,
        returns_amount,
        costed_net_amount,
        margin_amount,
        cost_to_serve_amount
    from {{ ref "fact_customer_value" }}
    where customer_key <> 'anonymous' and month <= {{ var "as_of" }} and {{ touched "customer_key" }}
),
valued as (
    select
        coalesce(merged.customer_id, customer_key) as customer_id,
        min(first_deal_on) as first_deal_on,
        max(last_deal_on) as last_deal_on,
        sum(documents) as documents,
        sum(net_amount) as net_amount,
        sum(returns_amount) as returns_amount,
        sum(costed_net_amount) as costed_net_amount,
        sum(margin_amount) as margin_amount,
        sum(cost_to_serve_amount) as cost_to_serve_amount
    from value_months
    left join merged using (customer_key)
    group by 1
    having min(first_deal_on) is not null
),
purchase_months as not materialized (
    select
        customer_key,
        month,
        -- days after as_of do not count yet
        case
            when month < {{ month_start (var "as_of") }} then purchase_days_mask
            else purchase_days_mask & ((2::bigint << day({{ var "as_of" }})) - 1)
        end as days,
        first_purchase_on,
        last_purchase_on
    from {{ ref "fact_retention" }}
    where customer_key <> 'anonymous' and month <= {{ var "as_of" }} and {{ touched "customer_key" }}
),
purchased as (
    select
        coalesce(merged.customer_id, customer_key) as customer_id,
        sum(bit_count(days)) as frequency,
        min(first_purchase_on) as first_purchase_on,
        max(case when last_purchase_on <= {{ var "as_of" }} then last_purchase_on else month + cast(floor(log2(days)) as integer) - 1 end) as last_purchase_on
    from purchase_months
    left join merged using (customer_key)
    where days <> 0
    group by 1
),
-- A day that two keys of one customer share counts once.
repeated as (
    select customer_id, sum(too_many) as days
    from (
        select customer_id, sum(bit_count(days)) - bit_count(bit_or(days)) as too_many
        from purchase_months
        join shared using (customer_key)
        group by customer_id, month
        having count(*) > 1
    )
    group by customer_id
),
delivered as (
    select
        coalesce(merged.customer_id, customer_key) as customer_id,
        sum(deliveries) as deliveries,
        sum(deliveries_promised) as deliveries_promised,
        sum(deliveries_on_time) as deliveries_on_time
    from {{ ref "fact_satisfaction" }}
    left join merged using (customer_key)
    where deliveries > 0 and month <= {{ var "as_of" }} and {{ touched "customer_key" }}
    group by 1
),
-- The latest, by date and then by key.
last_scores as (
    select
        coalesce(merged.customer_id, a.customer_key) as customer_id,
        max({
            scored_on: coalesce(a.answered_on, a.month), system: a.system, response_id: a.response_id, question_id: a.question_id,
            score: case when q.polarity = -1 then q.lowest + q.highest - a.score else a.score end, scale: q.scale
        }) as latest
    from {{ ref "fact_survey_answer" }} as a
    join {{ ref "dim_survey_question" }} as q
        on q.system = a.system and q.survey_id = a.survey_id and q.question_id = a.question_id
    left join merged on merged.customer_key = a.customer_key
    where a.customer_key <> 'anonymous' and a.asked_side = 'customer' and a.score is not null
        and q.role = 'overall' and q.scale <> 'text'
        and coalesce(a.answered_on, a.month) <= {{ var "as_of" }}
        and {{ touched "customer_key" "a.customer_key" }}
    group by 1
)
select
    cast(v.customer_id as varchar) as customer_id,
    cast(v.first_deal_on as date) as first_deal_on,
    cast(v.last_deal_on as date) as last_deal_on,
    cast(v.documents as bigint) as documents,
    cast(v.net_amount as decimal(18, 4)) as net_amount,
    cast(v.returns_amount as decimal(18, 4)) as returns_amount,
    cast(v.costed_net_amount as decimal(18, 4)) as costed_net_amount,
    cast(v.margin_amount as decimal(18, 4)) as margin_amount,
    cast(v.cost_to_serve_amount as decimal(18, 4)) as cost_to_serve_amount,
    cast(p.first_purchase_on as date) as first_purchase_on,
    cast(p.last_purchase_on as date) as last_purchase_on,
    cast(coalesce(p.frequency, 0) - coalesce(r.days, 0) as bigint) as frequency,
    cast(coalesce(d.deliveries, 0) as bigint) as deliveries,
    cast(coalesce(d.deliveries_promised, 0) as bigint) as deliveries_promised,
    cast(coalesce(d.deliveries_on_time, 0) as bigint) as deliveries_on_time,
    cast(l.latest.score as decimal(9, 4)) as last_score,
    cast(l.latest.scale as varchar) as last_score_scale,
    cast(l.latest.scored_on as date) as last_scored_on
from valued as v
left join purchased as p on p.customer_id = v.customer_id
left join repeated as r on r.customer_id = v.customer_id
left join delivered as d on d.customer_id = v.customer_id
left join last_scores as l on l.customer_id = v.customer_id
