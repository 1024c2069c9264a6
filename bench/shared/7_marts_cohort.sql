-- How many of those who came in one month still buy.

-- step: mart_cohort
create table warehouse.mart_cohort as
with merged as (
    select customer_key, customer_id
    from warehouse.dim_customer_identity
    where customer_key <> customer_id
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
            when month < date_trunc('month', date '{as_of}')::date then purchase_days_mask <> 0
            else purchase_days_mask & ((2::bigint << day(date '{as_of}')) - 1) <> 0
        end as is_active,
        net_amount
    from warehouse.fact_retention
    where customer_key <> 'anonymous' and month <= date '{as_of}'
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
),
counted as (
    select first_month, month, summed.active - coalesce(too_many, 0) as active, revenue
    from summed
    left join repeated using (first_month, month)
),
cohorts as (
    select first_month, active as customers, revenue as first_revenue
    from counted
    where month = first_month
),
ages as (
    select
        first_month,
        unnest(range(date_diff('month', first_month, date '{as_of}') + 1)) as age,
        customers,
        first_revenue
    from cohorts
),
dated as (
    select first_month, age, (first_month + to_months(age::int))::date as month, customers, first_revenue
    from ages
),
grid as (
    select
        first_month,
        age,
        month,
        customers,
        first_revenue,
        coalesce(active, 0) as active,
        coalesce(revenue, 0) as revenue,
        coalesce(active, 0) / customers as p,
        cast(1.959963985 as double) as z
    from dated
    left join counted using (first_month, month)
)
select
    cast('all' as varchar) as segment_kind,
    cast('all' as varchar) as segment,
    cast(first_month as date) as first_month,
    cast(age as integer) as age,
    cast(month as date) as month,
    cast(customers as bigint) as customers,
    cast(active as bigint) as active,
    -- Wilson (1927), as method 3 of Newcombe (1998)
    cast((p + z * z / (2 * customers) - z * sqrt(p * (1 - p) / customers + z * z / (4 * customers * customers))) / (1 + z * z / customers) as double) as active_low,
    cast((p + z * z / (2 * customers) + z * sqrt(p * (1 - p) / customers + z * z / (4 * customers * customers))) / (1 + z * z / customers) as double) as active_high,
    cast(revenue as decimal(18, 4)) as revenue,
    cast(first_revenue as decimal(18, 4)) as first_revenue,
    cast(last_day(month) > date '{as_of}' as boolean) as is_open
from grid;
copy warehouse.mart_cohort to '{out}/marts/mart_cohort.parquet' ({parquet});
