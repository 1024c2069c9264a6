-- The facts that need no sale lines, over the whole history; orders say whose they are.

-- step: fact_payment
create table owner as
select document_id, 'shop:' || customer_id as customer_key from read_parquet('{out}/staged/sale/*.parquet');
copy (
    select
        p.system,
        p.document_id,
        p.sequence,
        coalesce(o.customer_key, 'anonymous') as customer_key,
        p.month,
        p.method,
        p.payment_amount,
        p.currency,
        case when p.currency = 'CNY' then p.payment_amount else (p.payment_amount::decimal(20, 4) * r.rate)::decimal(18, 4) end as payment_amount_reporting,
        p.paid_at,
        p.paid_on{p.trace}
    from read_parquet('{out}/staged/payment/*/*.parquet', hive_partitioning = false) as p
    left join owner as o using (document_id)
    left join fx as r on r.from_currency = p.currency and r.to_currency = 'CNY' and r.on_date = p.paid_on
) to '{out}/facts/fact_payment' ({parquet}, partition_by (month), write_partition_columns true);

-- step: fact_shipment
create table shipment as
select
    s.system,
    s.shipment_id,
    s.document_id,
    null::int as line_no,
    coalesce(o.customer_key, 'anonymous') as customer_key,
    s.month,
    'shop:' || s.store_id as store_key,
    s.promised_on,
    s.shipped_on,
    s.delivered_on,
    null::boolean as in_full,
    s.delivered_on is not null as is_delivered,
    s.delivered_on <= s.promised_on as is_on_time,
    (s.delivered_on - s.shipped_on)::int as days_taken,
    (s.promised_on - s.shipped_on)::int as days_promised,
    (s.delivered_on - s.promised_on)::int as days_late{s.row}
from read_parquet('{out}/staged/shipment/*/*.parquet', hive_partitioning = false) as s
left join owner as o using (document_id);
drop table owner;
copy shipment to '{out}/facts/fact_shipment' ({parquet}, partition_by (month), write_partition_columns true);

-- step: fact_survey
create table warehouse.fact_survey_response as
select
    system,
    response_id,
    survey_id,
    coalesce('pos:' || customer_id, 'anonymous') as customer_key,
    null::varchar as document_id,
    month,
    sample,
    'customer' as asked_side,
    handed_on,
    'pos:' || handed_by as handed_by_key,
    answered_at,
    answered_on,
    answered_on is not null as is_answered,
    'pos:' || store_id as store_key,
    null::varchar as channel{trace}
from read_parquet('{out}/staged/survey_response/*/*.parquet', hive_partitioning = false);
create table warehouse.fact_survey_answer as
select
    system,
    response_id,
    survey_id,
    question_id,
    coalesce('pos:' || owner_customer_id, 'anonymous') as customer_key,
    null::varchar as document_id,
    month,
    answered_on,
    owner_sample as sample,
    'customer' as asked_side,
    'pos:' || owner_store_id as store_key,
    null::varchar as channel,
    score{trace}
from read_parquet('{out}/staged/survey_answer/*/*.parquet', hive_partitioning = false);
copy warehouse.fact_survey_response to '{out}/facts/fact_survey_response' ({parquet}, partition_by (month), write_partition_columns true);
copy warehouse.fact_survey_answer to '{out}/facts/fact_survey_answer' ({parquet}, partition_by (month), write_partition_columns true);

-- step: fact_satisfaction
create table warehouse.fact_satisfaction as
with answered as (
    select
        customer_key,
        month,
        count(*) filter (where question_id = 'recommend') as nps_answers,
        count(*) filter (where question_id = 'recommend' and score >= 9) as promoters,
        count(*) filter (where question_id = 'recommend' and score in (7, 8)) as passives,
        count(*) filter (where question_id = 'recommend' and score < 7) as detractors,
        count(*) filter (where question_id = 'satisfaction') as csat_answers,
        count(*) filter (where question_id = 'satisfaction' and score >= 3) as csat_top_two,
        sum(score) filter (where question_id = 'satisfaction') as csat_sum
    from warehouse.fact_survey_answer
    where question_id in ('recommend', 'satisfaction')
    group by customer_key, month
),
delivered as (
    select
        customer_key,
        month,
        count(*) as deliveries,
        count(*) filter (where is_on_time) as deliveries_on_time,
        count(is_on_time) as deliveries_promised
    from shipment
    where is_delivered
    group by customer_key, month
)
select
    coalesce(a.customer_key, d.customer_key) as customer_key,
    coalesce(a.month, d.month) as month,
    coalesce(nps_answers, 0) as nps_answers,
    coalesce(promoters, 0) as promoters,
    coalesce(passives, 0) as passives,
    coalesce(detractors, 0) as detractors,
    coalesce(csat_answers, 0) as csat_answers,
    coalesce(csat_top_two, 0) as csat_top_two,
    coalesce(csat_sum, 0)::decimal(18, 4) as csat_sum,
    0::bigint as ces_answers,
    0::decimal(18, 4) as ces_sum,
    0::bigint as cases_opened,
    0::bigint as cases_resolved,
    0::decimal(18, 4) as hours_to_resolve,
    0::bigint as contacts,
    0::bigint as contacts_resolved_first,
    0::bigint as seconds_waited,
    coalesce(deliveries, 0) as deliveries,
    coalesce(deliveries_on_time, 0) as deliveries_on_time,
    coalesce(deliveries_promised, 0) as deliveries_promised,
    0::bigint as ces_top_three
from answered as a
full join delivered as d on d.customer_key = a.customer_key and d.month = a.month;
copy warehouse.fact_satisfaction to '{out}/facts/fact_satisfaction' ({parquet}, partition_by (month), write_partition_columns true);

-- step: person file
create table person.person_customer as
select
    system || ':' || customer_no as customer_key,
    name,
    phone,
    email,
    null::varchar as address,
    null::varchar as postal_code,
    member_card,
    date '{as_of}' as valid_from
from customer;
create table person.person_survey_answer as
select system, response_id, question_id, month, text
from read_parquet('{out}/staged/survey_answer/*/*.parquet', hive_partitioning = false)
where text <> '';
copy person.person_customer to '{out}/dims/person_customer.parquet' ({parquet});
copy person.person_survey_answer to '{out}/facts/person_survey_answer' ({parquet}, partition_by (month), write_partition_columns true);
