-- What customers were: state, ABC tier and RFM name at the end of each month.

-- step: dim_customer_history
-- Who has an account manager has had one throughout: what the sources say never changed yet.
-- Numbers of names are carried on, which costs less than the names.
create type state_name as enum ('potential', 'target', 'actual', 'lost');
create type rfm_name as enum ('champion', 'loyal', 'potential_loyal', 'new', 'promising', 'needs_attention', 'about_to_sleep', 'cannot_lose', 'at_risk', 'hibernating');
create type tier as enum ('A', 'B', 'C');
create table warehouse.dim_customer_history as
with departures as (
    select c.customer, date_trunc('month', d.lost_on)::date as month, max(d.lost_on) as lost_on
    from departure as d
    join numbered_customer as c using (customer_id)
    group by all
),
deals as (
    select k.customer, k.is_shared, v.month, v.last_sold_on
    from warehouse.fact_customer_value as v
    join numbered_key as k using (customer_key)
    where v.last_sold_on is not null
),
-- A month of a customer with one key and no departure has one row as it is. Who never bought cannot
-- be lost: what was recorded before the first deal counts for nothing.
event_months as (
    select customer, month, last_sold_on as last_deal_on, cast(null as date) as lost_on
    from deals
    where not is_shared and customer not in (select customer from departures)
    union all
    select customer, month, max(last_sold_on) as last_deal_on, max(lost_on) as lost_on
    from (
        select customer, month, last_sold_on, cast(null as date) as lost_on
        from deals
        where is_shared or customer in (select customer from departures)
        union all
        select customer, month, null, lost_on
        from departures
    )
    group by customer, month
    qualify
        max(lost_on) is null
        or count(max(last_sold_on)) over (partition by customer order by month rows unbounded preceding) > 0
),
-- The state at the end of each month with a deal or a departure, those around it, and when after
-- a deal the lapse window is over.
events as (
    select
        customer,
        month,
        coalesce(lost_on >= coalesce(last_deal_on, lost_on), false) as is_lost,
        date_trunc('month', (last_deal_on + interval 12 month)::date + 1)::date as lapse_month,
        coalesce(
            lag(lost_on) over by_month >= coalesce(lag(last_deal_on) over by_month, lag(lost_on) over by_month)
            or lag(date_trunc('month', (last_deal_on + interval 12 month)::date + 1)::date) over by_month < month,
            false
        ) as was_lost,
        lag(month) over by_month is null as is_first,
        lead(month) over by_month as next_month
    from event_months
    window by_month as (partition by customer order by month)
),
-- Only what changes the state of the month end before.
states as (
    select customer, (month + interval 1 month)::date as valid_from, case when is_lost then 'lost' else 'actual' end as state
    from events
    where is_first or is_lost <> was_lost
    union all
    select customer, (lapse_month + interval 1 month)::date as valid_from, 'lost' as state
    from events
    where not is_lost and (next_month is null or lapse_month < next_month)
),
changes as (
    select c.customer, date '0001-01-01' as valid_from, case when d.account_manager_key is not null then 'target' else 'potential' end as state
    from numbered_customer as c
    join warehouse.dim_customer as d using (customer_id)
    union all
    from states
),
-- The tier at the end of each month in which the value or its place among the cuts is another.
moved_cuts as (
    select
        month,
        a_amount,
        a_customer_id,
        b_amount,
        b_customer_id,
        lag(a_amount) over (order by month) as last_a_amount,
        lag(a_customer_id) over (order by month) as last_a_customer_id,
        lag(b_amount) over (order by month) as last_b_amount,
        lag(b_customer_id) over (order by month) as last_b_customer_id
    from month_end_cut
),
tiers as (
    select
        v.customer,
        v.month,
        case
            when v.value_amount > m.a_amount or (v.value_amount = m.a_amount and v.customer_id <= m.a_customer_id) then 'A'
            when v.value_amount > m.b_amount or (v.value_amount = m.b_amount and v.customer_id <= m.b_customer_id) then 'B'
            else 'C'
        end as abc_tier
    from value_span as v
    join moved_cuts as m on m.month = v.month
    union all
    select
        v.customer,
        m.month,
        case
            when v.value_amount > m.a_amount or (v.value_amount = m.a_amount and v.customer_id <= m.a_customer_id) then 'A'
            when v.value_amount > m.b_amount or (v.value_amount = m.b_amount and v.customer_id <= m.b_customer_id) then 'B'
            else 'C'
        end
    from value_span as v
    join moved_cuts as m on m.month > v.month and m.month < v.next_month
    where v.value_amount between (select min(b_amount) from moved_cuts) and (select max(a_amount) from moved_cuts)
        and v.next_month > v.month + 31
        and (
            v.value_amount between least(m.a_amount, m.last_a_amount) and greatest(m.a_amount, m.last_a_amount)
            or v.value_amount between least(m.b_amount, m.last_b_amount) and greatest(m.b_amount, m.last_b_amount)
        )
),
tier_changes as (
    select customer, month, abc_tier
    from tiers
    qualify abc_tier is distinct from lag(abc_tier) over (partition by customer order by month)
),
-- The RFM name of each last purchase day and frequency at every month end from that day on. Above
-- all cuts one frequency is as good as another.
purchase_spans as materialized (
    select
        p.* replace (least(p.frequency, h.frequency) as frequency, least(p.last_frequency, h.frequency) as last_frequency)
    from purchase_span as p
    cross join (select max(frequency_cut_4) + 1 as frequency from month_end_cut) as h
),
scored as (
    select
        c.month,
        p.last_purchase_on,
        p.frequency,
        1 + (p.last_purchase_on > c.recency_cut_1)::int + (p.last_purchase_on > c.recency_cut_2)::int
            + (p.last_purchase_on > c.recency_cut_3)::int + (p.last_purchase_on > c.recency_cut_4)::int as recency_score,
        1 + (p.frequency > c.frequency_cut_1)::int + (p.frequency > c.frequency_cut_2)::int
            + (p.frequency > c.frequency_cut_3)::int + (p.frequency > c.frequency_cut_4)::int as frequency_score
    from (select last_purchase_on, frequency, min(month) as month from purchase_spans group by all) as p
    join month_end_cut as c on c.month >= p.month
),
named as materialized (
    select
        month,
        last_purchase_on,
        frequency,
        case
            when recency_score = 5 and frequency_score >= 4 then 'champion'
            when recency_score >= 3 and frequency_score >= 4 then 'loyal'
            when recency_score >= 4 and frequency_score >= 2 then 'potential_loyal'
            when recency_score = 5 then 'new'
            when recency_score = 4 then 'promising'
            when recency_score = 3 and frequency_score = 3 then 'needs_attention'
            when recency_score = 3 then 'about_to_sleep'
            when frequency_score = 5 then 'cannot_lose'
            when frequency_score >= 3 then 'at_risk'
            else 'hibernating'
        end as rfm_name
    from scored
),
renamed as (
    select *, lag(rfm_name) over (partition by last_purchase_on, frequency order by month) as last_name
    from named
),
name_changes as (
    select p.customer, p.month, n.rfm_name
    from purchase_spans as p
    join renamed as n on n.month = p.month and n.last_purchase_on = p.last_purchase_on and n.frequency = p.frequency
    left join renamed as b on b.month = p.month and b.last_purchase_on = p.last_recency_on and b.frequency = p.last_frequency
    where n.rfm_name is distinct from b.last_name
    union all
    select p.customer, n.month, n.rfm_name
    from purchase_spans as p
    join (from renamed where rfm_name <> last_name) as n
        on n.last_purchase_on = p.last_purchase_on and n.frequency = p.frequency and n.month > p.month and n.month < p.next_month
),
series as (
    select customer, valid_from, state::state_name as state, null::tier as abc_tier, null::rfm_name as rfm_name
    from changes
    union all
    select customer, (month + interval 1 month)::date, null, abc_tier::tier, null
    from tier_changes
    union all
    select customer, (month + interval 1 month)::date, null, null, rfm_name::rfm_name
    from name_changes
),
history as (
    select
        customer,
        valid_from,
        coalesce(lead(valid_from) over by_day, date '9999-12-31') as valid_to,
        last_value(state ignore nulls) over (by_day rows unbounded preceding) as state,
        last_value(abc_tier ignore nulls) over (by_day rows unbounded preceding) as abc_tier,
        last_value(rfm_name ignore nulls) over (by_day rows unbounded preceding) as rfm_name
    from series
    window by_day as (partition by customer order by valid_from)
    qualify valid_to > valid_from
)
select
    c.customer_id,
    h.valid_from,
    h.valid_to,
    d.customer_type,
    d.account_manager_key,
    h.state::varchar as state,
    h.abc_tier::varchar as abc_tier,
    h.rfm_name::varchar as rfm_name
from history as h
join numbered_customer as c using (customer)
join warehouse.dim_customer as d using (customer_id);
copy warehouse.dim_customer_history to '{out}/dims/dim_customer_history.parquet' ({parquet});
drop table value_span;
drop table purchase_span;
drop table numbered_customer;
drop table numbered_key;
