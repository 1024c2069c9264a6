-- What customers said, over the whole history; orders say where a review belongs. And the person file.

-- step: fact_survey
create table warehouse.fact_survey_response as
select
    r.system,
    r.response_id,
    r.survey_id,
    coalesce(r.system || ':' || r.customer_id, o.customer_key, 'anonymous') as customer_key,
    r.document_id,
    r.month,
    r.sample,
    'customer' as asked_side,
    r.handed_on,
    r.system || ':' || r.handed_by as handed_by_key,
    r.answered_at,
    r.answered_on,
    r.answered_on is not null as is_answered,
    case when o.document_id is not null then 'shop:W00' else r.system || ':' || r.store_id end as store_key,
    null::varchar as channel{r.trace}
from read_parquet('{out}/staged/survey_response/*/*.parquet', hive_partitioning = false) as r
left join owner as o on o.document_id = r.document_id;
create table warehouse.fact_survey_answer as
select
    r.system,
    r.response_id,
    r.survey_id,
    r.question_id,
    coalesce(r.system || ':' || r.customer_id, o.customer_key, 'anonymous') as customer_key,
    r.document_id,
    r.month,
    r.answered_on,
    r.sample,
    'customer' as asked_side,
    case when o.document_id is not null then 'shop:W00' else r.system || ':' || r.store_id end as store_key,
    null::varchar as channel,
    r.score{r.trace}
from read_parquet('{out}/staged/survey_answer/*/*.parquet', hive_partitioning = false) as r
left join owner as o on o.document_id = r.document_id;
drop table owner;
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
),
opened as (
    select
        customer_key,
        month,
        count(*) as cases_opened,
        count(*) filter (where is_resolved) as cases_resolved,
        sum(hours_to_resolve) as hours_to_resolve
    from warehouse.fact_case
    group by customer_key, month
),
contacted as (
    select
        customer_key,
        month,
        count(*) as contacts,
        count(*) filter (where is_resolved_first) as contacts_resolved_first,
        sum(waited_seconds) as seconds_waited
    from warehouse.fact_contact
    group by customer_key, month
)
select
    customer_key,
    month,
    coalesce(nps_answers, 0) as nps_answers,
    coalesce(promoters, 0) as promoters,
    coalesce(passives, 0) as passives,
    coalesce(detractors, 0) as detractors,
    coalesce(csat_answers, 0) as csat_answers,
    coalesce(csat_top_two, 0) as csat_top_two,
    coalesce(csat_sum, 0)::decimal(18, 4) as csat_sum,
    0::bigint as ces_answers,
    0::decimal(18, 4) as ces_sum,
    coalesce(cases_opened, 0) as cases_opened,
    coalesce(cases_resolved, 0) as cases_resolved,
    coalesce(hours_to_resolve, 0)::decimal(18, 4) as hours_to_resolve,
    coalesce(contacts, 0) as contacts,
    coalesce(contacts_resolved_first, 0) as contacts_resolved_first,
    coalesce(seconds_waited, 0)::bigint as seconds_waited,
    coalesce(deliveries, 0) as deliveries,
    coalesce(deliveries_on_time, 0) as deliveries_on_time,
    coalesce(deliveries_promised, 0) as deliveries_promised,
    0::bigint as ces_top_three
from answered
full join delivered using (customer_key, month)
full join opened using (customer_key, month)
full join contacted using (customer_key, month);
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
from customer
union all
select 'erp:' || account_no, name, null, null, null, null, null, date '{as_of}'
from account;
create table person.person_case (system varchar, case_id varchar, month date, text varchar);
create table person.person_contact (system varchar, contact_id varchar, month date, text varchar);
create table person.person_survey_answer as
select system, response_id, question_id, month, text
from read_parquet('{out}/staged/survey_answer/*/*.parquet', hive_partitioning = false)
where text <> '';
copy person.person_customer to '{out}/dims/person_customer.parquet' ({parquet});
copy person.person_survey_answer to '{out}/facts/person_survey_answer' ({parquet}, partition_by (month), write_partition_columns true);
