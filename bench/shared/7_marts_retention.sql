-- Who stays, who goes, and what it does to revenue.

-- step: mart_retention_month
create table warehouse.mart_retention_month as
with merged as (
    select customer_key, customer_id
    from warehouse.dim_customer_identity
    where customer_key <> customer_id
),
customer_months as (
    select
        coalesce(merged.customer_id, customer_key) as customer_id,
        12 * year(month) + month(month) as number,
        case when last_sold_on <= date '{as_of}' then last_sold_on when first_sold_on <= date '{as_of}' then first_sold_on end as last_deal_on,
        net_amount
    from warehouse.fact_customer_value
    left join merged using (customer_key)
    where customer_key <> 'anonymous' and month <= date '{as_of}'
),
departures as (
    select customer_id, list(lost_on) as departures
    from departure
    group by customer_id
),
-- Customers by a number, since numbers sort faster than ids, with all their months.
numbered as (
    select row_number() over () as customer, first_deal_number, months, departures
    from (
        select
            customer_id,
            min(number) filter (where last_deal_on is not null) as first_deal_number,
            list({number: number, last_deal_on: last_deal_on, net_amount: net_amount}) as months
        from customer_months
        group by customer_id
    )
    left join departures using (customer_id)
),
active_months as materialized (
    select customer, first_deal_number, departures, unnest(months, recursive := true) from numbered
),
-- The last deal of each month with a deal, and when the next such month comes.
deals as (
    select
        customer,
        departures,
        last_deal_on,
        cast(date_trunc('month', last_deal_on) as date) as month,
        cast(date_trunc('month', lead(last_deal_on) over by_customer) as date) as next_month,
        lag(last_deal_on) over by_customer is null as is_first
    from active_months
    where last_deal_on is not null
    window by_customer as (partition by customer order by last_deal_on)
),
-- When each of these deals lapses, or before that the customer is recorded as departed.
ends as (
    select
        * exclude (departures, last_deal_on),
        departures is not null as departs,
        (last_deal_on + interval 12 month)::date + 1 as lapsed_on,
        case
            when departures is not null
                then list_min(list_filter(departures, lambda x: x >= last_deal_on and (next_month is null or x < next_month)))
        end as departed_on
    from deals
),
-- Nobody is lost who comes back within the month in which the window is over, or before.
moves as materialized (
    select *, next_month is null or next_month > date_trunc('month', lost_on) as is_lost
    from (select *, least(lapsed_on, departed_on) as lost_on from ends)
),
-- Who departs in the month of a deal was not there at the end of it: neither new, nor won back.
at_once as (
    select lost_on, is_first_month
    from (
        select
            month,
            lost_on,
            row_number() over by_customer = 1 as is_first_month,
            lag(is_lost, 1, true) over by_customer as was_lost
        from moves
        where departs and (next_month is null or next_month > month)
        window by_customer as (partition by customer order by month)
    )
    where was_lost and date_trunc('month', lost_on) = month
),
events as (
    select month as counts_from, count(*) as new, 0 as lost, 0 as reactivated, 0 as new_lost, 0 as departed
    from moves
    where is_first
    group by month
    union all
    select lost_on, 0, count(*), 0, 0, 0
    from moves
    where is_lost
    group by lost_on
    union all
    select next_month, 0, 0, count(*), 0, 0
    from moves
    where is_lost and next_month is not null
    group by next_month
    union all
    select lost_on, 0, -count(*), -count(*) filter (where not is_first_month), count(*) filter (where is_first_month), 0
    from at_once
    group by lost_on
    union all
    select departed_on, 0, 0, 0, 0, count(*)
    from moves
    where departed_on < lapsed_on
    group by departed_on
    union all
    select case when next_month <= date_trunc('month', lapsed_on) then next_month else lapsed_on end, 0, 0, 0, 0, -count(*)
    from moves
    where departed_on < lapsed_on
    group by 1
),
months as (
    select unnest(generate_series(date_trunc('month', min(counts_from)), date_trunc('month', date '{as_of}'), interval 1 month))::date as month
    from events
    where new > 0
    having min(counts_from) is not null
),
flows as (
    select
        month,
        coalesce(sum(new), 0) as new,
        coalesce(sum(lost), 0) as lost,
        coalesce(sum(reactivated), 0) as reactivated,
        coalesce(sum(new_lost), 0) as new_lost,
        coalesce(sum(departed), 0) as departed
    from months
    left join (from events where counts_from <= date '{as_of}') on date_trunc('month', counts_from) = month
    group by month
),
stocks as (
    select
        month,
        new,
        lost,
        reactivated,
        new_lost,
        sum(new + reactivated - lost - new_lost) over (order by month) as customers_after,
        sum(lost + new_lost - reactivated - departed) over (order by month) as dormant,
        sum(departed) over (order by month) as departed
    from flows
),
-- The months to compare, by number: two full years of history behind them, and over at as_of.
compared as (
    select
        12 * year(min(month)) + month(min(month)) + 23 as first_number,
        12 * year(date '{as_of}') + month(date '{as_of}')
            - case when last_day(date '{as_of}') > date '{as_of}' then 1 else 0 end as last_number
    from warehouse.fact_customer_value
),
-- An amount enters the trailing twelve months, moves to the twelve before them a
-- year later, and leaves those after another.
changes as (
    select
        customer,
        first_deal_number,
        greatest(number + 12 * years, first_number) as number,
        case years when 0 then net_amount when 1 then -net_amount else 0 end as now,
        case years when 1 then net_amount when 2 then -net_amount else 0 end as before
    from active_months
    cross join compared
    cross join range(3) as passed(years)
    where number + 24 > first_number and number + 12 * years <= last_number
),
balances as (
    select
        number,
        lead(number) over by_customer as next_number,
        sum(now) over by_customer as now,
        sum(before) over by_customer as before,
        number < first_deal_number + 12 as is_new
    from changes
    window by_customer as (partition by customer order by number)
),
-- What a customer adds to each month from number on, until next_number.
customer_spans as (
    select
        number,
        next_number,
        case when before > 0 then before end as revenue_before,
        case when before > 0 and now > before then now - before end as expansion,
        case when before > 0 and now > 0 and now < before then before - now end as contraction,
        case when before > 0 and now <= 0 then before - now end as churned,
        case when before <= 0 and is_new then now end as new_revenue,
        case when before <= 0 and now > 0 and not is_new then now end as reactivated_revenue
    from balances
    where next_number is null or next_number > number
),
-- Summed at once, since few pairs of months stand for millions of rows.
spans as (
    select
        number,
        next_number,
        sum(revenue_before) as revenue_before,
        sum(expansion) as expansion,
        sum(contraction) as contraction,
        sum(churned) as churned,
        sum(new_revenue) as new_revenue,
        sum(reactivated_revenue) as reactivated_revenue
    from customer_spans
    group by number, next_number
),
steps as (
    select
        number,
        sum(revenue_before) as revenue_before,
        sum(expansion) as expansion,
        sum(contraction) as contraction,
        sum(churned) as churned,
        sum(new_revenue) as new_revenue,
        sum(reactivated_revenue) as reactivated_revenue
    from spans
    group by number
    union all
    select
        next_number,
        -sum(revenue_before),
        -sum(expansion),
        -sum(contraction),
        -sum(churned),
        -sum(new_revenue),
        -sum(reactivated_revenue)
    from spans
    where next_number is not null
    group by next_number
),
revenue as (
    select
        month,
        coalesce(sum(revenue_before), 0) as revenue_before,
        coalesce(sum(expansion), 0) as expansion,
        coalesce(sum(contraction), 0) as contraction,
        coalesce(sum(churned), 0) as churned,
        coalesce(sum(new_revenue), 0) as new_revenue,
        coalesce(sum(reactivated_revenue), 0) as reactivated_revenue
    from months
    cross join compared
    join steps on steps.number <= 12 * year(month) + month(month)
    where 12 * year(month) + month(month) between first_number and last_number
    group by month
),
joined as (
    select
        month,
        last_day(month) > date '{as_of}' as is_open,
        customers_after + new_lost - new - reactivated + lost as customers_before,
        customers_after + new_lost - new - reactivated as kept,
        lost,
        reactivated,
        new,
        new_lost,
        customers_after,
        dormant,
        departed,
        revenue_before,
        expansion,
        contraction,
        churned,
        new_revenue,
        reactivated_revenue,
        cast(customers_after + new_lost - new - reactivated + lost as double) as n,
        cast(customers_after + new_lost - new - reactivated as double) as k,
        cast(1.959963985 as double) as z
    from stocks
    left join revenue using (month)
)
select
    cast('all' as varchar) as segment_kind,
    cast('all' as varchar) as segment,
    cast(month as date) as month,
    cast(is_open as boolean) as is_open,
    cast(customers_before as bigint) as customers_before,
    cast(kept as bigint) as kept,
    cast(lost as bigint) as lost,
    cast(reactivated as bigint) as reactivated,
    cast(new as bigint) as new,
    cast(new_lost as bigint) as new_lost,
    cast(customers_after as bigint) as customers_after,
    cast(dormant as bigint) as dormant,
    cast(departed as bigint) as departed,
    cast(((k)::double / nullif((n)::double, 0)) as double) as logo_retention,
    -- Wilson (1927), as method 3 of Newcombe (1998)
    cast(((k + z * z / 2 - z * sqrt(k * (n - k) / nullif(n, 0) + z * z / 4))::double / nullif((nullif(n, 0) + z * z)::double, 0)) as double) as logo_low,
    cast(((k + z * z / 2 + z * sqrt(k * (n - k) / nullif(n, 0) + z * z / 4))::double / nullif((nullif(n, 0) + z * z)::double, 0)) as double) as logo_high,
    cast(revenue_before as decimal(18, 4)) as revenue_before,
    cast(expansion as decimal(18, 4)) as expansion,
    cast(contraction as decimal(18, 4)) as contraction,
    cast(churned as decimal(18, 4)) as churned,
    cast(new_revenue as decimal(18, 4)) as new_revenue,
    cast(reactivated_revenue as decimal(18, 4)) as reactivated_revenue,
    cast(((revenue_before - contraction - churned)::double / nullif((revenue_before)::double, 0)) as double) as grr,
    cast(((revenue_before + expansion - contraction - churned)::double / nullif((revenue_before)::double, 0)) as double) as nrr,
    cast(((new_revenue + expansion)::double / nullif((churned + contraction)::double, 0)) as double) as quick_ratio,
    cast(((new_revenue + reactivated_revenue + expansion)::double / nullif((churned + contraction)::double, 0)) as double) as quick_ratio_with_reactivation
from joined;
copy warehouse.mart_retention_month to '{out}/marts/mart_retention_month.parquet' ({parquet});
