-- Everybody who ever bought.

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
-- Few customers: who was recorded as lost, and did not buy after that.
departed as (
    select
        v.customer_id,
        min(d.lost_on) as departed_on,
        arg_min(d.kind, (d.kind = 'unknown', d.lost_on, d.kind)) as kind
    from departure as d
    join valued as v on v.customer_id = d.customer_id and v.last_deal_on <= d.lost_on
    where d.lost_on <= date '{as_of}'
    group by v.customer_id
),
last_contacts as (
    select
        coalesce(merged.customer_id, c.customer_key) as customer_id,
        max({
            contacted_on: c.contacted_on, contacted_at: coalesce(c.contacted_at, timestamptz '0001-01-01 00:00:00+00'), system: c.system,
            contact_id: c.contact_id, channel: c.channel, direction: c.direction, follow_up_on: c.follow_up_on
        }) as latest
    from warehouse.fact_contact as c
    left join merged on merged.customer_key = c.customer_key
    where c.customer_key <> 'anonymous' and not c.is_abandoned and c.contacted_on <= date '{as_of}'
    group by 1
),
cases as (
    select
        coalesce(merged.customer_id, c.customer_key) as customer_id,
        count(*) filter (where c.is_open) as open_cases,
        min(c.opened_on) filter (where c.is_open) as oldest_on,
        max({
            opened_on: c.opened_on, opened_at: coalesce(c.opened_at, timestamptz '0001-01-01 00:00:00+00'), system: c.system,
            case_id: c.case_id, severity: c.severity, is_open: c.is_open
        }) filter (where c.is_complaint) as complaint
    from (
        select *, not is_resolved or coalesce(resolved_on > date '{as_of}', false) as is_open
        from warehouse.fact_case
        where customer_key <> 'anonymous' and opened_on <= date '{as_of}'
    ) as c
    left join merged on merged.customer_key = c.customer_key
    group by 1
),
promises as (
    select
        coalesce(merged.customer_id, p.customer_key) as customer_id,
        count(*) as open_promises,
        count(*) filter (where p.due_on < date '{as_of}') as overdue_promises,
        min(p.due_on) as due_on
    from warehouse.fact_promise as p
    left join merged on merged.customer_key = p.customer_key
    where p.customer_key <> 'anonymous' and p.made_on <= date '{as_of}' and (p.kept_on is null or p.kept_on > date '{as_of}')
    group by 1
),
-- None is 0 where any come in at all, else null.
kept_track as (
    select
        case when exists (select 1 from warehouse.fact_case) then 0 end as no_cases,
        case when exists (select 1 from warehouse.fact_promise) then 0 end as no_promises
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
by_value as (
    select
        customer_id,
        recency_on,
        frequency,
        row_number() over by_value as value_rank,
        sum(greatest(trailing_value_amount, 0)) over (by_value rows unbounded preceding) - greatest(trailing_value_amount, 0) as value_before_amount
    from measured
    window by_value as (order by trailing_value_amount desc, customer_id)
),
ranked as (
    select
        customer_id,
        value_rank,
        value_before_amount,
        ntile(5) over (order by recency_on, value_rank desc) as recency_fifth,
        ntile(5) over (order by frequency, value_rank desc) as frequency_fifth,
        ntile(5) over (order by value_rank desc) as monetary_fifth
    from by_value
),
scored as (
    select
        m.*,
        r.value_rank,
        r.value_before_amount,
        r.recency_fifth,
        r.frequency_fifth,
        r.monetary_fifth,
        case
            when 100 * r.value_before_amount < 80 * c.value_amount then 'A'
            when 100 * r.value_before_amount < 95 * c.value_amount then 'B'
            else 'C'
        end as abc_tier,
        1 + (m.recency_on > c.recency[1])::int + (m.recency_on > c.recency[2])::int + (m.recency_on > c.recency[3])::int + (m.recency_on > c.recency[4])::int as recency_score,
        1 + (m.frequency > c.frequency[1])::int + (m.frequency > c.frequency[2])::int + (m.frequency > c.frequency[3])::int + (m.frequency > c.frequency[4])::int as frequency_score,
        1 + (m.trailing_value_amount > c.value[1])::int + (m.trailing_value_amount > c.value[2])::int + (m.trailing_value_amount > c.value[3])::int + (m.trailing_value_amount > c.value[4])::int as monetary_score
    from measured as m
    join ranked as r on r.customer_id = m.customer_id
    cross join cuts as c
),
customers as (
    select
        (s.last_deal_on + to_months(12::int))::date as lapses_on,
        s.*,
        coalesce(d.deliveries, 0) as deliveries,
        coalesce(d.deliveries_promised, 0) as deliveries_promised,
        coalesce(d.deliveries_on_time, 0) as deliveries_on_time,
        l.latest,
        g.departed_on,
        g.kind as departure_kind,
        t.latest as contact,
        coalesce(a.open_cases, n.no_cases) as open_cases,
        a.oldest_on,
        a.complaint,
        coalesce(p.open_promises, n.no_promises) as open_promises,
        coalesce(p.overdue_promises, n.no_promises) as overdue_promises,
        p.due_on
    from scored as s
    cross join kept_track as n
    left join delivered as d on d.customer_id = s.customer_id
    left join last_scores as l on l.customer_id = s.customer_id
    left join departed as g on g.customer_id = s.customer_id
    left join last_contacts as t on t.customer_id = s.customer_id
    left join cases as a on a.customer_id = s.customer_id
    left join promises as p on p.customer_id = s.customer_id
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
    cast(c.recency_fifth as integer) as recency_fifth,
    cast(c.frequency_fifth as integer) as frequency_fifth,
    cast(c.monetary_fifth as integer) as monetary_fifth,
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
    cast(case when c.lapses_on < date '{as_of}' or c.departed_on is not null then 'lost' else 'actual' end as varchar) as state,
    cast(case when c.lapses_on < date '{as_of}' then 'dormant' else 'existing' end as varchar) as list,
    cast(c.lapses_on as date) as lapses_on,
    cast(c.departed_on as date) as departed_on,
    cast(c.departure_kind as varchar) as departure_kind,
    cast(least(c.departed_on, case when c.lapses_on < date '{as_of}' then c.lapses_on + 1 end) as date) as lost_on,
    cast(c.contact.contacted_on as date) as last_contact_on,
    cast(c.contact.channel as varchar) as last_contact_channel,
    cast(c.contact.direction as varchar) as last_contact_direction,
    cast(c.open_cases as bigint) as open_cases,
    cast(c.complaint.opened_on as date) as last_complaint_on,
    cast(c.complaint.severity as varchar) as last_complaint_severity,
    cast(c.complaint.is_open as boolean) as last_complaint_is_open,
    cast(c.open_promises as bigint) as open_promises,
    cast(c.overdue_promises as bigint) as overdue_promises,
    cast(
        case
            when c.open_promises > 0 then 'keep_promise'
            when c.open_cases > 0 then 'resolve_case'
            when c.contact.follow_up_on is not null then 'follow_up'
            when c.lapses_on < date '{as_of}' and c.departed_on is null then 'win_back'
        end as varchar
    ) as next_step,
    cast(
        case
            when c.open_promises > 0 then c.due_on
            when c.open_cases > 0 then c.oldest_on
            when c.contact.follow_up_on is not null then c.contact.follow_up_on
            when c.lapses_on < date '{as_of}' and c.departed_on is null then c.lapses_on + 1
        end as date
    ) as next_step_on,
    cast(c.deliveries as bigint) as deliveries,
    cast(c.deliveries_promised as bigint) as deliveries_promised,
    cast(c.deliveries_on_time as bigint) as deliveries_on_time,
    cast(c.latest.score as decimal(9, 4)) as last_score,
    cast(c.latest.scale as varchar) as last_score_scale,
    cast(c.latest.scored_on as date) as last_scored_on
from customers as c
left join warehouse.dim_customer as k on k.customer_id = c.customer_id;
copy warehouse.mart_customer to '{out}/marts/mart_customer.parquet' ({parquet});
