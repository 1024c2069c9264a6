/* model
name: step_product_sold
description: >-
  One row per month and article that was sold in it, or in a month from which an order came back:
  those whose costs fact_sale asks for.
grain: [month, system, sku]
partition: month
reaches: [sale.returned_on, sale_line.returned_on]
optional: [sale]
columns:
  month: {type: date, description: First day of the month.}
  system: {type: string, description: The business system that the article belongs to.}
  sku: {type: string, description: The article's key in it; null where a line names none.}
*/
with articles as (
    select distinct month, system, sku
    from {{ input "sale_line" }}
),
-- The months from which something came back in those that are built.
came_back as (
    select system, month, {{ month_start "returned_on" }} as returned_month
    from {{ input "sale" }}
    where {{ in_months (month_start "returned_on") }}
    union
    select system, month, {{ month_start "returned_on" }} as returned_month
    from {{ input "sale_line" }}
    where {{ in_months (month_start "returned_on") }}
)
select cast(month as date) as month, cast(system as varchar) as system, cast(sku as varchar) as sku
from articles
where {{ in_months "month" }}
union
select c.returned_month, a.system, a.sku
from articles as a
join came_back as c on c.system = a.system and c.month = a.month
