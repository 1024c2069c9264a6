-- What customers were worth, and how often they had bought, at the end of each month.

-- step: month ends
-- Those that are over, and by what the value of their trailing year is reckoned.
create table month_end as
with summed as (
    select
        month,
        sum(net_amount) as net_amount,
        sum(costed_net_amount) as costed_net_amount,
        count(margin_amount) as margins
    from warehouse.fact_customer_value
    where customer_key <> 'anonymous'
    group by month
),
ends as (
    select unnest(generate_series(min(month), date_trunc('month', date '{as_of}' + 1) - interval 1 month, interval 1 month))::date as month
    from summed
)
select e.month, coalesce(sum(s.costed_net_amount) >= 0.95 * sum(s.net_amount) and sum(s.margins) > 0, false) as by_margin
from ends as e
left join summed as s on s.month <= e.month and s.month > e.month - interval 12 month
group by e.month;
-- Customers by a number, since numbers sort faster than ids.
create table numbered_customer as
select customer_id, row_number() over ()::int as customer, count(*) > 1 as is_shared
from warehouse.dim_customer_identity
group by customer_id;
create table numbered_key as
select i.customer_key, c.customer, c.is_shared
from warehouse.dim_customer_identity as i
join numbered_customer as c using (customer_id);

-- step: values at month ends
-- Where the value of the trailing twelve months is another than a month before.
create table value_span as
with bases as (
    select by_margin, min(number) as number, max(number) + 1 as next_number
    from (
        select number, by_margin, number - row_number() over (partition by by_margin order by number) as stretch
        from (select *, 12 * year(month) + month(month) as number from month_end)
    )
    group by by_margin, stretch
),
customer_months as (
    select
        k.customer,
        b.by_margin,
        12 * year(v.month) + month(v.month) as number,
        case when b.by_margin then coalesce(v.margin_amount, 0) else v.net_amount end as value_amount,
        (v.first_sold_on is not null)::int as deals
    from warehouse.fact_customer_value as v
    join numbered_key as k using (customer_key)
    cross join (select distinct by_margin from month_end) as b
    where v.month in (select month from month_end)
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
    s.customer,
    c.customer_id,
    make_date((s.number - 1) // 12, (s.number - 1) % 12 + 1, 1) as month,
    make_date((s.next_number - 1) // 12, (s.next_number - 1) % 12 + 1, 1) as next_month,
    s.value_amount::decimal(18, 4) as value_amount
from spans as s
join numbered_customer as c using (customer);

-- step: purchases at month ends
-- Purchase days by the end of each month with one, or with a deal without one.
create table purchase_span as
with bought as (
    select k.customer, k.is_shared, r.month, r.purchase_days_mask, r.last_purchase_on
    from warehouse.fact_retention as r
    join numbered_key as k using (customer_key)
    where r.purchase_days_mask <> 0 and r.month in (select month from month_end)
    union all
    select k.customer, k.is_shared, r.month, 0, null
    from warehouse.fact_retention as r
    join warehouse.fact_customer_value as v on v.customer_key = r.customer_key and v.month = r.month
    join numbered_key as k on k.customer_key = r.customer_key
    where r.purchase_days_mask = 0 and v.first_sold_on is not null and r.month in (select month from month_end)
),
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
    customer,
    month,
    coalesce(next_month, (select max(month) + interval 1 month from month_end))::date as next_month,
    frequency::bigint as frequency,
    coalesce(last_purchase_on, date '0001-01-01') as last_purchase_on,
    (case when not is_first then frequency - days end)::bigint as last_frequency,
    case when not is_first then coalesce(last_recency_on, date '0001-01-01') end as last_recency_on
from spans;

-- step: cuts of month ends
-- The values that cut each day's customers into ABC tiers, and into fifths by recency and frequency.
create table month_end_cut as
-- What each month has more or less of each value than the one before, and from that how many
-- customers have it at each month end.
with purchase_changes as (
    select month, last_purchase_on, frequency, count(*) as customers, grouping(last_purchase_on) as by_frequency
    from purchase_span
    group by grouping sets ((month, last_purchase_on), (month, frequency))
    union all
    select next_month, last_purchase_on, frequency, -count(*), grouping(last_purchase_on)
    from purchase_span
    group by grouping sets ((next_month, last_purchase_on), (next_month, frequency))
),
purchased as (
    select e.month, c.by_frequency, c.last_purchase_on, c.frequency, sum(c.customers) as customers
    from month_end as e
    join purchase_changes as c on c.month <= e.month
    group by all
    having sum(c.customers) > 0
),
passed as (
    select
        month,
        last_purchase_on,
        frequency,
        5 * sum(customers) over (partition by month, by_frequency order by last_purchase_on, frequency) as customers_by_it,
        sum(customers) over (partition by month, by_frequency) as customers
    from purchased
),
fifths as (
    select
        month,
        min(last_purchase_on) filter (where customers_by_it >= customers) as recency_cut_1,
        min(last_purchase_on) filter (where customers_by_it >= 2 * customers) as recency_cut_2,
        min(last_purchase_on) filter (where customers_by_it >= 3 * customers) as recency_cut_3,
        min(last_purchase_on) filter (where customers_by_it >= 4 * customers) as recency_cut_4,
        min(frequency) filter (where customers_by_it >= customers) as frequency_cut_1,
        min(frequency) filter (where customers_by_it >= 2 * customers) as frequency_cut_2,
        min(frequency) filter (where customers_by_it >= 3 * customers) as frequency_cut_3,
        min(frequency) filter (where customers_by_it >= 4 * customers) as frequency_cut_4
    from passed
    group by month
),
-- Values above zero in narrow bands, so that only those in which a tier ends are ranked. A square
-- root is rounded exactly, and so never puts a higher value into a lower band.
valued as materialized (
    select customer_id, month, next_month, value_amount, cast(floor(4 * sqrt(value_amount)) as bigint) as band
    from value_span
    where value_amount > 0
),
value_changes as (
    select month, band, sum(value_amount) as value_amount from valued group by month, band
    union all
    select next_month, band, -sum(value_amount) from valued group by next_month, band
),
bands as (
    select e.month, c.band, sum(c.value_amount) as value_amount
    from month_end as e
    join value_changes as c on c.month <= e.month
    group by e.month, c.band
    having sum(c.value_amount) > 0
),
ranked_bands as (
    select
        month,
        band,
        sum(value_amount) over (partition by month order by band desc) - value_amount as before_amount,
        sum(value_amount) over (partition by month) as whole_amount
    from bands
),
-- The band with the last customer before whom less than so many percent are reached.
last_bands as (
    select b.month, p.percent, min(b.band) as band, max(b.before_amount) as before_amount, any_value(b.whole_amount) as whole_amount
    from ranked_bands as b
    join (values (80), (95)) as p (percent) on 100 * b.before_amount < p.percent * b.whole_amount
    group by b.month, p.percent
),
candidates as (
    select
        b.month,
        b.percent,
        b.whole_amount,
        v.customer_id,
        v.value_amount,
        b.before_amount - v.value_amount + sum(v.value_amount) over (
            partition by b.month, b.percent order by v.value_amount desc, v.customer_id rows unbounded preceding
        ) as before_amount
    from last_bands as b
    join valued as v on v.band = b.band and v.month <= b.month and v.next_month > b.month
),
tiers as (
    select
        month,
        max({amount: -value_amount, id: customer_id}) filter (where percent = 80) as a,
        max({amount: -value_amount, id: customer_id}) filter (where percent = 95) as b
    from candidates
    where 100 * before_amount < percent * whole_amount
    group by month
)
select
    cast(f.month as date) as month,
    cast(-t.a.amount as decimal(18, 4)) as a_amount,
    cast(t.a.id as varchar) as a_customer_id,
    cast(-t.b.amount as decimal(18, 4)) as b_amount,
    cast(t.b.id as varchar) as b_customer_id,
    cast(f.recency_cut_1 as date) as recency_cut_1,
    cast(f.recency_cut_2 as date) as recency_cut_2,
    cast(f.recency_cut_3 as date) as recency_cut_3,
    cast(f.recency_cut_4 as date) as recency_cut_4,
    cast(f.frequency_cut_1 as bigint) as frequency_cut_1,
    cast(f.frequency_cut_2 as bigint) as frequency_cut_2,
    cast(f.frequency_cut_3 as bigint) as frequency_cut_3,
    cast(f.frequency_cut_4 as bigint) as frequency_cut_4
from fifths as f
left join tiers as t on t.month = f.month;
