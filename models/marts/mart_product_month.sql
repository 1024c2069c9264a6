/* model
name: mart_product_month
description: >-
  One row per calendar month and article with a deal line: what was sold of it. Deal lines only
  (is_deal), anonymous sales included, returns counted negative on the day they came back; amounts
  in the reporting currency. Lines that name no article stand under `none`. Window: the month alone.
grain: [month, product_key]
partition: month
columns:
  month: {type: date, description: First day of the month., tests: [not_null]}
  product_key: {type: string, description: "The article, system:sku; none where the source names none.", tests: [not_null]}
  lines: {type: bigint, unit: lines, description: Deal lines that are no returns., tests: [not_null]}
  quantity: {type: "decimal(18,4)", unit: units, description: "Units sold, less those returned.", tests: [not_null]}
  net_amount: {type: "decimal(18,4)", unit: reporting currency, description: "Net sales: gross less discount, without tax and shipping, returns taken off.", tests: [not_null]}
tests:
  - unique: [month, product_key]
  - name: sales of the month by article equal totals by line
    sql: >-
      select month, sum(by_line) as by_line, sum(by_article) as by_article
      from (
        select month, net_amount_reporting as by_line, 0 as by_article from fact_sale where is_deal
        union all
        select month, 0, net_amount from mart_product_month
      )
      group by month having sum(by_line) <> sum(by_article) order by month
measures:
  - name: product_net_sales
    title: {en: Net sales of articles, zh: 商品净销售额}
    expression: sum(net_amount)
    unit: reporting currency
    additivity: additive
    format: amount
trace:
  - from: fact_sale
    where: month = it.month and coalesce(system || ':' || sku, 'none') = it.product_key and is_deal
    show: [customer_key, business_date, currency, reporting_rate]
    columns:
      lines: count(*) filter (where not is_return)
      quantity: sum(quantity)
      net_amount: sum(net_amount_reporting)
*/
with sold as (
    select
        month,
        system,
        sku,
        count(*) filter (where not is_return) as lines,
        sum(quantity) as quantity,
        coalesce(sum(net_amount_reporting), 0) as net_amount
    from {{ ref "fact_sale" }}
    where is_deal and {{ in_months "month" }}
    group by month, system, sku
),
named as (
    select month, coalesce(system || ':' || sku, 'none') as product_key, lines, quantity, net_amount
    from sold
)
select
    cast(month as date) as month,
    cast(product_key as varchar) as product_key,
    cast(sum(lines) as bigint) as lines,
    cast(sum(quantity) as decimal(18, 4)) as quantity,
    cast(sum(net_amount) as decimal(18, 4)) as net_amount
from named
group by month, product_key
