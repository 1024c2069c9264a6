/* model
name: mart_category_month
description: >-
  One row per month and product category, in English, with at least one deal line: what sold.
  Population: deal lines, those of products without a category as "(none)".
grain: [month, category]
partition: month
columns:
  month: {type: date, description: First day of business_date's month., tests: [not_null]}
  category: {type: string, description: "The category's English name, its own where it has none, (none) without a category.", tests: [not_null]}
  lines: {type: bigint, unit: lines, description: Deal lines., tests: [not_null]}
  net_amount: {type: "decimal(18,4)", unit: reporting currency, description: Net sales., tests: [not_null]}
tests:
  - unique: [month, category]
*/
with categories as (
    select
        p.system,
        p.sku,
        coalesce(n.english, p.category) as category
    from {{ ref "dim_product" }} as p
    left join {{ input "category_name" }} as n on n.category = p.category
)
select
    {{ month }} as month,
    coalesce(c.category, '(none)') as category,
    count(*) as lines,
    cast(sum(s.net_amount_reporting) as decimal(18, 4)) as net_amount
from {{ ref "fact_sale" }} as s
left join categories as c on c.system = s.system and c.sku = s.sku
where s.is_deal
group by all
