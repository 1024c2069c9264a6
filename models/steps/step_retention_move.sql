/* model
name: step_retention_move
description: >-
  What customers add to the months of mart_retention_month, summed over them, by the day from which
  it counts. A customer's share needs no clock, so that as_of may move without it: moves up to
  as_of count. Population: customers (by customer_id, keys merged) with sales; anonymous ones are
  left out.
grain: [counts_from]
reaches: [as_of]
optional: [departure]
upkeep: {touched: step_customer_touched, adds: true}
columns:
  counts_from: {type: date, description: "The first day of a month; of lost and what follows from it, the day itself: the one after the lapse window, or of the departure."}
  new: {type: bigint, unit: customers, description: Customers whose first deal is in the month.}
  lost: {type: bigint, unit: customers, description: "Customers whose lapse window is over, or who are recorded as departed, since that day; who was not there before the month of that day counts in new_lost, or takes reactivated back."}
  reactivated: {type: bigint, unit: customers, description: "Customers with a deal in the month who were lost before it."}
  new_lost: {type: bigint, unit: customers, description: Customers recorded as departed since that day in the month of their first deal.}
  departed: {type: bigint, unit: customers, description: "By how many more customers are departed and not lapsed; less than zero where they lapse or come back."}
  revenue_before: {type: "decimal(18,4)", unit: reporting currency, description: "What the month has more of each amount than the one before, as in mart_retention_month, whether or not the history suffices."}
  expansion: {type: "decimal(18,4)", unit: reporting currency, description: The same of expansion.}
  contraction: {type: "decimal(18,4)", unit: reporting currency, description: The same of contraction.}
  churned: {type: "decimal(18,4)", unit: reporting currency, description: The same of churned.}
  new_revenue: {type: "decimal(18,4)", unit: reporting currency, description: The same of new_revenue.}
  reactivated_revenue: {type: "decimal(18,4)", unit: reporting currency, description: The same of reactivated_revenue.}
*/
with merged as (
    select customer_key, customer_id
    from {{ ref "dim_customer_identity" }}
    where customer_key <> customer_id
),
-- Rows are chosen before they are joined: an engine may join all of them first.
value_months as (
    select customer_key, month, first_sold_on, last_sold_on, net_amount
    from {{ ref "fact_customer_value" }}
    where customer_key <> 'anonymous' and month <= {{ var "as_of" }} and {{ touched "customer_key" }}
),
customer_months as (
    select
        coalesce(merged.customer_id, customer_key) as customer_id,
        12 * year(month) + month(month) as number,
        case when last_sold_on <= {{ var "as_of" }} then last_sold_on when first_sold_on <= {{ var "as_of" }} then first_sold_on end as last_deal_on,
        net_amount
    from value_months
    left join merged using (customer_key)
),
departures as (
    select coalesce(merged.customer_id, customer_key) as customer_id, list(lost_on) as departures
    from (select system || ':' || customer_id as customer_key, lost_on from {{ input "departure" }})
    left join merged using (customer_key)
    where {{ touched "customer_key" }}
    group by 1
),
-- Customers by a number, since numbers sort faster than ids, with all their months.
numbered as materialized (
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
active_months as (
    select customer, first_deal_number, m.number, m.last_deal_on, m.net_amount
    from (select customer, first_deal_number, unnest(months) as m from numbered)
),
-- The last deal of each month with a deal, and when the next such month comes.
deals as (
    select
        customer,
        last_deal_on,
        {{ month_start "last_deal_on" }} as month,
        {{ month_start "lead(last_deal_on) over by_customer" }} as next_month,
        lag(last_deal_on) over by_customer is null as is_first
    from active_months
    where last_deal_on is not null
    window by_customer as (partition by customer order by last_deal_on)
),
-- Of the few who departed: since which day, with no deal on a later one of that month or before it.
departed as (
    select customer, departures from numbered where departures is not null
),
ends as (
    select
        d.customer,
        d.month,
        d.next_month,
        d.is_first,
        {{ add_months "d.last_deal_on" (var "lapse_months") }} + 1 as lapsed_on,
        case
            when g.departures is not null then list_min(list_filter(g.departures, lambda x: x >= d.last_deal_on and (d.next_month is null or x < d.next_month)))
        end as departed_on
    from deals as d
    left join departed as g on g.customer = d.customer
),
-- Nobody is lost who comes back within the month in which the window is over, or before.
moves as (
    select
        customer,
        month,
        next_month,
        is_first,
        lapsed_on,
        departed_on,
        lost_on,
        next_month is null or next_month > {{ month_start "lost_on" }} as is_lost
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
        where customer in (select customer from departed) and (next_month is null or next_month > month)
        window by_customer as (partition by customer order by month)
    )
    where was_lost and {{ month_start "lost_on" }} = month
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
    select case when next_month <= {{ month_start "lapsed_on" }} then next_month else lapsed_on end, 0, 0, 0, 0, -count(*)
    from moves
    where departed_on < lapsed_on
    group by 1
),
-- An amount enters the trailing twelve months, moves to the twelve before them a
-- year later, and leaves those after another.
changes as (
    select
        customer,
        first_deal_number,
        number + 12 * years as number,
        case years when 0 then net_amount when 1 then -net_amount else 0 end as now,
        case years when 1 then net_amount when 2 then -net_amount else 0 end as before
    from active_months
    cross join range(3) as passed(years)
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
)
select
    cast(counts_from as date) as counts_from,
    cast(sum(new) as bigint) as new,
    cast(sum(lost) as bigint) as lost,
    cast(sum(reactivated) as bigint) as reactivated,
    cast(sum(new_lost) as bigint) as new_lost,
    cast(sum(departed) as bigint) as departed,
    cast(sum(revenue_before) as decimal(18, 4)) as revenue_before,
    cast(sum(expansion) as decimal(18, 4)) as expansion,
    cast(sum(contraction) as decimal(18, 4)) as contraction,
    cast(sum(churned) as decimal(18, 4)) as churned,
    cast(sum(new_revenue) as decimal(18, 4)) as new_revenue,
    cast(sum(reactivated_revenue) as decimal(18, 4)) as reactivated_revenue
from (
    select
        counts_from,
        new,
        lost,
        reactivated,
        new_lost,
        departed,
        0 as revenue_before,
        0 as expansion,
        0 as contraction,
        0 as churned,
        0 as new_revenue,
        0 as reactivated_revenue
    from events
    union all
    select
        make_date((number - 1) // 12, (number - 1) % 12 + 1, 1),
        0,
        0,
        0,
        0,
        0,
        coalesce(revenue_before, 0),
        coalesce(expansion, 0),
        coalesce(contraction, 0),
        coalesce(churned, 0),
        coalesce(new_revenue, 0),
        coalesce(reactivated_revenue, 0)
    from steps
)
group by counts_from
