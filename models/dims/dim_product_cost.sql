/* model
name: dim_product_cost
description: >-
  One row per month, article sold in it (or in a month from which an order came back), and stretch
  of days up to the month's end with one known standard cost: what fact_sale needs of a month, so
  that a new article or cost changes no month before it. The first version holds from the
  beginning; an article without a cost, or while its version says none, has no row.
grain: [month, system, sku, valid_from]
partition: month
columns:
  month: {type: date, description: Month in which the article was sold., tests: [not_null]}
  system: {type: string, description: The business system that the article belongs to., tests: [not_null]}
  sku: {type: string, description: The article's key in it., tests: [not_null]}
  valid_from: {type: date, description: First day of the cost; 0001-01-01 for the beginning., tests: [not_null]}
  valid_to: {type: date, description: "First day on which it no longer holds, or the day after the month.", tests: [not_null]}
  standard_cost: {type: "decimal(18,4)", unit: currency, description: Standard cost of one unit., tests: [not_null]}
  currency: {type: string, description: ISO 4217 code of the cost., tests: [not_null]}
tests:
  - unique: [month, system, sku, valid_from]
*/
select
    cast(m.month as date) as month,
    cast(c.system as varchar) as system,
    cast(c.sku as varchar) as sku,
    cast(c.valid_from as date) as valid_from,
    cast(least(c.valid_to, m.next_month) as date) as valid_to,
    cast(c.standard_cost as decimal(18, 4)) as standard_cost,
    cast(c.currency as varchar) as currency
from {{ ref "step_product_cost" }} as c
join {{ ref "step_product_sold" }} as s on s.system = c.system and s.sku = c.sku
join {{ months }} as m on m.month = s.month and m.next_month > c.valid_from
