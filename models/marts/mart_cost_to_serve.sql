/* model
name: mart_cost_to_serve
description: >-
  One row per month and customer (customer_id) who caused cost: what it cost to serve them, by
  driver, beside their sales and margin of the month. Population: customers with a cost of purpose
  serve in the month, a deal or not; one row anonymous for all who are not known, and one row
  unspread for what had no driver, or one that nobody used, so that each month sums to what was
  spent. Window: the month alone; amounts in the reporting currency.
grain: [month, customer_id]
upkeep: {touched: step_cost_touched, replaces: customer_id}
optional: [dim_customer_identity, fact_customer_value]
columns:
  month: {type: date, description: First day of the month., tests: [not_null]}
  customer_id: {type: string, description: "The smallest key of those that are one customer; anonymous; or unspread.", tests: [not_null]}
  direct_amount: {type: "decimal(18,4)", unit: reporting currency, description: Costs that name the customer., tests: [not_null]}
  documents_amount: {type: "decimal(18,4)", unit: reporting currency, description: Share of the pools spread by documents., tests: [not_null]}
  contacts_amount: {type: "decimal(18,4)", unit: reporting currency, description: Share of the pools spread by contacts., tests: [not_null]}
  cases_amount: {type: "decimal(18,4)", unit: reporting currency, description: Share of the pools spread by cases., tests: [not_null]}
  deliveries_amount: {type: "decimal(18,4)", unit: reporting currency, description: Share of the pools spread by deliveries., tests: [not_null]}
  service_uses_amount: {type: "decimal(18,4)", unit: reporting currency, description: Share of the pools spread by uses of free services., tests: [not_null]}
  unspread_amount: {type: "decimal(18,4)", unit: reporting currency, description: "What stays unspread, in the row unspread; 0 in all others.", tests: [not_null]}
  cost_to_serve_amount: {type: "decimal(18,4)", unit: reporting currency, description: Sum of all of these., tests: [not_null]}
  net_amount: {type: "decimal(18,4)", unit: reporting currency, description: "Net sales of the month, 0 without any; 0 in the row unspread.", tests: [not_null]}
  margin_amount: {type: "decimal(18,4)", unit: reporting currency, description: Margin of the month's lines whose cost is known; null where none is.}
  costed_net_amount: {type: "decimal(18,4)", unit: reporting currency, description: Net of the lines whose cost is known., tests: [not_null]}
  margin_after_service_amount: {type: "decimal(18,4)", unit: reporting currency, description: "margin_amount, 0 where there are no sales, less cost_to_serve_amount; null where the margin is not known."}
tests:
  - unique: [month, customer_id]
  - name: what customers cost, known, unknown and unspread, is what was spent
    sql: >-
      select month, sum(spent) as spent, sum(shown) as shown
      from (
        select month, cost_amount_reporting as spent, 0 as shown from fact_cost where purpose = 'serve'
        union all
        select month, 0 as spent, cost_to_serve_amount as shown from mart_cost_to_serve
      )
      group by month having sum(spent) <> sum(shown) order by month
measures:
  - name: cost_to_serve
    title: {en: Cost to serve, zh: 服务成本}
    expression: sum(cost_to_serve_amount)
    unit: reporting currency
    additivity: additive
    format: amount
  - name: unspread_share
    title: {en: Share of the cost that stays unspread, zh: 未分摊成本占比}
    expression: sum(unspread_amount)::double / nullif(sum(cost_to_serve_amount), 0)
    unit: share
    additivity: ratio
    format: percent
  - name: cost_to_serve_rate
    title: {en: Cost to serve as a share of sales, zh: 服务成本率}
    expression: sum(cost_to_serve_amount)::double / nullif(sum(net_amount), 0)
    unit: share
    additivity: ratio
    format: percent
trace:
  - from: fact_cost_to_serve
    rows: >-
      select c.* from fact_cost_to_serve as c
      left join dim_customer_identity as i on i.customer_key = c.customer_key
      where c.month = it.month and coalesce(i.customer_id, c.customer_key) = it.customer_id
    show: [driver, used]
    columns:
      direct_amount: sum(cost_amount) filter (where customer_key <> 'unspread' and driver = 'direct')
      documents_amount: sum(cost_amount) filter (where customer_key <> 'unspread' and driver = 'documents')
      contacts_amount: sum(cost_amount) filter (where customer_key <> 'unspread' and driver = 'contacts')
      cases_amount: sum(cost_amount) filter (where customer_key <> 'unspread' and driver = 'cases')
      deliveries_amount: sum(cost_amount) filter (where customer_key <> 'unspread' and driver = 'deliveries')
      service_uses_amount: sum(cost_amount) filter (where customer_key <> 'unspread' and driver = 'service_uses')
      unspread_amount: sum(cost_amount) filter (where customer_key = 'unspread')
      cost_to_serve_amount: sum(cost_amount)
  - from: fact_customer_value
    rows: >-
      select v.* from fact_customer_value as v
      left join dim_customer_identity as i on i.customer_key = v.customer_key
      where v.month = it.month and coalesce(i.customer_id, v.customer_key) = it.customer_id
    columns:
      net_amount: sum(net_amount)
      margin_amount: sum(margin_amount)
      costed_net_amount: sum(costed_net_amount)
*/
with merged as (
    select customer_key, customer_id
    from {{ ref "dim_customer_identity" }}
    where customer_key <> customer_id
),
-- Rows are chosen before they are joined: an engine may join all of them first.
costs as (
    select * from {{ ref "fact_cost_to_serve" }} where customer_key <> 'unspread' and {{ touched "customer_key" }}
),
months as (
    select * from {{ ref "fact_customer_value" }} where {{ touched "customer_key" }}
),
served as (
    select
        c.month,
        coalesce(i.customer_id, c.customer_key) as customer_id,
        sum(c.cost_amount) filter (where c.driver = 'direct') as direct_amount,
        sum(c.cost_amount) filter (where c.driver = 'documents') as documents_amount,
        sum(c.cost_amount) filter (where c.driver = 'contacts') as contacts_amount,
        sum(c.cost_amount) filter (where c.driver = 'cases') as cases_amount,
        sum(c.cost_amount) filter (where c.driver = 'deliveries') as deliveries_amount,
        sum(c.cost_amount) filter (where c.driver = 'service_uses') as service_uses_amount,
        sum(c.cost_amount) as cost_to_serve_amount
    from costs as c
    left join merged as i on i.customer_key = c.customer_key
    group by all
    union all
    select month, 'unspread' as customer_id, 0, 0, 0, 0, 0, 0, sum(cost_amount) as cost_to_serve_amount
    from {{ ref "fact_cost_to_serve" }}
    where customer_key = 'unspread'
    group by month
),
bought as (
    select
        v.month,
        coalesce(i.customer_id, v.customer_key) as customer_id,
        sum(v.lines) as lines,
        sum(v.net_amount) as net_amount,
        sum(v.margin_amount) as margin_amount,
        sum(v.costed_net_amount) as costed_net_amount
    from months as v
    left join merged as i on i.customer_key = v.customer_key
    group by all
)
select
    cast(s.month as date) as month,
    cast(s.customer_id as varchar) as customer_id,
    cast(coalesce(s.direct_amount, 0) as decimal(18, 4)) as direct_amount,
    cast(coalesce(s.documents_amount, 0) as decimal(18, 4)) as documents_amount,
    cast(coalesce(s.contacts_amount, 0) as decimal(18, 4)) as contacts_amount,
    cast(coalesce(s.cases_amount, 0) as decimal(18, 4)) as cases_amount,
    cast(coalesce(s.deliveries_amount, 0) as decimal(18, 4)) as deliveries_amount,
    cast(coalesce(s.service_uses_amount, 0) as decimal(18, 4)) as service_uses_amount,
    cast(case when s.customer_id = 'unspread' then s.cost_to_serve_amount else 0 end as decimal(18, 4)) as unspread_amount,
    cast(s.cost_to_serve_amount as decimal(18, 4)) as cost_to_serve_amount,
    cast(coalesce(b.net_amount, 0) as decimal(18, 4)) as net_amount,
    cast(b.margin_amount as decimal(18, 4)) as margin_amount,
    cast(coalesce(b.costed_net_amount, 0) as decimal(18, 4)) as costed_net_amount,
    cast(case when coalesce(b.lines, 0) = 0 then 0 else b.margin_amount end - s.cost_to_serve_amount as decimal(18, 4)) as margin_after_service_amount
from served as s
left join bought as b on b.month = s.month and b.customer_id = s.customer_id
