/* model
name: step_purchase_span
description: >-
  One row per customer (customer_id, keys merged) and month with a purchase day or with a deal
  without one: its purchase days up to the month's end, which hold until the next row. Of month
  ends that are over, as step_value_basis has them. Anonymous sales are left out.
grain: [customer_id, month]
upkeep: {touched: step_customer_touched, replaces: customer_id}
columns:
  customer_id: {type: string, description: The smallest key of those that are one customer.}
  month: {type: date, description: First day of the month.}
  next_month: {type: date, description: First day of the next month with a row; the one after the last month end for none.}
  frequency: {type: bigint, unit: days, description: "Purchase days by the month's end; a day shared by two keys counts once."}
  last_purchase_on: {type: date, description: "The last of them; 0001-01-01 for none."}
  last_frequency: {type: bigint, unit: days, description: frequency of the row before; null for none.}
  last_recency_on: {type: date, description: last_purchase_on of the row before; null for none.}
*/
with month_ends as (
    select month from {{ ref "step_value_basis" }}
),
customers as materialized (
    select customer_id, row_number() over () as customer, count(*) > 1 as is_shared
    from {{ ref "dim_customer_identity" }}
    where {{ touched "customer_key" }}
    group by customer_id
),
keys as materialized (
    select i.customer_key, c.customer, c.is_shared
    from {{ ref "dim_customer_identity" }} as i
    join customers as c on c.customer_id = i.customer_id
),
bought as (
    select k.customer, k.is_shared, r.month, r.purchase_days_mask, r.last_purchase_on
    from {{ ref "fact_retention" }} as r
    join keys as k on k.customer_key = r.customer_key
    where r.purchase_days_mask <> 0 and r.month in (from month_ends)
    union all
    -- who had a deal counts as a customer, if without a purchase day
    select k.customer, k.is_shared, r.month, 0, null
    from {{ ref "fact_retention" }} as r
    join {{ ref "fact_customer_value" }} as v on v.customer_key = r.customer_key and v.month = r.month
    join keys as k on k.customer_key = r.customer_key
    where r.purchase_days_mask = 0 and v.first_sold_on is not null and r.month in (from month_ends)
),
-- A month of a customer with one key has one row as it is.
purchase_months as (
    select customer, month, bit_count(purchase_days_mask) as days, last_purchase_on
    from bought
    where not is_shared
    union all
    select customer, month, bit_count(bit_or(purchase_days_mask)), max(last_purchase_on)
    from bought
    where is_shared
    group by customer, month
),
spans as (
    select
        customer,
        month,
        lead(month) over by_month as next_month,
        days,
        sum(days) over by_month as frequency,
        max(last_purchase_on) over by_month as last_purchase_on,
        lag(last_purchase_on ignore nulls) over by_month as last_recency_on,
        lag(month) over by_month is null as is_first
    from purchase_months
    window by_month as (partition by customer order by month)
)
select
    cast(c.customer_id as varchar) as customer_id,
    cast(s.month as date) as month,
    cast(coalesce(s.next_month, (select {{ add_months "max(month)" "1" }} from month_ends)) as date) as next_month,
    cast(s.frequency as bigint) as frequency,
    cast(coalesce(s.last_purchase_on, date '0001-01-01') as date) as last_purchase_on,
    cast(case when not s.is_first then s.frequency - s.days end as bigint) as last_frequency,
    cast(case when not s.is_first then coalesce(s.last_recency_on, date '0001-01-01') end as date) as last_recency_on
from spans as s
join customers as c on c.customer = s.customer
