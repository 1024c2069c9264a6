-- Marts of customers, on top of mart_customer and of each other.

-- step: mart_abc
create table warehouse.mart_abc as
with totals as (
    select count(*) as customers, sum(greatest(trailing_value_amount, 0)) as value_amount
    from warehouse.mart_customer
)
select
    cast(c.customer_id as varchar) as customer_id,
    cast(c.as_of as date) as as_of,
    cast(c.value_basis as varchar) as value_basis,
    cast(c.trailing_value_amount as decimal(18, 4)) as trailing_value_amount,
    cast(c.value_rank as bigint) as value_rank,
    cast(c.value_rank::double / nullif(t.customers::double, 0) as double) as customers_share,
    cast(((greatest(c.trailing_value_amount, 0))::double / nullif(t.value_amount::double, 0)) as double) as value_share,
    cast(c.value_before_amount::double / nullif(t.value_amount::double, 0) as double) as share_before,
    cast(((c.value_before_amount + greatest(c.trailing_value_amount, 0))::double / nullif(t.value_amount::double, 0)) as double) as share_after,
    cast(c.abc_tier as varchar) as abc_tier,
    cast(100 * c.value_rank <= 4 * t.customers as boolean) as is_top_4,
    cast(100 * c.value_rank <= 20 * t.customers as boolean) as is_top_20
from warehouse.mart_customer as c
cross join totals as t;
copy warehouse.mart_abc to '{out}/marts/mart_abc.parquet' ({parquet});

-- step: mart_rfm
create table warehouse.mart_rfm as
with parted as (
    select
        customer_id,
        as_of,
        recency_days,
        frequency,
        trailing_value_amount,
        value_basis,
        recency_score,
        frequency_score,
        monetary_score,
        rfm,
        rfm_name,
        ntile(5) over (order by recency_days desc nulls first, customer_id) as recency_fifth,
        ntile(5) over (order by frequency, customer_id) as frequency_fifth,
        ntile(5) over (order by trailing_value_amount, customer_id) as monetary_fifth
    from warehouse.mart_customer
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
copy warehouse.mart_rfm to '{out}/marts/mart_rfm.parquet' ({parquet});

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
    select 'value' as curve, value_rank as place, greatest(trailing_value_amount, 0) as amount from warehouse.mart_customer
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
    select min(month) as first_month
    from warehouse.fact_customer_value
    where customer_key <> 'anonymous' and month <= date '{as_of}'
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
    select distinct year as number, cast(year as varchar) as period, make_date(year, 1, 1) as first_month, make_date(year, 12, 1) as last_month
    from years
    union all
    select 10000, 'trailing', (date_trunc('month', date '{as_of}')::date + to_months(-11::int))::date, date_trunc('month', date '{as_of}')::date
    union all
    select 10001, 'all', first_month, date_trunc('month', date '{as_of}')::date
    from history
),
by_customer as (
    select year as number, customer_id, net_amount
    from years
    union all
    select 10000, customer_id, trailing_net_amount
    from warehouse.mart_customer
    where last_deal_on >= (date_trunc('month', date '{as_of}')::date + to_months(-11::int))::date
    union all
    select 10001, customer_id, net_amount
    from warehouse.mart_customer
),
-- A part is a period of a scope.
amounts as (
    select 2 * number as part, customer_id, cast(net_amount as decimal(18, 4)) as net_amount
    from by_customer
    union all
    select 2 * number + 1, coalesce(groups.group_id, by_customer.customer_id), cast(sum(net_amount) as decimal(18, 4))
    from by_customer
    left join groups using (customer_id)
    where exists (from groups)
    group by 1, 2
),
sized as (
    select
        part,
        count(*) filter (where net_amount >= 0) as customers,
        coalesce(sum(net_amount) filter (where net_amount >= 0), 0) as net_amount,
        coalesce(sum(cast(net_amount as decimal(38, 4)) * net_amount) filter (where net_amount >= 0), 0) as squares,
        count(*) filter (where net_amount < 0) as negative_customers,
        coalesce(sum(net_amount) filter (where net_amount < 0), 0) as negative_net_amount,
        max(net_amount) filter (where net_amount >= 0) as largest_amount
    from amounts
    group by part
),
-- Customers and sales of all parts up to this one: one sort does for all.
parts as (
    select
        *,
        sum(customers) over (order by part) - customers as customers_before,
        sum(net_amount) over (order by part) as amount_through
    from sized
),
placed as (
    select
        part,
        net_amount,
        row_number() over ascending as place,
        sum(net_amount) over (ascending rows unbounded preceding) as so_far
    from amounts
    where net_amount >= 0
    window ascending as (order by part, net_amount)
),
summed as (
    select
        parts.part,
        sum(placed.net_amount) filter (where place > customers_before + customers - 5) as five_amount,
        sum(cast(place - customers_before as decimal(38, 0)) * placed.net_amount) as placed_amount,
        count(*) filter (where 100 * (amount_through - so_far) < 80 * parts.net_amount) as customers_80
    from parts
    join placed on placed.part = parts.part
    group by parts.part
),
largest as (
    select amounts.part, min(customer_id) as customer_id
    from sized
    join amounts on amounts.part = sized.part and amounts.net_amount = sized.largest_amount
    group by amounts.part
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

-- step: mart_customer_state
-- Nobody is described before as_of, so that who has no date of their own is known from the first deal.
create table warehouse.mart_customer_state as
with customers as (
    select
        d.customer_id,
        d.account_manager_key,
        least(d.created_on, c.first_deal_on, date '{as_of}') as known_on,
        c.first_deal_on,
        c.last_deal_on,
        c.lapses_on,
        c.state
    from warehouse.dim_customer as d
    left join warehouse.mart_customer as c on c.customer_id = d.customer_id
)
select
    cast(customer_id as varchar) as customer_id,
    cast(date '{as_of}' as date) as as_of,
    cast(coalesce(state, case when account_manager_key is not null then 'target' else 'potential' end) as varchar) as state,
    cast(
        case
            when state = 'actual' then 'deal'
            when state = 'lost' then 'lapsed'
            when account_manager_key is not null then 'account_manager'
            else 'nobody'
        end as varchar
    ) as reason,
    cast(known_on as date) as known_on,
    cast(first_deal_on as date) as first_deal_on,
    cast(last_deal_on as date) as last_deal_on,
    cast(lapses_on as date) as lapses_on,
    cast(case when state = 'lost' then lapses_on + 1 end as date) as lost_on,
    cast(account_manager_key as varchar) as account_manager_key
from customers;
copy warehouse.mart_customer_state to '{out}/marts/mart_customer_state.parquet' ({parquet});

-- step: mart_state_flow
-- Nobody has an account manager, so that nobody is a target: who has no deal is potential.
create table warehouse.mart_state_flow as
with customers as (
    select
        customer_id,
        date_trunc('month', known_on)::date as known_month,
        date_trunc('month', first_deal_on)::date as deal_month
    from warehouse.mart_customer_state
),
spans as (
    select known_month, deal_month, count(*) as customers
    from customers
    group by all
),
moves as (
    select known_month as month, 'none' as from_state, 'potential' as to_state, sum(customers) as customers
    from spans
    where deal_month is null or known_month < deal_month
    group by known_month
    union all
    select deal_month, case when known_month < deal_month then 'potential' else 'none' end, 'actual', sum(customers)
    from spans
    where deal_month is not null
    group by 1, 2
),
months as (
    select unnest(generate_series(min(month), date_trunc('month', date '{as_of}')::date, interval 1 month))::date as month
    from moves
    having min(month) is not null
),
-- Potential customers who come and who leave, and those at the end of each month.
stocks as (
    select
        month,
        coalesce(leavers, 0) as leavers,
        sum(coalesce(comers, 0) - coalesce(leavers, 0)) over (order by month) as customers
    from months
    left join (
        select month, sum(customers) filter (where to_state = 'potential') as comers, sum(customers) filter (where from_state = 'potential') as leavers
        from moves
        group by month
    ) using (month)
),
stays as (
    select month, lag(customers, 1, 0) over (order by month) - leavers as customers
    from stocks
),
retention as (
    select month, kept, lost, reactivated, dormant
    from warehouse.mart_retention_month
    where segment_kind = 'all'
),
flows as (
    select month, from_state, to_state, sum(customers) as customers
    from (
        select month, from_state, to_state, customers from moves
        union all
        select month, 'potential', 'potential', customers from stays
        union all
        select month, 'actual', 'actual', kept from retention
        union all
        select month, 'actual', 'lost', lost from retention
        union all
        select month, 'lost', 'actual', reactivated from retention
        union all
        select month, 'lost', 'lost', dormant - lost from retention
    )
    group by all
    having sum(customers) <> 0
),
compared as (
    select
        month,
        from_state,
        to_state,
        customers,
        case when from_state <> 'none' then sum(customers) over (partition by month, from_state) end as customers_before
    from flows
)
select
    cast(month as date) as month,
    cast(from_state as varchar) as from_state,
    cast(to_state as varchar) as to_state,
    cast(customers as bigint) as customers,
    cast(customers_before as bigint) as customers_before,
    cast(customers::double / nullif(customers_before::double, 0) as double) as share,
    cast(from_state <> to_state as boolean) as is_move,
    cast(
        from_state = to_state or from_state = 'none' or (from_state, to_state) in (
            ('potential', 'target'),
            ('target', 'potential'),
            ('potential', 'actual'),
            ('target', 'actual'),
            ('actual', 'lost'),
            ('lost', 'actual')
        ) as boolean
    ) as is_allowed,
    cast(last_day(month) > date '{as_of}' as boolean) as is_open
from compared;
copy warehouse.mart_state_flow to '{out}/marts/mart_state_flow.parquet' ({parquet});

-- step: mart_call_list
create table warehouse.mart_call_list as
select
    cast(s.customer_id as varchar) as customer_id,
    cast(s.as_of as date) as as_of,
    cast(
        case s.state
            when 'actual' then 'existing'
            when 'lost' then 'dormant'
            when 'target' then 'potential'
            else 'public_potential'
        end as varchar
    ) as list,
    cast(s.reason as varchar) as reason,
    cast(s.account_manager_key as varchar) as account_manager_key,
    cast(s.last_deal_on as date) as last_deal_on,
    cast(s.lapses_on as date) as lapses_on,
    cast((s.as_of - s.last_deal_on)::int as integer) as silent_days,
    cast((s.lapses_on - s.as_of)::int as integer) as days_to_lapse,
    cast(c.net_amount as decimal(18, 4)) as net_amount,
    cast(c.trailing_value_amount as decimal(18, 4)) as trailing_value_amount,
    cast(c.abc_tier as varchar) as abc_tier,
    cast(c.rfm_name as varchar) as rfm_name,
    null::varchar as assigned_to_key,
    null::date as departed_on,
    null::varchar as departure_kind
from warehouse.mart_customer_state as s
left join warehouse.mart_customer as c on c.customer_id = s.customer_id;
copy warehouse.mart_call_list to '{out}/marts/mart_call_list.parquet' ({parquet});

-- step: dim_customer_history
create table warehouse.dim_customer_history as
with months as (
    select i.customer_id, v.month, max(v.last_sold_on) as last_deal_on
    from warehouse.fact_customer_value as v
    join warehouse.dim_customer_identity as i using (customer_key)
    where v.last_sold_on is not null
    group by all
),
events as (
    select
        *,
        lag(lapse_month) over by_month is null as is_first,
        lag(lapse_month) over by_month < month as was_lost,
        lead(month) over by_month as next_month
    from (select *, date_trunc('month', last_deal_on + interval 12 month + interval 1 day)::date as lapse_month from months)
    window by_month as (partition by customer_id order by month)
),
states as (
    select customer_id, date '0001-01-01' as valid_from, 'potential' as state
    from warehouse.dim_customer
    union all
    select customer_id, (month + interval 1 month)::date, 'actual'
    from events
    where is_first or was_lost
    union all
    select customer_id, (lapse_month + interval 1 month)::date, 'lost'
    from events
    where next_month is null or lapse_month < next_month
)
select
    s.customer_id,
    s.valid_from,
    coalesce(lead(s.valid_from) over (partition by s.customer_id order by s.valid_from), date '9999-12-31') as valid_to,
    c.customer_type,
    null::varchar as account_manager_key,
    s.state
from states as s
join warehouse.dim_customer as c using (customer_id);
copy warehouse.dim_customer_history to '{out}/marts/dim_customer_history.parquet' ({parquet});

-- step: what nobody gives
create table warehouse.fact_assignment (week_on date, employee_key varchar, customer_key varchar, reason varchar, assigned_by varchar);
create table warehouse.mart_service (month date, channel varchar, department varchar, case_severity varchar, orders bigint, complaints bigint, complaints_per_1000_orders double, contacts_in bigint, contacts_out bigint, abandoned bigint, abandonment_rate double, waited bigint, seconds_waited bigint, wait_median_seconds double, wait_p90_seconds double, service_level_base bigint, answered_in_time bigint, service_level double, issues bigint, issues_resolved_first bigint, first_contact_resolution double, first_contact_low double, first_contact_high double, cases bigint, answered bigint, answer_median_hours double, answer_p90_hours double, judged bigint, answered_within_standard bigint, answered_within_share double, answered_within_low double, answered_within_high double, resolved bigint, hours_to_resolve decimal(18,4), resolve_median_hours double, resolve_p90_hours double, transfers bigint, transfers_per_case double, reopened bigint);
