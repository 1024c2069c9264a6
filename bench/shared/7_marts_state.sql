-- How customers move, on top of where they stand.

-- step: mart_state_flow
create table warehouse.mart_state_flow as
with customers as (
    select
        customer_id,
        date_trunc('month', known_on)::date as known_month,
        cast(date_trunc('month', first_deal_on) as date) as deal_month
    from warehouse.mart_customer_state
),
-- Who has an account manager has had one throughout.
followed as (
    select customer_id, date '0001-01-01' as month, 1 as change
    from warehouse.mart_customer_state
    where account_manager_key is not null
),
-- An assignment counts in the month at whose end, or as_of, its week runs, and no more in the next.
assigned_months as (
    select distinct i.customer_id, a.month
    from (
        select customer_key, week_on, cast(date_trunc('month', week_on) as date) as month
        from warehouse.fact_assignment
        union all
        select customer_key, week_on, cast(date_trunc('month', week_on + 6) as date)
        from warehouse.fact_assignment
    ) as a
    join warehouse.dim_customer_identity as i on i.customer_key = a.customer_key
    where least(last_day(a.month), date '{as_of}') between a.week_on and a.week_on + 6
        and a.month <= date '{as_of}'
),
follow_changes as (
    select customer_id, month, change from followed
    union all
    select customer_id, month, 1 from assigned_months
    union all
    select customer_id, (month + interval 1 month)::date, -1
    from assigned_months
    where month < date_trunc('month', date '{as_of}')::date
),
customer_changes as (
    select c.customer_id, greatest(k.month, c.known_month) as month, sum(k.change) as change
    from follow_changes as k
    join customers as c on c.customer_id = k.customer_id
    where c.deal_month is null or greatest(k.month, c.known_month) < c.deal_month
    group by 1, 2
),
-- A customer is followed while any of its keys or an assignment says so; before it was first, from known_month on, it is not.
states as (
    select customer_id, month, case when sum(change) over (partition by customer_id order by month) > 0 then 'target' else 'potential' end as state
    from (
        select customer_id, month, change from customer_changes
        union all
        select customer_id, known_month, 0
        from customers
        where customer_id in (select customer_id from customer_changes)
    )
    qualify row_number() over (partition by customer_id, month order by change <> 0 desc) = 1
),
told as (
    select customer_id, month, state, coalesce(lag(state) over (partition by customer_id order by month), 'none') as last_state
    from states
),
last_states as (
    select customer_id, max_by(state, month) as state
    from states
    group by customer_id
),
-- Few customers: who departed in the month of the first deal, and did not buy again in it.
lost_at_once as (
    select c.customer_id
    from customers as c
    join (select customer_id, max(lost_on) as lost_on from departure where lost_on <= date '{as_of}' group by customer_id, date_trunc('month', lost_on)) as d
        on d.customer_id = c.customer_id and date_trunc('month', d.lost_on) = c.deal_month
    join warehouse.dim_customer_identity as i on i.customer_id = c.customer_id
    join warehouse.fact_customer_value as v on v.customer_key = i.customer_key and v.month = c.deal_month
    group by c.customer_id
    having max(d.lost_on) >= max(v.last_sold_on)
),
-- Everybody else without a deal is potential.
spans as (
    select
        c.known_month,
        c.deal_month,
        case when c.customer_id in (select customer_id from lost_at_once) then 'lost' else 'actual' end as deal_state,
        s.state,
        count(*) as customers
    from customers as c
    left join last_states as s on s.customer_id = c.customer_id
    group by all
),
moves as (
    select month, last_state as from_state, state as to_state, count(*) as customers
    from told
    where state <> last_state
    group by all
    union all
    select known_month, 'none', 'potential', sum(customers)
    from spans
    where state is null and (deal_month is null or known_month < deal_month)
    group by known_month
    union all
    select deal_month, case when known_month < deal_month then coalesce(state, 'potential') else 'none' end, deal_state, sum(customers)
    from spans
    where deal_month is not null
    group by 1, 2, 3
),
months as (
    select unnest(generate_series(min(month), date_trunc('month', date '{as_of}')::date, interval 1 month))::date as month
    from moves
    having min(month) is not null
),
-- Potential and target customers at the end of each month.
stocks as (
    select
        month,
        state,
        sum(coalesce(change, 0)) over (partition by state order by month) as customers
    from months
    cross join (values ('potential'), ('target')) as kinds(state)
    left join (
        select month, state, sum(change) as change
        from (
            select month, to_state as state, customers as change from moves
            union all
            select month, from_state, -customers from moves
        )
        group by all
    ) using (month, state)
),
leavers as (
    select month, from_state as state, sum(customers) as customers
    from moves
    group by all
),
stays as (
    select s.month, s.state, lag(s.customers, 1, 0) over (partition by s.state order by s.month) - coalesce(l.customers, 0) as customers
    from stocks as s
    left join leavers as l on l.month = s.month and l.state = s.state
),
retention as (
    select month, kept, lost, reactivated, new_lost, dormant + departed as all_lost
    from warehouse.mart_retention_month
    where segment_kind = 'all'
),
flows as (
    select month, from_state, to_state, sum(customers) as customers
    from (
        select month, from_state, to_state, customers from moves
        union all
        select month, state, state, customers from stays
        union all
        select month, 'actual', 'actual', kept from retention
        union all
        select month, 'actual', 'lost', lost from retention
        union all
        select month, 'lost', 'actual', reactivated from retention
        union all
        select month, 'lost', 'lost', all_lost - lost - new_lost from retention
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
    customers::double / nullif(customers_before::double, 0) as share,
    cast(from_state <> to_state as boolean) as is_move,
    cast(
        from_state = to_state or (from_state = 'none' and to_state <> 'lost') or (from_state, to_state) in (
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
-- A view, which finds its tables under whatever name the file is attached.
use warehouse;
create view mart_call_list as
select
    cast(s.customer_id as varchar) as customer_id,
    cast(s.as_of as date) as as_of,
    cast(
        case
            when s.lapses_on >= s.as_of then 'existing'
            when s.lapses_on is not null then 'dormant'
            when s.state = 'target' then 'potential'
            else 'public_potential'
        end as varchar
    ) as list,
    cast(s.reason as varchar) as reason,
    cast(s.account_manager_key as varchar) as account_manager_key,
    cast(s.assigned_to_key as varchar) as assigned_to_key,
    cast(c.departed_on as date) as departed_on,
    cast(c.departure_kind as varchar) as departure_kind,
    cast(s.last_deal_on as date) as last_deal_on,
    cast(s.lapses_on as date) as lapses_on,
    (s.as_of - s.last_deal_on)::int as silent_days,
    (s.lapses_on - s.as_of)::int as days_to_lapse,
    cast(c.net_amount as decimal(18, 4)) as net_amount,
    cast(c.trailing_value_amount as decimal(18, 4)) as trailing_value_amount,
    cast(c.abc_tier as varchar) as abc_tier,
    cast(c.rfm_name as varchar) as rfm_name
from mart_customer_state as s
left join mart_customer as c on c.customer_id = s.customer_id;
use memory;
