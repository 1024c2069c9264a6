/* model
name: fact_customer_value
description: >-
  One row per customer key and calendar month with a deal line or cost to serve, anonymous
  included, so that totals by customer equal totals by line. Amounts are in the reporting currency and additive;
  only deal lines count (is_deal), returns are already in net_amount.
grain: [customer_key, month]
partition: month
optional: [fact_cost_to_serve]
columns:
  customer_key: {type: string, description: "The customer, system:customer id, or anonymous.", tests: [not_null]}
  month: {type: date, description: First day of the month., tests: [not_null]}
  documents: {type: bigint, unit: documents, description: Documents with at least one deal line that is no return., tests: [not_null]}
  lines: {type: bigint, unit: lines, description: "Deal lines, returns included.", tests: [not_null]}
  quantity: {type: "decimal(18,4)", unit: units, description: "Units of deal lines, less those returned.", tests: [not_null]}
  gross_amount: {type: "decimal(18,4)", unit: reporting currency, description: "Before discount, without tax and shipping, less returns.", tests: [not_null]}
  discount_amount: {type: "decimal(18,4)", unit: reporting currency, description: gross_amount − net_amount., tests: [not_null]}
  net_amount: {type: "decimal(18,4)", unit: reporting currency, description: "Sum of net_amount_reporting over the deal lines, returns included.", tests: [not_null]}
  returns_amount: {type: "decimal(18,4)", unit: reporting currency, description: "The part of net_amount that is returns; zero or negative.", tests: [not_null]}
  cost_amount: {type: "decimal(18,4)", unit: reporting currency, description: Cost of the deal lines whose cost is known; null where none is.}
  margin_amount: {type: "decimal(18,4)", unit: reporting currency, description: "costed_net_amount − cost_amount, the margin of the lines whose cost is known; null where none is. To be shown where costed_net_amount covers 95 % of net_amount."}
  costed_net_amount: {type: "decimal(18,4)", unit: reporting currency, description: Net of the deal lines whose cost is known., tests: [not_null]}
  cost_to_serve_amount: {type: "decimal(18,4)", unit: reporting currency, description: "Costs of serving the customer: direct ones, and the share of the pools that it caused (fact_cost_to_serve). Not part of margin_amount.", tests: [not_null]}
  first_sold_on: {type: date, description: First business_date in the month with a deal (positive quantity and no return); null in a month of returns or costs alone.}
  last_sold_on: {type: date, description: Last business_date in the month with a deal; null in a month of returns or costs alone.}
tests:
  - unique: [customer_key, month]
  - name: totals by customer equal totals by line
    sql: >-
      select month, sum(lines_net) as net_by_line, sum(customers_net) as net_by_customer
      from (
        select month, sum(net_amount_reporting) as lines_net, 0 as customers_net from fact_sale where is_deal group by month
        union all
        select month, 0 as lines_net, sum(net_amount) as customers_net from fact_customer_value group by month
      )
      group by month having sum(coalesce(lines_net, 0)) <> sum(customers_net) order by month
  - name: returns are never positive
    sql: select customer_key, month, returns_amount from fact_customer_value where returns_amount > 0
measures:
  - name: net_amount
    title: {en: Net sales, zh: 净销售额}
    expression: sum(net_amount)
    unit: reporting currency
    additivity: additive
    format: amount
  - name: margin
    title: {en: Margin, zh: 毛利}
    expression: sum(margin_amount)
    unit: reporting currency
    additivity: additive
    format: amount
  - name: cost_coverage
    title: {en: Share of sales with a known cost, zh: 成本覆盖率}
    expression: sum(costed_net_amount) / nullif(sum(net_amount), 0)
    unit: share
    additivity: ratio
    format: percent
  - name: cost_to_serve
    title: {en: Cost to serve, zh: 服务成本}
    expression: sum(cost_to_serve_amount)
    unit: reporting currency
    additivity: additive
    format: amount
  - name: return_rate
    title: {en: Returns as a share of sales before returns, zh: 退货率}
    expression: -sum(returns_amount) / nullif(sum(net_amount) - sum(returns_amount), 0)
    unit: share
    additivity: ratio
    format: percent
trace:
  - from: fact_sale
    where: customer_key = it.customer_key and month = it.month and is_deal
    show: [business_date, status, currency, reporting_rate]
    columns:
      documents: count(distinct (system, document_id)) filter (where not is_return)
      lines: count(*)
      quantity: sum(quantity)
      gross_amount: sum(cast(cast(gross_amount as decimal(20, 4)) * reporting_rate as decimal(18, 4)))
      discount_amount: sum(cast(cast(gross_amount as decimal(20, 4)) * reporting_rate as decimal(18, 4)) - net_amount_reporting)
      net_amount: sum(net_amount_reporting)
      returns_amount: sum(net_amount_reporting) filter (where is_return and net_amount_reporting < 0)
      cost_amount: sum(cast(cast(cost_amount as decimal(20, 4)) * reporting_rate as decimal(18, 4)))
      margin_amount: sum(net_amount_reporting - cast(cast(cost_amount as decimal(20, 4)) * reporting_rate as decimal(18, 4)))
      costed_net_amount: sum(net_amount_reporting) filter (where cost_amount is not null)
      first_sold_on: min(business_date) filter (where quantity > 0 and not is_return)
      last_sold_on: max(business_date) filter (where quantity > 0 and not is_return)
  - from: fact_cost_to_serve
    where: customer_key = it.customer_key and month = it.month
    show: [driver, used]
    columns: {cost_to_serve_amount: sum(cost_amount)}
*/
with deal_lines as (
    select
        month,
        customer_key,
        system,
        document_id,
        business_date,
        is_return,
        quantity,
        case
            when reporting_rate = 1 then gross_amount
            else cast(cast(gross_amount as decimal(20, 4)) * reporting_rate as decimal(18, 4))
        end as gross_amount,
        net_amount_reporting as net_amount,
        case
            when reporting_rate = 1 then cost_amount
            else cast(cast(cost_amount as decimal(20, 4)) * reporting_rate as decimal(18, 4))
        end as cost_amount
    from {{ ref "fact_sale" }}
    where is_deal and {{ in_months "month" }}
),
by_document as (
    select
        month,
        customer_key,
        max(case when is_return then 0 else 1 end) as documents,
        count(*) as lines,
        sum(quantity) as quantity,
        sum(gross_amount) as gross_amount,
        sum(net_amount) as net_amount,
        sum(net_amount) filter (where is_return and net_amount < 0) as returns_amount,
        sum(cost_amount) as cost_amount,
        sum(net_amount) filter (where cost_amount is not null) as costed_net_amount,
        min(business_date) filter (where quantity > 0 and not is_return) as first_sold_on,
        max(business_date) filter (where quantity > 0 and not is_return) as last_sold_on
    from deal_lines
    group by month, customer_key, system, document_id
),
by_customer as (
    select
        month,
        customer_key,
        sum(documents) as documents,
        sum(lines) as lines,
        sum(quantity) as quantity,
        coalesce(sum(gross_amount), 0) as gross_amount,
        coalesce(sum(net_amount), 0) as net_amount,
        coalesce(sum(returns_amount), 0) as returns_amount,
        sum(cost_amount) as cost_amount,
        sum(costed_net_amount) as costed_net_amount,
        min(first_sold_on) as first_sold_on,
        max(last_sold_on) as last_sold_on
    from by_document
    group by month, customer_key
),
served as (
    select month, customer_key, sum(cost_amount) as cost_to_serve_amount
    from {{ ref "fact_cost_to_serve" }}
    where customer_key <> 'unspread' and {{ in_months "month" }}
    group by month, customer_key
)
select
    cast(coalesce(c.customer_key, s.customer_key) as string) as customer_key,
    cast(coalesce(c.month, s.month) as date) as month,
    cast(coalesce(c.documents, 0) as bigint) as documents,
    cast(coalesce(c.lines, 0) as bigint) as lines,
    cast(coalesce(c.quantity, 0) as decimal(18, 4)) as quantity,
    cast(coalesce(c.gross_amount, 0) as decimal(18, 4)) as gross_amount,
    cast(coalesce(c.gross_amount - c.net_amount, 0) as decimal(18, 4)) as discount_amount,
    cast(coalesce(c.net_amount, 0) as decimal(18, 4)) as net_amount,
    cast(coalesce(c.returns_amount, 0) as decimal(18, 4)) as returns_amount,
    cast(c.cost_amount as decimal(18, 4)) as cost_amount,
    cast(c.costed_net_amount - c.cost_amount as decimal(18, 4)) as margin_amount,
    cast(coalesce(c.costed_net_amount, 0) as decimal(18, 4)) as costed_net_amount,
    cast(coalesce(s.cost_to_serve_amount, 0) as decimal(18, 4)) as cost_to_serve_amount,
    cast(c.first_sold_on as date) as first_sold_on,
    cast(c.last_sold_on as date) as last_sold_on
from by_customer as c
full join served as s on s.month = c.month and s.customer_key = c.customer_key
