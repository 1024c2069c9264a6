/* model
name: step_value_span
description: >-
  One row per customer (customer_id, keys merged) and month at whose end its value of the trailing
  twelve months is another than a month before, from its first deal on; it holds up to the next
  row. Of month ends that are over, as step_value_basis has them. Anonymous sales are left out.
grain: [customer_id, month]
upkeep: {touched: step_customer_touched, replaces: customer_id}
columns:
  customer_id: {type: string, description: The smallest key of those that are one customer.}
  month: {type: date, description: First day of the first month at whose end it holds.}
  next_month: {type: date, description: First day of the month at whose end it no longer holds; the one after the last month end for none.}
  value_amount: {type: "decimal(18,4)", unit: reporting currency, description: "Margin or net of the twelve months that end with the month, by its value_basis."}
*/
with month_ends as (
    select month, 12 * year(month) + month(month) as number, value_basis = 'margin' as by_margin
    from {{ ref "step_value_basis" }}
),
-- Stretches of month ends with one basis: mostly a single one.
bases as (
    select by_margin, min(number) as number, max(number) + 1 as next_number
    from (
        select number, by_margin, number - row_number() over (partition by by_margin order by number) as stretch
        from month_ends
    )
    group by by_margin, stretch
),
-- Customers by a number, since numbers sort faster than ids.
customers as materialized (
    select customer_id, row_number() over () as customer
    from {{ ref "dim_customer_identity" }}
    where {{ touched "customer_key" }}
    group by customer_id
),
customer_months as (
    select
        c.customer,
        b.by_margin,
        12 * year(v.month) + month(v.month) as number,
        case when b.by_margin then coalesce(v.margin_amount, 0) else v.net_amount end as value_amount,
        cast(v.first_sold_on is not null as integer) as deals
    from {{ ref "fact_customer_value" }} as v
    join {{ ref "dim_customer_identity" }} as i on i.customer_key = v.customer_key
    join customers as c on c.customer_id = i.customer_id
    cross join (select distinct by_margin from month_ends) as b
    where v.month in (select month from month_ends)
),
-- An amount enters the trailing twelve months, and leaves them a year later.
changes as (
    select customer, by_margin, number, value_amount, deals from customer_months
    union all
    select customer, by_margin, number + 12, -value_amount, 0 from customer_months
),
balances as (
    select
        customer,
        by_margin,
        number,
        coalesce(lead(number) over by_month, 120000) as next_number,
        sum(value_amount) over by_month as value_amount
    from changes
    window by_month as (partition by customer, by_margin order by number)
    qualify next_number > number and sum(deals) over by_month > 0
),
spans as (
    select s.customer, greatest(s.number, b.number) as number, least(s.next_number, b.next_number) as next_number, s.value_amount
    from balances as s
    join bases as b on b.by_margin = s.by_margin and b.number < s.next_number and b.next_number > s.number
)
select
    cast(c.customer_id as varchar) as customer_id,
    make_date((s.number - 1) // 12, (s.number - 1) % 12 + 1, 1) as month,
    make_date((s.next_number - 1) // 12, (s.next_number - 1) % 12 + 1, 1) as next_month,
    cast(s.value_amount as decimal(18, 4)) as value_amount
from spans as s
join customers as c on c.customer = s.customer
