-- What customers are worth, on top of mart_customer.

-- step: mart_abc
use warehouse;
create view mart_abc as
with ranked as (
    select
        customer_id,
        as_of,
        value_basis,
        trailing_value_amount,
        abc_tier,
        row_number() over by_value as value_rank,
        sum(greatest(trailing_value_amount, 0)) over (by_value rows unbounded preceding) - greatest(trailing_value_amount, 0) as value_before_amount
    from mart_customer
    window by_value as (order by trailing_value_amount desc, customer_id)
),
totals as (
    select count(*) as customers, sum(greatest(trailing_value_amount, 0)) as value_amount
    from mart_customer
)
select
    cast(c.customer_id as varchar) as customer_id,
    cast(c.as_of as date) as as_of,
    cast(c.value_basis as varchar) as value_basis,
    cast(c.trailing_value_amount as decimal(18, 4)) as trailing_value_amount,
    cast(c.value_rank as bigint) as value_rank,
    cast(c.value_rank::double / nullif(t.customers::double, 0) as double) as customers_share,
    cast((greatest(c.trailing_value_amount, 0))::double / nullif(t.value_amount::double, 0) as double) as value_share,
    cast(c.value_before_amount::double / nullif(t.value_amount::double, 0) as double) as share_before,
    cast((c.value_before_amount + greatest(c.trailing_value_amount, 0))::double / nullif(t.value_amount::double, 0) as double) as share_after,
    cast(c.abc_tier as varchar) as abc_tier,
    cast(100 * c.value_rank <= 4 * t.customers as boolean) as is_top_4,
    cast(100 * c.value_rank <= 20 * t.customers as boolean) as is_top_20
from ranked as c
cross join totals as t;
use memory;

-- step: mart_rfm
use warehouse;
create view mart_rfm as
with by_value as (
    select *, row_number() over (order by trailing_value_amount desc, customer_id) as value_rank
    from mart_customer
),
parted as (
    select
        *,
        ntile(5) over (order by last_purchase_on nulls first, value_rank desc) as recency_fifth,
        ntile(5) over (order by frequency, value_rank desc) as frequency_fifth,
        ntile(5) over (order by value_rank desc) as monetary_fifth
    from by_value
)
select
    cast(customer_id as varchar) as customer_id,
    cast(as_of as date) as as_of,
    cast(recency_days as integer) as recency_days,
    cast(frequency as bigint) as frequency,
    cast(trailing_value_amount as decimal(18, 4)) as trailing_value_amount,
    cast(value_basis as varchar) as value_basis,
    cast(recency_score as integer) as recency_score,
    cast(frequency_score as integer) as frequency_score,
    cast(monetary_score as integer) as monetary_score,
    cast(rfm as varchar) as rfm,
    cast(rfm_name as varchar) as rfm_name,
    cast(recency_fifth as integer) as recency_fifth,
    cast(frequency_fifth as integer) as frequency_fifth,
    cast(monetary_fifth as integer) as monetary_fifth,
    cast(recency_fifth || '' || frequency_fifth || monetary_fifth as varchar) as rfm_fifths
from parted;
use memory;

-- step: mart_value_curve
create table warehouse.mart_value_curve as
with totals as (
    select
        count(*) as customers,
        max(as_of) as as_of,
        max(value_basis) as value_basis,
        sum(greatest(trailing_value_amount, 0)) as value_amount,
        sum(trailing_profit_amount) as profit_amount,
        case when count(trailing_profit_amount) > 0 then coalesce(sum(trailing_profit_amount) filter (where trailing_profit_amount > 0), 0) end as peak_amount,
        case when count(trailing_profit_amount) > 0 then count(*) filter (where trailing_profit_amount > 0) end as profitable,
        sum(greatest(net_amount, 0)) as net_amount
    from warehouse.mart_customer
),
by_value as (
    select greatest(trailing_value_amount, 0) as amount, row_number() over (order by trailing_value_amount desc) as place
    from warehouse.mart_customer
),
by_profit as (
    select trailing_profit_amount as amount, row_number() over (order by trailing_profit_amount desc) as place
    from warehouse.mart_customer
    where trailing_profit_amount is not null
),
by_net as (
    select greatest(net_amount, 0) as amount, row_number() over (order by net_amount desc) as place
    from warehouse.mart_customer
),
-- Each amount in the first percentile that takes its customer in.
placed as (
    select 'value' as curve, place, amount from by_value
    union all
    select 'profit', place, amount from by_profit
    union all
    select 'net', place, amount from by_net
),
added as (
    select
        cast((100 * p.place + t.customers - 1) // t.customers as integer) as percentile,
        sum(p.amount) filter (where p.curve = 'value') as value_amount,
        sum(p.amount) filter (where p.curve = 'profit') as profit_amount,
        sum(p.amount) filter (where p.curve = 'net') as net_amount
    from placed as p
    cross join totals as t
    group by 1
),
percentiles as (
    select cast(unnest(range(1, 101)) as integer) as percentile
),
curves as (
    select
        percentile,
        coalesce(sum(value_amount) over so_far, 0) as value_amount,
        coalesce(sum(profit_amount) over so_far, 0) as profit_amount,
        coalesce(sum(net_amount) over so_far, 0) as net_amount
    from percentiles
    left join added using (percentile)
    window so_far as (order by percentile)
)
select
    cast(c.percentile as integer) as percentile,
    cast(t.as_of as date) as as_of,
    cast(t.customers * c.percentile // 100 as bigint) as customers,
    cast(t.value_basis as varchar) as value_basis,
    cast(c.value_amount as decimal(18, 4)) as value_amount,
    cast(c.value_amount::double / nullif(t.value_amount::double, 0) as double) as value_share,
    cast(case when t.profit_amount is not null then c.profit_amount end as decimal(18, 4)) as profit_amount,
    cast(case when t.profit_amount > 0 then (c.profit_amount::double / nullif(t.profit_amount::double, 0)) end as double) as profit_ratio,
    cast(t.peak_amount as decimal(18, 4)) as profit_peak_amount,
    cast(t.profit_amount as decimal(18, 4)) as profit_total_amount,
    cast(case when t.profit_amount > 0 then (t.peak_amount::double / nullif(t.profit_amount::double, 0)) end as double) as profit_peak_ratio,
    cast(case when t.profit_amount > 0 then ((t.peak_amount - t.profit_amount)::double / nullif(t.profit_amount::double, 0)) end as double) as profit_eaten_ratio,
    cast(t.profitable as bigint) as profitable_customers,
    cast(c.net_amount as decimal(18, 4)) as history_net_amount,
    cast(c.net_amount::double / nullif(t.net_amount::double, 0) as double) as history_net_share
from curves as c
cross join totals as t
where t.customers > 0;
copy warehouse.mart_value_curve to '{out}/marts/mart_value_curve.parquet' ({parquet});

-- step: mart_concentration
create table warehouse.mart_concentration as
with recursive merged as (
    select customer_key, customer_id
    from warehouse.dim_customer_identity
    where customer_key <> customer_id
),
parents as (
    select customer_id, parent_customer_id
    from warehouse.dim_customer
    where parent_customer_id is not null and parent_customer_id <> customer_id
),
-- All above a customer, however far; a circle of parents comes to an end, since rows are distinct.
above as (
    select customer_id, parent_customer_id from parents
    union
    select above.customer_id, parents.parent_customer_id
    from above
    join parents on parents.customer_id = above.parent_customer_id
),
-- The topmost has no parent; of a circle it is the smallest id.
groups as (
    select
        above.customer_id,
        coalesce(min(above.parent_customer_id) filter (where parents.customer_id is null), min(above.parent_customer_id)) as group_id
    from above
    left join parents on parents.customer_id = above.parent_customer_id
    group by above.customer_id
),
history as (
    select month as first_month
    from warehouse.fact_customer_value
    where customer_key <> 'anonymous' and month <= date '{as_of}'
    order by month
    limit 1
),
years as (
    select
        coalesce(merged.customer_id, customer_key) as customer_id,
        year(month) as year,
        sum(net_amount) as net_amount
    from warehouse.fact_customer_value
    left join merged using (customer_key)
    where customer_key <> 'anonymous' and month <= date '{as_of}'
    group by 1, 2
    having count(first_sold_on) > 0
),
-- Periods by number, since numbers sort faster than names; the trailing months and all history last.
periods as (
    select year as number, cast(year as varchar) as period, make_date(year, 1, 1) as first_month, make_date(year, 12, 1) as last_month
    from years
    group by year
    union all
    select 10000, 'trailing', (date_trunc('month', date '{as_of}')::date + to_months(-11::int))::date, date_trunc('month', date '{as_of}')::date
    union all
    select 10001, 'all', first_month, date_trunc('month', date '{as_of}')::date
    from history
),
-- All that belong to a group, its topmost parent included: few beside those who are alone.
members as (
    select customer_id, group_id from groups
    union
    select group_id, group_id from groups where group_id not in (select customer_id from groups)
),
by_customer as (
    select number, customer_id, net_amount, customer_id in (select customer_id from members) as is_member
    from (
        select year as number, customer_id, net_amount
        from years
        union all
        select 10000, customer_id, trailing_net_amount
        from warehouse.mart_customer
        where last_deal_on >= (date_trunc('month', date '{as_of}')::date + to_months(-11::int))::date
        union all
        select 10001, customer_id, net_amount
        from warehouse.mart_customer
    )
),
-- They are told from the others first: few rows are then joined, and not all looked up.
of_members as (
    select number, customer_id, net_amount from by_customer where is_member
),
grouped as (
    select of_members.number, members.group_id, cast(sum(of_members.net_amount) as decimal(18, 4)) as net_amount
    from of_members
    join members using (customer_id)
    group by all
),
-- A part is a period of a scope. Far fewer are the amounts than the customers who bring them:
-- how many bring each is all that shares and places need.
tallied as (
    select
        number,
        cast(net_amount as decimal(18, 4)) as net_amount,
        count(*) as customers,
        count(*) filter (where not is_member) as alone
    from by_customer
    group by 1, 2
),
amounts as (
    select part, net_amount, customers, net_amount * cast(customers as decimal(18, 0)) as together
    from (
        select 2 * number as part, net_amount, customers from tallied
        union all
        select 2 * number + 1, net_amount, alone from tallied where exists (from groups) and alone > 0
        union all
        select 2 * number + 1, net_amount, count(*) from grouped group by all
    )
),
sized as (
    select
        part,
        coalesce(sum(customers) filter (where net_amount >= 0), 0) as customers,
        coalesce(sum(together) filter (where net_amount >= 0), 0) as net_amount,
        coalesce(sum(cast(together as decimal(38, 4)) * net_amount) filter (where net_amount >= 0), 0) as squares,
        coalesce(sum(customers) filter (where net_amount < 0), 0) as negative_customers,
        coalesce(sum(together) filter (where net_amount < 0), 0) as negative_net_amount,
        max(net_amount) filter (where net_amount >= 0) as largest_amount
    from amounts
    group by part
),
-- Customers and sales of all parts before this one: one sort does for all.
parts as (
    select *, sum(customers) over by_part - customers as customers_before, sum(net_amount) over by_part - net_amount as amount_before
    from sized
    window by_part as (order by part)
),
placed as (
    select
        part,
        net_amount,
        customers,
        together,
        sum(customers) over by_amount as customers_so_far,
        sum(together) over by_amount as so_far
    from amounts
    where net_amount >= 0
    window by_amount as (order by part, net_amount rows unbounded preceding)
),
-- Of each amount: its customers, how many of the part bring less, what those bring, and how many bring more.
ranked as (
    select
        parts.part,
        placed.net_amount as amount,
        placed.customers,
        cast(customers_so_far - customers_before as bigint) - placed.customers as below,
        so_far - amount_before - together as below_amount,
        cast(customers_before + parts.customers - customers_so_far as bigint) as above,
        together,
        parts.net_amount
    from parts
    join placed on placed.part = parts.part
),
-- Those of one amount have the places below + 1 to below + customers. To the 80 % count those
-- with whom, from below, a fifth of all sales is passed.
summed as (
    select
        part,
        sum(amount * greatest(0, least(customers, 5 - above))) as five_amount,
        sum(amount * cast(customers * below + customers * (customers + 1) // 2 as decimal(18, 0))) as placed_amount,
        sum(
            case
                when 5 * below_amount > net_amount then customers
                when 5 * (below_amount + together) <= net_amount then 0
                else customers - cast(10000 * (net_amount - 5 * below_amount) as hugeint) // cast(50000 * cast(amount as decimal(38, 4)) as hugeint)
            end
        ) as customers_80
    from ranked
    group by part
),
-- Nobody who brings less is the largest of any part.
large as (
    select number, customer_id, net_amount, is_member
    from by_customer
    where net_amount >= (select min(largest_amount) from sized)
),
largest as (
    select sized.part, min(customer_id) as customer_id
    from sized
    join (
        select 2 * number as part, customer_id, net_amount from large
        union all
        select 2 * number + 1, customer_id, net_amount from large where not is_member
        union all
        select 2 * number + 1, group_id, net_amount from grouped
    ) as a on a.part = sized.part and a.net_amount = sized.largest_amount
    group by sized.part
),
measured as (
    select
        p.period,
        case when s.part % 2 = 0 then 'customer' else 'group' end as scope,
        p.first_month,
        p.last_month,
        h.first_month <= p.first_month and last_day(p.last_month) <= date '{as_of}' as is_whole,
        s.customers,
        s.net_amount,
        s.negative_customers,
        s.negative_net_amount,
        l.customer_id as largest_customer_id,
        (s.largest_amount::double / nullif(s.net_amount::double, 0)) as cr1,
        (u.five_amount::double / nullif(s.net_amount::double, 0)) as cr5,
        10000 * (s.squares::double / nullif((cast(s.net_amount as double) * cast(s.net_amount as double))::double, 0)) as hhi,
        ((2 * cast(u.placed_amount as double) - (s.customers + 1) * cast(s.net_amount as double))::double / nullif((s.customers * cast(s.net_amount as double))::double, 0)) as gini,
        case when s.net_amount > 0 then u.customers_80 end as customers_80
    from sized as s
    join periods as p on p.number = s.part // 2
    cross join history as h
    left join largest as l on l.part = s.part
    left join summed as u on u.part = s.part
),
-- Years that may be compared: whole ones, each with the one before it.
compared as (
    select
        period,
        scope,
        coalesce(cr5 > lag(cr5) over by_year and first_month = (lag(first_month) over by_year + to_months(12::int))::date, false) as rose
    from measured
    where is_whole and period not in ('trailing', 'all')
    window by_year as (partition by scope order by first_month)
),
counted as (
    select
        period,
        scope,
        count(*) filter (where not rose) over (partition by scope order by period) as runs,
        rose
    from compared
),
rises as (
    select period, scope, count(*) filter (where rose) over (partition by scope, runs order by period) as cr5_rises
    from counted
)
select
    cast(m.period as varchar) as period,
    cast(m.scope as varchar) as scope,
    cast(m.first_month as date) as first_month,
    cast(m.last_month as date) as last_month,
    cast(m.is_whole as boolean) as is_whole,
    cast(m.customers as bigint) as customers,
    cast(m.net_amount as decimal(18, 4)) as net_amount,
    cast(m.negative_customers as bigint) as negative_customers,
    cast(m.negative_net_amount as decimal(18, 4)) as negative_net_amount,
    cast(m.largest_customer_id as varchar) as largest_customer_id,
    cast(m.cr1 as double) as cr1,
    cast(m.cr5 as double) as cr5,
    cast(m.hhi as double) as hhi,
    cast(m.gini as double) as gini,
    cast(((m.gini * m.customers)::double / nullif((m.customers - 1)::double, 0)) as double) as gini_unbiased,
    cast(m.customers_80 as bigint) as customers_80,
    cast(m.customers_80::double / nullif(m.customers::double, 0) as double) as customers_80_share,
    cast(r.cr5_rises as integer) as cr5_rises,
    cast(r.cr5_rises >= 3 as boolean) as is_rising
from measured as m
left join rises as r on r.period = m.period and r.scope = m.scope;
copy warehouse.mart_concentration to '{out}/marts/mart_concentration.parquet' ({parquet});
