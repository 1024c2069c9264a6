/* model
name: step_cohort_month
description: >-
  How many customers of one first month were active in a month, and what they brought: sums over
  customers (customer_id, keys merged) with a purchase day by as_of; anonymous sales are left out.
grain: [first_month, month]
reaches: [as_of]
upkeep: {touched: step_customer_touched, adds: true}
columns:
  first_month: {type: date, description: First day of the month of the first purchase day.}
  month: {type: date, description: First day of the month.}
  active: {type: bigint, unit: customers, description: Customers with a purchase day in the month by as_of.}
  revenue: {type: "decimal(18,4)", unit: reporting currency, description: Net of the month.}
*/
with merged as (
    select customer_key, customer_id
    from {{ ref "dim_customer_identity" }}
    where customer_key <> customer_id and {{ touched "customer_key" }}
),
-- Every key of a customer with several: the few rows that may name a month twice.
shared as (
    select customer_key, customer_id from merged
    union
    select customer_id as customer_key, customer_id from merged
),
key_months as not materialized (
    select
        customer_key,
        month,
        -- days after as_of do not count yet
        case
            when month < {{ month_start (var "as_of") }} then purchase_days_mask <> 0
            else purchase_days_mask & ((2::bigint << day({{ var "as_of" }})) - 1) <> 0
        end as is_active,
        net_amount
    from {{ ref "fact_retention" }}
    where customer_key <> 'anonymous' and month <= {{ var "as_of" }} and {{ touched "customer_key" }}
),
key_firsts as (
    select customer_key, min(month) as first_month
    from key_months
    where is_active
    group by customer_key
),
shared_firsts as (
    select shared.customer_key, min(first_month) over (partition by shared.customer_id) as first_month
    from shared
    left join key_firsts using (customer_key)
),
firsts as (
    select customer_key, coalesce(shared_firsts.first_month, key_firsts.first_month) as first_month
    from key_firsts
    full join shared_firsts using (customer_key)
),
summed as (
    select first_month, month, count(*) filter (where is_active) as active, sum(net_amount) as revenue
    from key_months
    join firsts using (customer_key)
    where month >= first_month
    group by first_month, month
),
-- Two keys of one customer active in one month are one active customer.
repeated as (
    select first_month, month, sum(keys - 1) as too_many
    from (
        select customer_id, first_month, month, count(*) as keys
        from key_months
        join shared using (customer_key)
        join shared_firsts using (customer_key)
        where is_active
        group by all
        having count(*) > 1
    )
    group by first_month, month
)
select
    cast(first_month as date) as first_month,
    cast(month as date) as month,
    cast(summed.active - coalesce(too_many, 0) as bigint) as active,
    cast(revenue as decimal(18, 4)) as revenue
from summed
left join repeated using (first_month, month)
