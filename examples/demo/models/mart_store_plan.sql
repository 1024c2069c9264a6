/* model
name: mart_store_plan
description: >-
  One row per month and shop that has a plan: net sales planned and reached. Deal lines, without
  tax, returns taken off; amounts in the reporting currency. Window: the month alone.
grain: [month, store_key]
columns:
  month: {type: date, description: First day of the month., tests: [not_null]}
  store_key: {type: string, description: "The shop, system:store id.", tests: [not_null]}
  planned_net_amount: {type: "decimal(18,4)", unit: reporting currency, description: Net sales planned., tests: [not_null]}
  net_amount: {type: "decimal(18,4)", unit: reporting currency, description: Net sales reached., tests: [not_null]}
  reached_share: {type: double, unit: share, description: net_amount / planned_net_amount; null where nothing is planned.}
tests:
  - unique: [month, store_key]
measures:
  - name: plan_reached
    title: {en: Plan reached, zh: 计划完成率}
    expression: sum(net_amount)::double / nullif(sum(planned_net_amount), 0)
    unit: share
    additivity: ratio
    format: percent
*/
with plan as (
    select
        month,
        system || ':' || store_id as store_key,
        planned_net_amount
    from {{ input "store_plan" }}
),
sales as (
    select
        month,
        store_key,
        sum(net_amount) as net_amount
    from {{ ref "mart_sales_month" }}
    group by month, store_key
)
select
    cast(p.month as date) as month,
    cast(p.store_key as varchar) as store_key,
    cast(p.planned_net_amount as decimal(18, 4)) as planned_net_amount,
    cast(coalesce(s.net_amount, 0) as decimal(18, 4)) as net_amount,
    cast(coalesce(s.net_amount, 0) / nullif(p.planned_net_amount, 0) as double) as reached_share
from plan as p
left join sales as s on s.month = p.month and s.store_key = p.store_key
