-- Everybody who is known, and who ever bought.

-- step: mart_customer_base
-- Nobody is described before as_of, so that who has no date of their own is known from the first deal.
create table warehouse.mart_customer_base as
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
        cost_to_serve_amount,
        month > (date_trunc('month', date '{as_of}')::date + to_months(-12::int))::date as is_trailing
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
        sum(cost_to_serve_amount) as cost_to_serve_amount,
        coalesce(sum(net_amount) filter (where is_trailing), 0) as trailing_net_amount,
        coalesce(sum(costed_net_amount) filter (where is_trailing), 0) as trailing_costed_net_amount,
        sum(margin_amount) filter (where is_trailing) as trailing_margin_amount,
        coalesce(sum(cost_to_serve_amount) filter (where is_trailing), 0) as trailing_cost_to_serve_amount
    from value_months
    left join merged using (customer_key)
    group by 1
    having min(first_deal_on) is not null
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
known as (
    select * from warehouse.dim_customer
),
-- Few customers: who is assigned to somebody this week.
assigned as (
    select i.customer_id, a.employee_key
    from warehouse.fact_assignment as a
    join warehouse.dim_customer_identity as i on i.customer_key = a.customer_key
    where date '{as_of}' between a.week_on and a.week_on + 6
    qualify row_number() over (partition by i.customer_id order by a.week_on desc, a.employee_key) = 1
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
customers as (
    select coalesce(k.customer_id, v.customer_id) as customer_id, v.customer_id is not null as has_deal, k.* exclude (customer_id), v.* exclude (customer_id)
    from known as k
    full join valued as v on v.customer_id = k.customer_id
)
select
    cast(c.customer_id as varchar) as customer_id,
    cast(coalesce(c.keys, 1) as bigint) as keys,
    cast(c.systems as varchar) as systems,
    cast(c.customer_type as varchar) as customer_type,
    cast(c.city as varchar) as city,
    cast(c.region as varchar) as region,
    cast(c.country as varchar) as country,
    cast(c.birth_year as integer) as birth_year,
    cast(c.industry as varchar) as industry,
    cast(c.size as varchar) as size,
    cast(c.parent_customer_id as varchar) as parent_customer_id,
    cast(c.account_manager_key as varchar) as account_manager_key,
    cast(s.employee_key as varchar) as assigned_to_key,
    cast(least(c.created_on, c.first_deal_on) as date) as known_on,
    cast(b.first_purchase_on as date) as first_purchase_on,
    cast(b.last_purchase_on as date) as last_purchase_on,
    cast(case when c.has_deal then coalesce(b.frequency, 0) - coalesce(r.days, 0) end as bigint) as frequency,
    cast(c.first_deal_on as date) as first_deal_on,
    cast(c.last_deal_on as date) as last_deal_on,
    cast((c.last_deal_on + to_months(12::int))::date as date) as lapses_on,
    cast(c.documents as bigint) as documents,
    cast(c.net_amount as decimal(18, 4)) as net_amount,
    cast(c.returns_amount as decimal(18, 4)) as returns_amount,
    cast(c.costed_net_amount as decimal(18, 4)) as costed_net_amount,
    cast(c.margin_amount as decimal(18, 4)) as margin_amount,
    cast(c.cost_to_serve_amount as decimal(18, 4)) as cost_to_serve_amount,
    cast(c.trailing_net_amount as decimal(18, 4)) as trailing_net_amount,
    cast(c.trailing_costed_net_amount as decimal(18, 4)) as trailing_costed_net_amount,
    cast(c.trailing_margin_amount as decimal(18, 4)) as trailing_margin_amount,
    cast(c.trailing_cost_to_serve_amount as decimal(18, 4)) as trailing_cost_to_serve_amount,
    cast(g.departed_on as date) as departed_on,
    cast(g.kind as varchar) as departure_kind,
    cast(t.latest.contacted_on as date) as last_contact_on,
    cast(t.latest.channel as varchar) as last_contact_channel,
    cast(t.latest.direction as varchar) as last_contact_direction,
    cast(t.latest.follow_up_on as date) as follow_up_on,
    cast(coalesce(a.open_cases, 0) as bigint) as open_cases,
    cast(a.oldest_on as date) as oldest_open_case_on,
    cast(a.complaint.opened_on as date) as last_complaint_on,
    cast(a.complaint.severity as varchar) as last_complaint_severity,
    cast(a.complaint.is_open as boolean) as last_complaint_is_open,
    cast(coalesce(p.open_promises, 0) as bigint) as open_promises,
    cast(coalesce(p.overdue_promises, 0) as bigint) as overdue_promises,
    cast(p.due_on as date) as open_promise_due_on,
    cast(coalesce(d.deliveries, 0) as bigint) as deliveries,
    cast(coalesce(d.deliveries_promised, 0) as bigint) as deliveries_promised,
    cast(coalesce(d.deliveries_on_time, 0) as bigint) as deliveries_on_time,
    cast(l.latest.score as decimal(9, 4)) as last_score,
    cast(l.latest.scale as varchar) as last_score_scale,
    cast(l.latest.scored_on as date) as last_scored_on
from customers as c
left join assigned as s on s.customer_id = c.customer_id
left join purchased as b on b.customer_id = c.customer_id
left join repeated as r on r.customer_id = c.customer_id
left join delivered as d on d.customer_id = c.customer_id
left join last_scores as l on l.customer_id = c.customer_id
left join departed as g on g.customer_id = c.customer_id
left join last_contacts as t on t.customer_id = c.customer_id
left join cases as a on a.customer_id = c.customer_id
left join promises as p on p.customer_id = c.customer_id;
copy warehouse.mart_customer_base to '{out}/marts/mart_customer_base.parquet' ({parquet});

-- step: mart_customer
create table warehouse.mart_customer_cut as
with basis as (
    select
        case
            when sum(costed_net_amount) >= 0.95 * sum(net_amount) and count(margin_amount) > 0 then 'margin'
            else 'net'
        end as value_basis
    from warehouse.fact_customer_value
    where customer_key <> 'anonymous'
        and month <= date '{as_of}'
        and month > (date_trunc('month', date '{as_of}')::date + to_months(-12::int))::date
),
valued as (
    select
        c.customer_id,
        coalesce(c.last_purchase_on, date '0001-01-01') as recency_on,
        c.frequency,
        case b.value_basis when 'margin' then coalesce(c.trailing_margin_amount, 0) else c.trailing_net_amount end as value_amount
    from warehouse.mart_customer_base as c
    cross join basis as b
    where c.first_deal_on is not null
),
-- At least k fifths of all are worse exactly if the k-th cut lies below.
cuts as (
    select
        sum(value_amount) filter (where value_amount > 0) as whole_amount,
        quantile_disc(recency_on, [0.2, 0.4, 0.6, 0.8]) as recency,
        quantile_disc(frequency, [0.2, 0.4, 0.6, 0.8]) as frequency,
        quantile_disc(value_amount, [0.2, 0.4, 0.6, 0.8]) as value
    from valued
),
-- Only among equals does the id matter: it is not what everybody is sorted by.
amounts as (
    select value_amount, value_amount * count(*) as together
    from valued
    where value_amount > 0
    group by value_amount
),
placed as (
    select value_amount, sum(together) over (order by value_amount desc rows unbounded preceding) - together as before_amount
    from amounts
),
-- The lowest amount of which anybody has less than so many percent before him.
last_amounts as (
    select t.percent, min(p.value_amount) as value_amount, max(p.before_amount) as before_amount, any_value(c.whole_amount) as whole_amount
    from placed as p
    cross join cuts as c
    join (values (80), (95)) as t (percent) on 100 * p.before_amount < t.percent * c.whole_amount
    group by t.percent
),
last_customers as (
    select a.percent, v.value_amount, v.customer_id
    from last_amounts as a
    join valued as v on v.value_amount = a.value_amount
    window by_id as (partition by a.percent order by v.customer_id)
    qualify 100 * (a.before_amount + (row_number() over by_id - 1) * a.value_amount) < a.percent * a.whole_amount
),
tiers as (
    select
        max(value_amount) filter (where percent = 80) as a_amount,
        max(customer_id) filter (where percent = 80) as a_customer_id,
        max(value_amount) filter (where percent = 95) as b_amount,
        max(customer_id) filter (where percent = 95) as b_customer_id
    from last_customers
)
select
    cast(date '{as_of}' as date) as as_of,
    cast(b.value_basis as varchar) as value_basis,
    cast(t.a_amount as decimal(18, 4)) as a_amount,
    cast(t.a_customer_id as varchar) as a_customer_id,
    cast(t.b_amount as decimal(18, 4)) as b_amount,
    cast(t.b_customer_id as varchar) as b_customer_id,
    cast(c.recency[1] as date) as recency_cut_1,
    cast(c.recency[2] as date) as recency_cut_2,
    cast(c.recency[3] as date) as recency_cut_3,
    cast(c.recency[4] as date) as recency_cut_4,
    cast(c.frequency[1] as bigint) as frequency_cut_1,
    cast(c.frequency[2] as bigint) as frequency_cut_2,
    cast(c.frequency[3] as bigint) as frequency_cut_3,
    cast(c.frequency[4] as bigint) as frequency_cut_4,
    cast(c.value[1] as decimal(18, 4)) as value_cut_1,
    cast(c.value[2] as decimal(18, 4)) as value_cut_2,
    cast(c.value[3] as decimal(18, 4)) as value_cut_3,
    cast(c.value[4] as decimal(18, 4)) as value_cut_4,
    exists (select 1 from warehouse.fact_case) as has_cases,
    exists (select 1 from warehouse.fact_promise) as has_promises
from basis as b
cross join cuts as c
cross join tiers as t;
copy warehouse.mart_customer_cut to '{out}/marts/mart_customer_cut.parquet' ({parquet});
-- Views, which find their tables under whatever name the file is attached.
use warehouse;
create view mart_customer as
with measured as (
    select
        b.*,
        t.*,
        case t.value_basis when 'margin' then coalesce(b.trailing_margin_amount, 0) else b.trailing_net_amount end as trailing_value_amount,
        coalesce(b.last_purchase_on, date '0001-01-01') as recency_on
    from mart_customer_base as b
    cross join mart_customer_cut as t
    where b.first_deal_on is not null
),
scored as (
    select
        *,
        case
            when trailing_value_amount > a_amount or trailing_value_amount = a_amount and customer_id <= a_customer_id then 'A'
            when trailing_value_amount > b_amount or trailing_value_amount = b_amount and customer_id <= b_customer_id then 'B'
            else 'C'
        end as abc_tier,
        1 + (recency_on > recency_cut_1)::int + (recency_on > recency_cut_2)::int + (recency_on > recency_cut_3)::int + (recency_on > recency_cut_4)::int as recency_score,
        1 + (frequency > frequency_cut_1)::int + (frequency > frequency_cut_2)::int + (frequency > frequency_cut_3)::int + (frequency > frequency_cut_4)::int as frequency_score,
        1 + (trailing_value_amount > value_cut_1)::int + (trailing_value_amount > value_cut_2)::int + (trailing_value_amount > value_cut_3)::int + (trailing_value_amount > value_cut_4)::int as monetary_score
    from measured
)
select
    cast(customer_id as varchar) as customer_id,
    cast(as_of as date) as as_of,
    cast(keys as bigint) as keys,
    cast(systems as varchar) as systems,
    cast(customer_type as varchar) as customer_type,
    cast(city as varchar) as city,
    cast(region as varchar) as region,
    cast(country as varchar) as country,
    cast(birth_year as integer) as birth_year,
    cast(industry as varchar) as industry,
    cast(size as varchar) as size,
    cast(parent_customer_id as varchar) as parent_customer_id,
    cast(account_manager_key as varchar) as account_manager_key,
    cast(date_trunc('month', first_purchase_on)::date as date) as first_month,
    cast(first_purchase_on as date) as first_purchase_on,
    cast(last_purchase_on as date) as last_purchase_on,
    cast((as_of - last_purchase_on)::int as integer) as recency_days,
    cast((as_of - first_purchase_on)::int as integer) as tenure_days,
    cast(frequency as bigint) as frequency,
    cast(first_deal_on as date) as first_deal_on,
    cast(last_deal_on as date) as last_deal_on,
    cast(documents as bigint) as documents,
    cast(net_amount as decimal(18, 4)) as net_amount,
    cast(returns_amount as decimal(18, 4)) as returns_amount,
    cast(net_amount::double / nullif(documents::double, 0) as double) as average_order_amount,
    cast(costed_net_amount as decimal(18, 4)) as costed_net_amount,
    cast(case when costed_net_amount >= 0.95 * net_amount then margin_amount end as decimal(18, 4)) as margin_amount,
    cast(cost_to_serve_amount as decimal(18, 4)) as cost_to_serve_amount,
    cast(trailing_net_amount as decimal(18, 4)) as trailing_net_amount,
    cast(case when trailing_costed_net_amount >= 0.95 * trailing_net_amount then trailing_margin_amount end as decimal(18, 4)) as trailing_margin_amount,
    cast(trailing_value_amount as decimal(18, 4)) as trailing_value_amount,
    cast(value_basis as varchar) as value_basis,
    cast(case value_basis when 'margin' then trailing_value_amount - trailing_cost_to_serve_amount end as decimal(18, 4)) as trailing_profit_amount,
    cast(abc_tier as varchar) as abc_tier,
    cast(recency_score as integer) as recency_score,
    cast(frequency_score as integer) as frequency_score,
    cast(monetary_score as integer) as monetary_score,
    cast(recency_score || '' || frequency_score || monetary_score as varchar) as rfm,
    cast(
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
        end as varchar
    ) as rfm_name,
    cast(case when lapses_on < as_of or departed_on is not null then 'lost' else 'actual' end as varchar) as state,
    cast(case when lapses_on < as_of then 'dormant' else 'existing' end as varchar) as list,
    cast(lapses_on as date) as lapses_on,
    cast(departed_on as date) as departed_on,
    cast(departure_kind as varchar) as departure_kind,
    cast(least(departed_on, case when lapses_on < as_of then lapses_on + 1 end) as date) as lost_on,
    cast(last_contact_on as date) as last_contact_on,
    cast(last_contact_channel as varchar) as last_contact_channel,
    cast(last_contact_direction as varchar) as last_contact_direction,
    cast(case when has_cases then open_cases end as bigint) as open_cases,
    cast(last_complaint_on as date) as last_complaint_on,
    cast(last_complaint_severity as varchar) as last_complaint_severity,
    cast(last_complaint_is_open as boolean) as last_complaint_is_open,
    cast(case when has_promises then open_promises end as bigint) as open_promises,
    cast(case when has_promises then overdue_promises end as bigint) as overdue_promises,
    cast(
        case
            when open_promises > 0 then 'keep_promise'
            when open_cases > 0 then 'resolve_case'
            when follow_up_on is not null then 'follow_up'
            when lapses_on < as_of and departed_on is null then 'win_back'
        end as varchar
    ) as next_step,
    cast(
        case
            when open_promises > 0 then open_promise_due_on
            when open_cases > 0 then oldest_open_case_on
            when follow_up_on is not null then follow_up_on
            when lapses_on < as_of and departed_on is null then lapses_on + 1
        end as date
    ) as next_step_on,
    cast(deliveries as bigint) as deliveries,
    cast(deliveries_promised as bigint) as deliveries_promised,
    cast(deliveries_on_time as bigint) as deliveries_on_time,
    cast(last_score as decimal(9, 4)) as last_score,
    cast(last_score_scale as varchar) as last_score_scale,
    cast(last_scored_on as date) as last_scored_on
from scored;
create view mart_customer_state as
select
    cast(b.customer_id as varchar) as customer_id,
    cast(t.as_of as date) as as_of,
    cast(
        case
            when b.lapses_on < t.as_of or b.departed_on is not null then 'lost'
            when b.first_deal_on is not null then 'actual'
            when b.account_manager_key is not null or b.assigned_to_key is not null then 'target'
            else 'potential'
        end as varchar
    ) as state,
    cast(
        case
            when b.departed_on is not null then 'departed'
            when b.lapses_on < t.as_of then 'lapsed'
            when b.first_deal_on is not null then 'deal'
            when b.account_manager_key is not null then 'account_manager'
            when b.assigned_to_key is not null then 'assignment'
            else 'nobody'
        end as varchar
    ) as reason,
    cast(least(b.known_on, t.as_of) as date) as known_on,
    cast(b.first_deal_on as date) as first_deal_on,
    cast(b.last_deal_on as date) as last_deal_on,
    cast(b.lapses_on as date) as lapses_on,
    cast(least(b.departed_on, case when b.lapses_on < t.as_of then b.lapses_on + 1 end) as date) as lost_on,
    cast(b.account_manager_key as varchar) as account_manager_key,
    cast(b.assigned_to_key as varchar) as assigned_to_key
from mart_customer_base as b
cross join mart_customer_cut as t;
use memory;
