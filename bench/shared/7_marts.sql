-- Marts, from the warehouse's own facts.

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

-- step: mart_customer
create table warehouse.mart_customer as
with merged as (
    select customer_key, customer_id
    from warehouse.dim_customer_identity
    where customer_key <> customer_id
),
-- Every key of a customer with several: the few rows that may share a purchase day.
shared as (
    select customer_key, customer_id from merged
    union
    select customer_id as customer_key, customer_id from merged
),
value_months as (
    select
        customer_key,
        case when first_sold_on <= date '{as_of}' then first_sold_on end as first_deal_on,
        case when last_sold_on <= date '{as_of}' then last_sold_on when first_sold_on <= date '{as_of}' then first_sold_on end as last_deal_on,
        documents,
        net_amount,
        returns_amount,
        costed_net_amount,
        margin_amount,
        cost_to_serve_amount
    from warehouse.fact_customer_value
    where customer_key <> 'anonymous' and month <= date '{as_of}'
),
valued as (
    select
        coalesce(merged.customer_id, customer_key) as customer_id,
        min(first_deal_on) as first_deal_on,
        max(last_deal_on) as last_deal_on,
        sum(documents) as documents,
        sum(net_amount) as net_amount,
        sum(returns_amount) as returns_amount,
        sum(costed_net_amount) as costed_net_amount,
        sum(margin_amount) as margin_amount,
        sum(cost_to_serve_amount) as cost_to_serve_amount
    from value_months
    left join merged using (customer_key)
    group by 1
    having min(first_deal_on) is not null
),
-- The twelve calendar months that end with as_of's.
trailing_year as (
    select
        coalesce(merged.customer_id, customer_key) as customer_id,
        sum(net_amount) as net_amount,
        sum(costed_net_amount) as costed_net_amount,
        sum(margin_amount) as margin_amount,
        sum(cost_to_serve_amount) as cost_to_serve_amount
    from warehouse.fact_customer_value
    left join merged using (customer_key)
    where customer_key <> 'anonymous'
        and month <= date '{as_of}'
        and month > (date_trunc('month', date '{as_of}')::date + to_months(-12::int))::date
    group by 1
),
purchase_months as not materialized (
    select
        customer_key,
        month,
        -- days after as_of do not count yet
        case
            when month < date_trunc('month', date '{as_of}')::date then purchase_days_mask
            else purchase_days_mask & ((2::bigint << day(date '{as_of}')) - 1)
        end as days,
        first_purchase_on,
        last_purchase_on
    from warehouse.fact_retention
    where customer_key <> 'anonymous' and month <= date '{as_of}'
),
purchased as (
    select
        coalesce(merged.customer_id, customer_key) as customer_id,
        sum(bit_count(days)) as frequency,
        min(first_purchase_on) as first_purchase_on,
        max(case when last_purchase_on <= date '{as_of}' then last_purchase_on else month + cast(floor(log2(days)) as integer) - 1 end) as last_purchase_on
    from purchase_months
    left join merged using (customer_key)
    where days <> 0
    group by 1
),
-- A day that two keys of one customer share counts once.
repeated as (
    select customer_id, sum(too_many) as days
    from (
        select customer_id, sum(bit_count(days)) - bit_count(bit_or(days)) as too_many
        from purchase_months
        join shared using (customer_key)
        group by customer_id, month
        having count(*) > 1
    )
    group by customer_id
),
delivered as (
    select
        coalesce(merged.customer_id, customer_key) as customer_id,
        sum(deliveries) as deliveries,
        sum(deliveries_promised) as deliveries_promised,
        sum(deliveries_on_time) as deliveries_on_time
    from warehouse.fact_satisfaction
    left join merged using (customer_key)
    where deliveries > 0 and month <= date '{as_of}'
    group by 1
),
-- The latest, by date and then by key.
last_scores as (
    select
        coalesce(merged.customer_id, a.customer_key) as customer_id,
        max({
            scored_on: coalesce(a.answered_on, a.month), system: a.system, response_id: a.response_id, question_id: a.question_id,
            score: case when q.polarity = -1 then q.lowest + q.highest - a.score else a.score end, scale: q.scale
        }) as latest
    from warehouse.fact_survey_answer as a
    join warehouse.dim_survey_question as q
        on q.system = a.system and q.survey_id = a.survey_id and q.question_id = a.question_id
    left join merged on merged.customer_key = a.customer_key
    where a.customer_key <> 'anonymous' and a.asked_side = 'customer' and a.score is not null
        and q.role = 'overall' and q.scale <> 'text'
        and coalesce(a.answered_on, a.month) <= date '{as_of}'
    group by 1
),
basis as (
    select
        case
            when sum(costed_net_amount) >= 0.95 * sum(net_amount) and count(margin_amount) > 0 then 'margin'
            else 'net'
        end as value_basis
    from trailing_year
),
-- Everybody, with what they are ranked by, before the wide joins.
measured as (
    select
        v.customer_id,
        v.first_deal_on,
        v.last_deal_on,
        v.documents,
        v.net_amount,
        v.returns_amount,
        v.costed_net_amount,
        v.margin_amount,
        v.cost_to_serve_amount,
        b.value_basis,
        coalesce(t.net_amount, 0) as trailing_net_amount,
        coalesce(t.costed_net_amount, 0) as trailing_costed_net_amount,
        t.margin_amount as trailing_margin_amount,
        coalesce(t.cost_to_serve_amount, 0) as trailing_cost_to_serve_amount,
        case b.value_basis when 'margin' then coalesce(t.margin_amount, 0) else coalesce(t.net_amount, 0) end as trailing_value_amount,
        p.first_purchase_on,
        p.last_purchase_on,
        coalesce(p.last_purchase_on, date '0001-01-01') as recency_on,
        coalesce(p.frequency, 0) - coalesce(r.days, 0) as frequency
    from valued as v
    cross join basis as b
    left join trailing_year as t on t.customer_id = v.customer_id
    left join purchased as p on p.customer_id = v.customer_id
    left join repeated as r on r.customer_id = v.customer_id
),
-- The values that cut customers into fifths: a score is 1 and how many of them lie below.
-- At least k fifths of all are worse exactly if the k-th cut lies below.
cuts as (
    select
        sum(greatest(trailing_value_amount, 0)) as value_amount,
        quantile_disc(recency_on, [0.2, 0.4, 0.6, 0.8]) as recency,
        quantile_disc(frequency, [0.2, 0.4, 0.6, 0.8]) as frequency,
        quantile_disc(trailing_value_amount, [0.2, 0.4, 0.6, 0.8]) as value
    from measured
),
ranked as (
    select
        *,
        row_number() over by_value as value_rank,
        sum(greatest(trailing_value_amount, 0)) over (by_value rows unbounded preceding) - greatest(trailing_value_amount, 0) as value_before_amount
    from measured
    window by_value as (order by trailing_value_amount desc, customer_id)
),
scored as (
    select
        r.*,
        case
            when 100 * r.value_before_amount < 80 * c.value_amount then 'A'
            when 100 * r.value_before_amount < 95 * c.value_amount then 'B'
            else 'C'
        end as abc_tier,
        1 + (r.recency_on > c.recency[1])::int + (r.recency_on > c.recency[2])::int + (r.recency_on > c.recency[3])::int + (r.recency_on > c.recency[4])::int as recency_score,
        1 + (r.frequency > c.frequency[1])::int + (r.frequency > c.frequency[2])::int + (r.frequency > c.frequency[3])::int + (r.frequency > c.frequency[4])::int as frequency_score,
        1 + (r.trailing_value_amount > c.value[1])::int + (r.trailing_value_amount > c.value[2])::int + (r.trailing_value_amount > c.value[3])::int + (r.trailing_value_amount > c.value[4])::int as monetary_score
    from ranked as r
    cross join cuts as c
),
customers as (
    select
        (s.last_deal_on + to_months(12::int))::date as lapses_on,
        s.*,
        coalesce(d.deliveries, 0) as deliveries,
        coalesce(d.deliveries_promised, 0) as deliveries_promised,
        coalesce(d.deliveries_on_time, 0) as deliveries_on_time,
        l.latest
    from scored as s
    left join delivered as d on d.customer_id = s.customer_id
    left join last_scores as l on l.customer_id = s.customer_id
)
select
    cast(c.customer_id as varchar) as customer_id,
    cast(date '{as_of}' as date) as as_of,
    cast(coalesce(k.keys, 1) as bigint) as keys,
    cast(k.systems as varchar) as systems,
    cast(k.customer_type as varchar) as customer_type,
    cast(k.city as varchar) as city,
    cast(k.region as varchar) as region,
    cast(k.country as varchar) as country,
    cast(k.birth_year as integer) as birth_year,
    cast(k.industry as varchar) as industry,
    cast(k.size as varchar) as size,
    cast(k.parent_customer_id as varchar) as parent_customer_id,
    cast(k.account_manager_key as varchar) as account_manager_key,
    cast(date_trunc('month', c.first_purchase_on)::date as date) as first_month,
    cast(c.first_purchase_on as date) as first_purchase_on,
    cast(c.last_purchase_on as date) as last_purchase_on,
    cast((date '{as_of}' - c.last_purchase_on)::int as integer) as recency_days,
    cast((date '{as_of}' - c.first_purchase_on)::int as integer) as tenure_days,
    cast(c.frequency as bigint) as frequency,
    cast(c.first_deal_on as date) as first_deal_on,
    cast(c.last_deal_on as date) as last_deal_on,
    cast(c.documents as bigint) as documents,
    cast(c.net_amount as decimal(18, 4)) as net_amount,
    cast(c.returns_amount as decimal(18, 4)) as returns_amount,
    cast(c.net_amount::double / nullif(c.documents::double, 0) as double) as average_order_amount,
    cast(c.costed_net_amount as decimal(18, 4)) as costed_net_amount,
    cast(case when c.costed_net_amount >= 0.95 * c.net_amount then c.margin_amount end as decimal(18, 4)) as margin_amount,
    cast(c.cost_to_serve_amount as decimal(18, 4)) as cost_to_serve_amount,
    cast(c.trailing_net_amount as decimal(18, 4)) as trailing_net_amount,
    cast(case when c.trailing_costed_net_amount >= 0.95 * c.trailing_net_amount then c.trailing_margin_amount end as decimal(18, 4)) as trailing_margin_amount,
    cast(c.trailing_value_amount as decimal(18, 4)) as trailing_value_amount,
    cast(c.value_basis as varchar) as value_basis,
    cast(case c.value_basis when 'margin' then c.trailing_value_amount - c.trailing_cost_to_serve_amount end as decimal(18, 4)) as trailing_profit_amount,
    cast(c.value_rank as bigint) as value_rank,
    cast(c.value_before_amount as decimal(18, 4)) as value_before_amount,
    cast(c.abc_tier as varchar) as abc_tier,
    cast(c.recency_score as integer) as recency_score,
    cast(c.frequency_score as integer) as frequency_score,
    cast(c.monetary_score as integer) as monetary_score,
    cast(c.recency_score || '' || c.frequency_score || c.monetary_score as varchar) as rfm,
    cast(
        case
            when c.recency_score = 5 and c.frequency_score >= 4 then 'champion'
            when c.recency_score >= 3 and c.frequency_score >= 4 then 'loyal'
            when c.recency_score >= 4 and c.frequency_score >= 2 then 'potential_loyal'
            when c.recency_score = 5 then 'new'
            when c.recency_score = 4 then 'promising'
            when c.recency_score = 3 and c.frequency_score = 3 then 'needs_attention'
            when c.recency_score = 3 then 'about_to_sleep'
            when c.frequency_score = 5 then 'cannot_lose'
            when c.frequency_score >= 3 then 'at_risk'
            else 'hibernating'
        end as varchar
    ) as rfm_name,
    cast(case when c.lapses_on < date '{as_of}' then 'lost' else 'actual' end as varchar) as state,
    cast(case when c.lapses_on < date '{as_of}' then 'dormant' else 'existing' end as varchar) as list,
    cast(c.lapses_on as date) as lapses_on,
    cast(c.deliveries as bigint) as deliveries,
    cast(c.deliveries_promised as bigint) as deliveries_promised,
    cast(c.deliveries_on_time as bigint) as deliveries_on_time,
    cast(c.latest.score as decimal(9, 4)) as last_score,
    cast(c.latest.scale as varchar) as last_score_scale,
    cast(c.latest.scored_on as date) as last_scored_on
from customers as c
left join warehouse.dim_customer as k on k.customer_id = c.customer_id;
copy warehouse.mart_customer to '{out}/marts/mart_customer.parquet' ({parquet});

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
        case when first_sold_on <= date '{as_of}' then least(last_sold_on, date '{as_of}') end as last_deal_on,
        net_amount
    from warehouse.fact_customer_value
    left join merged using (customer_key)
    where customer_key <> 'anonymous' and month <= date '{as_of}'
),
-- Customers by a number, since numbers sort faster than ids, with all their months.
numbered as (
    select row_number() over () as customer, first_deal_number, months
    from (
        select
            min(number) filter (where last_deal_on is not null) as first_deal_number,
            list({number: number, last_deal_on: last_deal_on, net_amount: net_amount}) as months
        from customer_months
        group by customer_id
    )
),
active_months as (
    select customer, first_deal_number, unnest(months, recursive := true) from numbered
),
-- The last deal of each month with a deal, and when the next such month comes.
deals as (
    select
        last_deal_on,
        cast(date_trunc('month', last_deal_on) as date) as month,
        cast(date_trunc('month', lead(last_deal_on) over by_customer) as date) as next_month,
        lag(last_deal_on) over by_customer is null as is_first
    from active_months
    where last_deal_on is not null
    window by_customer as (partition by customer order by last_deal_on)
),
lapse as (
    select month, next_month, is_first, cast(cast(last_deal_on as date) + to_months(cast(12 as integer)) as date) as lapses_on
    from deals
),
-- lost_month is the first at whose end (at as_of, when it is open) the window is over.
moves as (
    select
        month,
        is_first,
        next_month,
        case
            when lapses_on < least(last_day(lapses_on), date '{as_of}') then cast(date_trunc('month', lapses_on) as date)
            else cast(cast(cast(date_trunc('month', lapses_on) as date) as date) + to_months(cast(1 as integer)) as date)
        end as lost_month
    from lapse
),
events as (
    select month, count(*) as new, 0 as lost, 0 as reactivated
    from moves
    where is_first
    group by month
    union all
    select lost_month, 0, count(*), 0
    from moves
    where next_month is null or next_month > lost_month
    group by lost_month
    union all
    select next_month, 0, 0, count(*)
    from moves
    where next_month > lost_month
    group by next_month
),
months as (
    select unnest(generate_series(min(month), cast(date_trunc('month', date '{as_of}') as date), interval 1 month))::date as month
    from events
    having min(month) is not null
),
flows as (
    select
        month,
        coalesce(sum(new), 0) as new,
        coalesce(sum(lost), 0) as lost,
        coalesce(sum(reactivated), 0) as reactivated
    from months
    left join events using (month)
    group by month
),
stocks as (
    select
        month,
        new,
        lost,
        reactivated,
        sum(new + reactivated - lost) over (order by month) as customers_after,
        sum(lost - reactivated) over (order by month) as dormant
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
spans as (
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
        customers_after - new - reactivated + lost as customers_before,
        customers_after - new - reactivated as kept,
        lost,
        reactivated,
        new,
        customers_after,
        dormant,
        revenue_before,
        expansion,
        contraction,
        churned,
        new_revenue,
        reactivated_revenue,
        cast(customers_after - new - reactivated + lost as double) as n,
        cast(customers_after - new - reactivated as double) as k,
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
    cast(customers_after as bigint) as customers_after,
    cast(dormant as bigint) as dormant,
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

-- step: mart_csat
create table warehouse.mart_csat as
with questions as (
    select system, survey_id, question_id, role, driver, scale, polarity, lowest, highest
    from warehouse.dim_survey_question
    where scale in ('grade4', 'csat5', 'ces7')
),
scores as (
    select
        a.month,
        a.system || ':' || a.survey_id as survey_key,
        a.question_id,
        q.role,
        q.driver,
        q.scale,
        q.highest,
        coalesce(a.channel, 'none') as channel,
        a.customer_key = 'anonymous' as is_anonymous,
        case when q.polarity < 0 then q.lowest + q.highest - a.score else a.score end as score
    from warehouse.fact_survey_answer as a
    join questions as q on q.system = a.system and q.survey_id = a.survey_id and q.question_id = a.question_id
    where a.asked_side = 'customer'
        and a.score = floor(a.score)
        and a.score between q.lowest and q.highest
),
cards as (
    select month, system || ':' || survey_id as survey_key, coalesce(channel, 'none') as channel, is_answered
    from warehouse.fact_survey_response
    where asked_side = 'customer' and handed_on is not null
),
answered as (
    select
        month,
        survey_key,
        question_id,
        role,
        driver,
        scale,
        case when grouping(channel) = 1 then 'all' else 'channel' end as segment_kind,
        case when grouping(channel) = 1 then 'all' else channel end as segment,
        count(*) as answers,
        count(*) filter (where score > highest - case scale when 'ces7' then 3 else 2 end) as satisfied,
        sum(score) as score_sum,
        count(*) filter (where is_anonymous) as anonymous_answers,
        cast(1.959963985 as double) as z
    from scores
    group by grouping sets (
        (month, survey_key, question_id, role, driver, scale),
        (month, survey_key, question_id, role, driver, scale, channel)
    )
),
handed as (
    select
        month,
        survey_key,
        case when grouping(channel) = 1 then 'all' else 'channel' end as segment_kind,
        case when grouping(channel) = 1 then 'all' else channel end as segment,
        count(*) as cards_handed,
        count(*) filter (where is_answered) as cards_answered
    from cards
    group by grouping sets ((month, survey_key), (month, survey_key, channel))
)
select
    cast(month as date) as month,
    cast(segment_kind as varchar) as segment_kind,
    cast(segment as varchar) as segment,
    cast(survey_key as varchar) as survey_key,
    cast(question_id as varchar) as question_id,
    cast(role as varchar) as role,
    cast(driver as varchar) as driver,
    cast(scale as varchar) as scale,
    cast(answers as bigint) as answers,
    cast(satisfied as bigint) as satisfied,
    cast(((satisfied)::double / nullif((answers)::double, 0)) as double) as csat,
    -- Wilson (1927), as method 3 of Newcombe (1998)
    cast(((satisfied + z * z / 2 - z * sqrt(satisfied * (answers - satisfied) / answers + z * z / 4))::double / nullif((answers + z * z)::double, 0)) as double) as csat_low,
    cast(((satisfied + z * z / 2 + z * sqrt(satisfied * (answers - satisfied) / answers + z * z / 4))::double / nullif((answers + z * z)::double, 0)) as double) as csat_high,
    cast(score_sum as decimal(18, 4)) as score_sum,
    cast(((score_sum)::double / nullif((answers)::double, 0)) as double) as score_mean,
    cast(anonymous_answers as bigint) as anonymous_answers,
    cast(((anonymous_answers)::double / nullif((answers)::double, 0)) as double) as anonymous_share,
    cast(coalesce(cards_handed, 0) as bigint) as cards_handed,
    cast(coalesce(cards_answered, 0) as bigint) as cards_answered,
    cast(((cards_answered)::double / nullif((cards_handed)::double, 0)) as double) as response_rate
from answered
left join handed using (month, segment_kind, segment, survey_key);
copy warehouse.mart_csat to '{out}/marts/mart_csat' ({parquet}, partition_by (month), write_partition_columns true);

-- step: mart_nps
create table warehouse.mart_nps as
with questions as (
    select system, survey_id, question_id, polarity
    from warehouse.dim_survey_question
    where scale = 'nps' and role = 'overall'
),
scores as (
    select
        a.month,
        a.system || ':' || a.survey_id as survey_key,
        coalesce(a.channel, 'none') as channel,
        a.customer_key = 'anonymous' as is_anonymous,
        case when q.polarity < 0 then 10 - a.score else a.score end as score
    from warehouse.fact_survey_answer as a
    join questions as q on q.system = a.system and q.survey_id = a.survey_id and q.question_id = a.question_id
    where a.asked_side = 'customer'
        and a.score = floor(a.score)
        and a.score between 0 and 10
),
cards as (
    select month, system || ':' || survey_id as survey_key, coalesce(channel, 'none') as channel, is_answered
    from warehouse.fact_survey_response
    where asked_side = 'customer'
        and handed_on is not null
        and (system, survey_id) in (select (system, survey_id) from questions)
),
answered as (
    select
        month,
        survey_key,
        case when grouping(channel) = 1 then 'all' else 'channel' end as segment_kind,
        case when grouping(channel) = 1 then 'all' else channel end as segment,
        count(*) as answers,
        count(*) filter (where score >= 9) as promoters,
        count(*) filter (where score between 7 and 8) as passives,
        count(*) filter (where score <= 6) as detractors,
        count(*) filter (where is_anonymous) as anonymous_answers
    from scores
    group by grouping sets ((month, survey_key), (month, survey_key, channel))
),
handed as (
    select
        month,
        survey_key,
        case when grouping(channel) = 1 then 'all' else 'channel' end as segment_kind,
        case when grouping(channel) = 1 then 'all' else channel end as segment,
        count(*) as cards_handed,
        count(*) filter (where is_answered) as cards_answered
    from cards
    group by grouping sets ((month, survey_key), (month, survey_key, channel))
),
together as (
    select
        month,
        segment_kind,
        segment,
        survey_key,
        coalesce(answers, 0) as answers,
        coalesce(promoters, 0) as promoters,
        coalesce(passives, 0) as passives,
        coalesce(detractors, 0) as detractors,
        coalesce(anonymous_answers, 0) as anonymous_answers,
        coalesce(cards_handed, 0) as cards_handed,
        coalesce(cards_answered, 0) as cards_answered,
        -- Rocks (2016): null without answers
        (promoters + 0.75::double) / (answers + 3) as p,
        (detractors + 0.75::double) / (answers + 3) as d,
        answers + 3 as n
    from answered
    full join handed using (month, segment_kind, segment, survey_key)
),
estimated as (
    select *, 1.959963985::double * sqrt((p + d - (p - d) * (p - d)) / n) as reach
    from together
)
select
    cast(month as date) as month,
    cast(segment_kind as varchar) as segment_kind,
    cast(segment as varchar) as segment,
    cast(survey_key as varchar) as survey_key,
    cast(answers as bigint) as answers,
    cast(promoters as bigint) as promoters,
    cast(passives as bigint) as passives,
    cast(detractors as bigint) as detractors,
    cast(((100 * (promoters - detractors))::double / nullif((answers)::double, 0)) as double) as nps,
    cast(100 * (p - d) as double) as nps_adjusted,
    cast(case when n is not null then greatest(-100, 100 * (p - d - reach)) end as double) as nps_low,
    cast(case when n is not null then least(100, 100 * (p - d + reach)) end as double) as nps_high,
    cast(anonymous_answers as bigint) as anonymous_answers,
    cast(((anonymous_answers)::double / nullif((answers)::double, 0)) as double) as anonymous_share,
    cast(cards_handed as bigint) as cards_handed,
    cast(cards_answered as bigint) as cards_answered,
    cast(((cards_answered)::double / nullif((cards_handed)::double, 0)) as double) as response_rate
from estimated;
copy warehouse.mart_nps to '{out}/marts/mart_nps' ({parquet}, partition_by (month), write_partition_columns true);

-- step: mart_delivery
create table warehouse.mart_delivery as
with shipments as (
    select
        month,
        system,
        document_id,
        coalesce(store_key, 'none') as store_key,
        is_delivered,
        is_on_time,
        case when is_delivered then in_full end as in_full,
        case when is_on_time is not null then days_promised end as days_promised,
        case when is_on_time is not null then days_late end as days_late,
        days_taken
    from warehouse.fact_shipment
),
counted as (
    select
        month,
        store_key,
        count(*) as shipments,
        count(*) filter (where is_delivered) as delivered,
        count(is_on_time) as promised,
        count(*) filter (where is_on_time) as on_time,
        count(in_full) as told_in_full,
        count(*) filter (where in_full) as in_full,
        count(*) filter (where is_on_time is not null and in_full is not null) as otif_base,
        count(*) filter (where is_on_time and in_full) as on_time_in_full,
        coalesce(sum(days_promised), 0) as days_promised_sum,
        count(days_promised) as days_promised_base,
        coalesce(sum(days_taken) filter (where days_promised is not null), 0) as days_taken_of_promised_sum,
        coalesce(sum(days_taken), 0) as days_taken_sum,
        count(days_taken) as days_taken_base,
        sum(days_late) as days_late_sum,
        cast(1.959963985 as double) as z
    from shipments
    group by month, store_key
),
document_shipments as (
    select month, system, document_id, store_key, bool_and(is_on_time) as is_on_time
    from shipments
    where is_on_time is not null
    group by month, system, document_id, store_key
),
-- Each answer from 0 (worst) to 1 (best) of its scale, so that scales can be averaged.
answers as (
    select
        a.month,
        a.system,
        a.document_id,
        cast(case when q.polarity = -1 then q.highest - a.score else a.score - q.lowest end as decimal(9, 4)) as points,
        q.highest - q.lowest as points_at_best
    from warehouse.fact_survey_answer as a
    join warehouse.dim_survey_question as q
        on q.system = a.system and q.survey_id = a.survey_id and q.question_id = a.question_id
    where a.asked_side = 'customer'
        and q.role = 'overall'
        and q.scale <> 'text'
        and a.score between q.lowest and q.highest
),
-- Sums of points by scale are exact; only a handful of quotients is added up.
scored as (
    select month, store_key, is_on_time, sum(answers) as answers, sum(points / points_at_best order by points_at_best) as total
    from (
        select s.month, s.store_key, s.is_on_time, a.points_at_best, count(*) as answers, sum(a.points) as points
        from answers as a
        join document_shipments as s on s.month = a.month and s.system = a.system and s.document_id = a.document_id
        group by s.month, s.store_key, s.is_on_time, a.points_at_best
    )
    group by month, store_key, is_on_time
)
select
    cast(c.month as date) as month,
    cast(c.store_key as varchar) as store_key,
    cast(c.shipments as bigint) as shipments,
    cast(c.delivered as bigint) as delivered,
    cast(c.promised as bigint) as promised,
    cast(c.on_time as bigint) as on_time,
    cast(c.told_in_full as bigint) as told_in_full,
    cast(c.in_full as bigint) as in_full,
    cast(c.otif_base as bigint) as otif_base,
    cast(c.on_time_in_full as bigint) as on_time_in_full,
    cast(((c.on_time)::double / nullif((c.promised)::double, 0)) as double) as on_time_share,
    -- Wilson (1927), as method 3 of Newcombe (1998)
    cast(((c.on_time + z * z / 2 - z * sqrt(c.on_time * (c.promised - c.on_time) / nullif(c.promised, 0) + z * z / 4))::double / nullif((nullif(c.promised, 0) + z * z)::double, 0)) as double) as on_time_low,
    cast(((c.on_time + z * z / 2 + z * sqrt(c.on_time * (c.promised - c.on_time) / nullif(c.promised, 0) + z * z / 4))::double / nullif((nullif(c.promised, 0) + z * z)::double, 0)) as double) as on_time_high,
    cast(((c.on_time_in_full)::double / nullif((c.otif_base)::double, 0)) as double) as on_time_in_full_share,
    cast(c.days_promised_sum as bigint) as days_promised_sum,
    cast(c.days_taken_of_promised_sum as bigint) as days_taken_of_promised_sum,
    cast(c.days_taken_sum as bigint) as days_taken_sum,
    cast(c.days_taken_base as bigint) as days_taken_base,
    cast(((c.days_promised_sum)::double / nullif((c.days_promised_base)::double, 0)) as double) as days_promised,
    cast(((c.days_taken_sum)::double / nullif((c.days_taken_base)::double, 0)) as double) as days_taken,
    cast(((c.days_late_sum)::double / nullif((c.promised)::double, 0)) as double) as days_late,
    cast(coalesce(t.answers, 0) as bigint) as scores_on_time,
    cast(coalesce(l.answers, 0) as bigint) as scores_late,
    cast(((t.total)::double / nullif((t.answers)::double, 0)) as double) as score_on_time,
    cast(((l.total)::double / nullif((l.answers)::double, 0)) as double) as score_late
from counted as c
left join scored as t on t.month = c.month and t.store_key = c.store_key and t.is_on_time
left join scored as l on l.month = c.month and l.store_key = c.store_key and not l.is_on_time;
copy warehouse.mart_delivery to '{out}/marts/mart_delivery' ({parquet}, partition_by (month), write_partition_columns true);

-- step: mart_price_volume_mix
create table warehouse.mart_price_volume_mix as
with sold as (
    select month, product_key, quantity, net_amount
    from warehouse.mart_product_month
    where month <= date '{as_of}'
),
history as (
    select (min(month) + to_months(12::int))::date as compared_from from sold
),
-- Each month beside the same one last year.
both_years as (
    select month, product_key, quantity, net_amount, 0 as quantity_before, 0 as net_amount_before
    from sold
    where month >= (select compared_from from history)
    union all
    select (month + to_months(12::int))::date, product_key, 0, 0, quantity, net_amount
    from sold
    where (month + to_months(12::int))::date <= date '{as_of}'
),
articles as (
    select
        month,
        product_key,
        sum(quantity) as quantity,
        sum(net_amount) as net_amount,
        sum(quantity_before) as quantity_before,
        sum(net_amount_before) as net_amount_before
    from both_years
    group by month, product_key
),
told as (
    select
        month,
        coalesce(p.category, 'none') as category,
        quantity,
        net_amount,
        quantity_before,
        net_amount_before,
        case
            when quantity > 0 and quantity_before > 0 then 'both'
            when quantity > 0 then 'new'
            when quantity_before > 0 then 'lost'
            else 'returned'
        end as sold_in,
        -- this year's quantity at last year's price
        cast((net_amount_before::double / nullif(quantity_before::double, 0)) * cast(quantity as double) as decimal(18, 4)) as repriced_amount
    from articles
    left join warehouse.dim_product as p using (product_key)
),
categories as (
    select
        month,
        category,
        sum(net_amount) as net_amount,
        sum(net_amount_before) as net_amount_before,
        coalesce(sum(net_amount) filter (where sold_in = 'both'), 0) as both_amount,
        coalesce(sum(net_amount_before) filter (where sold_in = 'both'), 0) as both_amount_before,
        coalesce(sum(repriced_amount) filter (where sold_in = 'both'), 0) as repriced_amount,
        coalesce(sum(quantity) filter (where sold_in = 'both'), 0) as quantity,
        coalesce(sum(quantity_before) filter (where sold_in = 'both'), 0) as quantity_before,
        coalesce(sum(net_amount - net_amount_before) filter (where sold_in = 'new'), 0) as new_amount,
        coalesce(sum(net_amount - net_amount_before) filter (where sold_in in ('lost', 'returned')), 0) as lost_amount,
        count(*) filter (where sold_in = 'both') as articles_both,
        count(*) filter (where sold_in = 'new') as articles_new,
        count(*) filter (where sold_in = 'lost') as articles_lost
    from told
    group by month, category
),
grown as (
    select
        *,
        coalesce(cast(((quantity::double / nullif(quantity_before::double, 0)) - 1) * cast(both_amount_before as double) as decimal(18, 4)), 0) as volume_amount
    from categories
)
select
    cast(month as date) as month,
    cast(category as varchar) as category,
    cast(trim(split_part(category, '/', 1)) as varchar) as category_1,
    cast(last_day(month) > date '{as_of}' as boolean) as is_open,
    cast(net_amount as decimal(18, 4)) as net_amount,
    cast(net_amount_before as decimal(18, 4)) as net_amount_before,
    cast(net_amount - net_amount_before as decimal(18, 4)) as change_amount,
    cast(volume_amount as decimal(18, 4)) as volume_amount,
    cast(repriced_amount - both_amount_before - volume_amount as decimal(18, 4)) as mix_amount,
    cast(both_amount - repriced_amount as decimal(18, 4)) as price_amount,
    cast(new_amount as decimal(18, 4)) as new_amount,
    cast(lost_amount as decimal(18, 4)) as lost_amount,
    cast(articles_both as bigint) as articles_both,
    cast(articles_new as bigint) as articles_new,
    cast(articles_lost as bigint) as articles_lost,
    cast(quantity as decimal(18, 4)) as quantity,
    cast(quantity_before as decimal(18, 4)) as quantity_before
from grown;
copy warehouse.mart_price_volume_mix to '{out}/marts/mart_price_volume_mix.parquet' ({parquet});
