/* model
name: mart_sales_day
description: >-
  One row per business day, shop and channel with a deal line: what was sold, to how many, at
  which margin. Deal lines only (is_deal), anonymous sales included, returns counted negative on
  the day they came back; amounts in the reporting currency. Sales without a shop or channel
  stand under `none`. Window: the day alone.
grain: [business_date, store_key, channel]
partition: month
columns:
  business_date: {type: date, description: "The shop's own date.", tests: [not_null]}
  month: {type: date, description: First day of the month., tests: [not_null]}
  store_key: {type: string, description: "The shop or web channel, system:store id; none where the source names no shop.", tests: [not_null]}
  channel: {type: string, description: "Channel of the sale; none where the source names none.", tests: [not_null]}
  tickets: {type: bigint, unit: documents, description: "Documents with at least one deal line that is no return. A document sold in two shops counts in both.", tests: [not_null]}
  lines: {type: bigint, unit: lines, description: Deal lines that are no returns., tests: [not_null]}
  quantity: {type: "decimal(18,4)", unit: units, description: "Units sold, less those returned.", tests: [not_null]}
  gross_amount: {type: "decimal(18,4)", unit: reporting currency, description: "Before discount, without tax and shipping, less returns.", tests: [not_null]}
  discount_amount: {type: "decimal(18,4)", unit: reporting currency, description: gross_amount − net_amount., tests: [not_null]}
  net_amount: {type: "decimal(18,4)", unit: reporting currency, description: "Net sales: gross less discount, without tax and shipping, returns taken off.", tests: [not_null]}
  returns_amount: {type: "decimal(18,4)", unit: reporting currency, description: "The part of net_amount that is returns; zero or negative.", tests: [not_null]}
  return_lines: {type: bigint, unit: lines, description: Deal lines that are returns., tests: [not_null]}
  cost_amount: {type: "decimal(18,4)", unit: reporting currency, description: Cost of the deal lines whose cost is known; null where none is.}
  costed_net_amount: {type: "decimal(18,4)", unit: reporting currency, description: Net of the deal lines whose cost is known., tests: [not_null]}
  costed_share: {type: double, unit: share, description: costed_net_amount / net_amount; null without net sales.}
  margin_amount: {type: "decimal(18,4)", unit: reporting currency, description: "costed_net_amount − cost_amount, the margin of the lines whose cost is known, so that it adds up; null where none is. The measure margin shows it from 95 % coverage."}
  margin_rate: {type: double, unit: share, description: "margin_amount / costed_net_amount, shown from a costed_share of 95 %, else null."}
  basket_amount: {type: double, unit: reporting currency per document, description: net_amount / tickets; null without tickets.}
  customers: {type: bigint, unit: customer keys, description: "Known customer keys with a deal line that is no return. Keys, not persons: merging two keys rebuilds no month. Does not add up over shops or days.", tests: [not_null]}
  anonymous_tickets: {type: bigint, unit: documents, description: Of tickets those that name no customer., tests: [not_null]}
  anonymous_net_amount: {type: "decimal(18,4)", unit: reporting currency, description: The part of net_amount that names no customer., tests: [not_null]}
  anonymous_share: {type: double, unit: share, description: anonymous_tickets / tickets; null without tickets.}
tests:
  - unique: [business_date, store_key, channel]
  - name: sales of the day by shop equals totals by line
    sql: >-
      select month, sum(by_line) as by_line, sum(by_shop) as by_shop
      from (
        select month, net_amount_reporting as by_line, 0 as by_shop from fact_sale where is_deal
        union all
        select month, 0 as by_line, net_amount as by_shop from mart_sales_day
      )
      group by month having sum(by_line) <> sum(by_shop) order by month
  - name: anonymous tickets of the day are part of its tickets
    sql: >-
      select business_date, store_key, channel, tickets, anonymous_tickets from mart_sales_day
      where anonymous_tickets > tickets or returns_amount > 0
measures:
  - name: net_sales
    title: {en: Net sales, zh: 净销售额}
    expression: sum(net_amount)
    unit: reporting currency
    additivity: additive
    format: amount
  - name: tickets
    title: {en: Tickets, zh: 成交单数}
    expression: sum(tickets)
    unit: documents
    additivity: additive
    format: count
  - name: basket
    title: {en: Net sales per ticket, zh: 客单价}
    expression: sum(net_amount)::double / nullif(sum(tickets), 0)
    unit: reporting currency per document
    additivity: ratio
    format: amount
  - name: margin
    title: {en: Margin, zh: 毛利}
    expression: case when sum(costed_net_amount) >= 0.95 * sum(net_amount) then sum(margin_amount) end
    unit: reporting currency
    additivity: additive where the cost of 95 % of net sales is known
    format: amount
  - name: costed_share
    title: {en: Share of sales with a known cost, zh: 成本覆盖率}
    expression: sum(costed_net_amount)::double / nullif(sum(net_amount), 0)
    unit: share
    additivity: ratio
    format: percent
  - name: anonymous_share
    title: {en: Tickets without a known customer, zh: 匿名单占比}
    expression: sum(anonymous_tickets)::double / nullif(sum(tickets), 0)
    unit: share
    additivity: ratio
    format: percent
  - name: return_rate
    title: {en: Returns as a share of sales before returns, zh: 退货率}
    expression: -sum(returns_amount)::double / nullif(sum(net_amount) - sum(returns_amount), 0)
    unit: share
    additivity: ratio
    format: percent
trace:
  - from: fact_sale
    where: business_date = it.business_date and month = it.month and coalesce(store_key, 'none') = it.store_key and coalesce(channel, 'none') = it.channel and is_deal
    show: [customer_key, status, currency, reporting_rate]
    columns:
      tickets: count(distinct (system, document_id)) filter (where not is_return)
      lines: count(*) filter (where not is_return)
      quantity: sum(quantity)
      gross_amount: sum(cast(cast(gross_amount as decimal(20, 4)) * reporting_rate as decimal(18, 4)))
      discount_amount: sum(cast(cast(gross_amount as decimal(20, 4)) * reporting_rate as decimal(18, 4)) - net_amount_reporting)
      net_amount: sum(net_amount_reporting)
      returns_amount: sum(net_amount_reporting) filter (where is_return and net_amount_reporting < 0)
      return_lines: count(*) filter (where is_return)
      cost_amount: sum(cast(cast(cost_amount as decimal(20, 4)) * reporting_rate as decimal(18, 4)))
      costed_net_amount: sum(net_amount_reporting) filter (where cost_amount is not null)
      margin_amount: sum(net_amount_reporting - cast(cast(cost_amount as decimal(20, 4)) * reporting_rate as decimal(18, 4)))
      customers: count(distinct customer_key) filter (where not is_return and customer_key <> 'anonymous')
      anonymous_tickets: count(distinct (system, document_id)) filter (where not is_return and customer_key = 'anonymous')
      anonymous_net_amount: sum(net_amount_reporting) filter (where customer_key = 'anonymous')
  - columns:
      costed_share: costed_net_amount / nullif(net_amount, 0)
      margin_rate: case when costed_net_amount >= 0.95 * net_amount then margin_amount / nullif(costed_net_amount, 0) end
      basket_amount: net_amount / nullif(tickets, 0)
      anonymous_share: anonymous_tickets / nullif(tickets, 0)
*/
with deal_lines as (
    select
        month,
        business_date,
        coalesce(store_key, 'none') as store_key,
        coalesce(channel, 'none') as channel,
        case when not is_return then {system: system, document: document_id} end as ticket,
        case when not is_return and customer_key <> 'anonymous' then customer_key end as buyer,
        customer_key = 'anonymous' as is_anonymous,
        is_return,
        quantity,
        case when reporting_rate = 1 then gross_amount else cast(cast(gross_amount as decimal(20, 4)) * reporting_rate as decimal(18, 4)) end as gross_amount,
        net_amount_reporting as net_amount,
        case when reporting_rate = 1 then cost_amount else cast(cast(cost_amount as decimal(20, 4)) * reporting_rate as decimal(18, 4)) end as cost_amount
    from {{ ref "fact_sale" }}
    where is_deal and {{ in_months "month" }}
),
sold as (
    select
        month,
        business_date,
        store_key,
        channel,
        count(distinct ticket) as tickets,
        count(*) filter (where not is_return) as lines,
        sum(quantity) as quantity,
        coalesce(sum(gross_amount), 0) as gross_amount,
        coalesce(sum(net_amount), 0) as net_amount,
        coalesce(sum(net_amount) filter (where is_return and net_amount < 0), 0) as returns_amount,
        count(*) filter (where is_return) as return_lines,
        sum(cost_amount) as cost_amount,
        coalesce(sum(net_amount) filter (where cost_amount is not null), 0) as costed_net_amount,
        count(distinct buyer) as customers,
        count(distinct ticket) filter (where is_anonymous) as anonymous_tickets,
        coalesce(sum(net_amount) filter (where is_anonymous), 0) as anonymous_net_amount
    from deal_lines
    group by all
)
select
    cast(business_date as date) as business_date,
    cast(month as date) as month,
    cast(store_key as varchar) as store_key,
    cast(channel as varchar) as channel,
    cast(tickets as bigint) as tickets,
    cast(lines as bigint) as lines,
    cast(quantity as decimal(18, 4)) as quantity,
    cast(gross_amount as decimal(18, 4)) as gross_amount,
    cast(gross_amount - net_amount as decimal(18, 4)) as discount_amount,
    cast(net_amount as decimal(18, 4)) as net_amount,
    cast(returns_amount as decimal(18, 4)) as returns_amount,
    cast(return_lines as bigint) as return_lines,
    cast(cost_amount as decimal(18, 4)) as cost_amount,
    cast(costed_net_amount as decimal(18, 4)) as costed_net_amount,
    cast({{ ratio "costed_net_amount" "net_amount" }} as double) as costed_share,
    cast(costed_net_amount - cost_amount as decimal(18, 4)) as margin_amount,
    cast(case when costed_net_amount >= 0.95 * net_amount then {{ ratio "costed_net_amount - cost_amount" "costed_net_amount" }} end as double) as margin_rate,
    cast({{ ratio "net_amount" "tickets" }} as double) as basket_amount,
    cast(customers as bigint) as customers,
    cast(anonymous_tickets as bigint) as anonymous_tickets,
    cast(anonymous_net_amount as decimal(18, 4)) as anonymous_net_amount,
    cast({{ ratio "anonymous_tickets" "tickets" }} as double) as anonymous_share
from sold
