-- Who is the same customer, for a company whose customers have at most one key in each system.

-- step: dim_customer_match
create table warehouse.dim_customer_match as
with attributes as (
    select ordinal, rule, value, system || ':' || customer_no as customer_key
    from (
        select 2 as ordinal, 'master_id' as rule, trim(master_id) as value, system, customer_no from customer
        union all
        select 3, 'member_card', trim(member_card), system, customer_no from customer
        union all
        select 4, 'phone', regexp_replace(phone, '[^0-9]', '', 'g'), system, customer_no from customer
        union all
        select 5, 'email', lower(trim(email)), system, customer_no from customer
    )
    where value <> ''
)
select distinct a.ordinal::int as ordinal, a.customer_key as key_a, b.customer_key as key_b, a.rule, true as same, 2::bigint as keys
from (from attributes where customer_key[:4] = 'pos:') as a
join (from attributes where customer_key[:4] <> 'pos:') as b on b.ordinal = a.ordinal and b.value = a.value;

-- step: dim_customer_link and identity
create table warehouse.dim_customer_link as
with pairs as (
    select key_a, key_b, arg_min(rule, ordinal) as rule
    from warehouse.dim_customer_match
    group by all
)
select key_a as customer_key, key_a as customer_id, rule from pairs
union all
select key_b, key_a, rule from pairs;
create table warehouse.dim_customer_identity as
with seen as (
    select system || ':' || customer_no as customer_key from customer
    union
    select 'erp:' || account_no from account
    union
    select 'erp:' || account_no from read_parquet('{out}/staged/departure/*.parquet')
    union
    select customer_key from warehouse.fact_document
    union
    select customer_key from warehouse.fact_survey_response
    union
    select customer_key from warehouse.fact_contact
    union
    select customer_key from warehouse.fact_case
    union
    select customer_key from warehouse.fact_promise
    union
    select customer_key from warehouse.fact_service_use
    union
    select customer_key from warehouse.fact_assignment
    union
    select customer_key from warehouse.fact_cost where customer_key is not null
)
select customer_key, coalesce(l.customer_id, customer_key) as customer_id, coalesce(l.rule, 'key') as rule
from seen
left join warehouse.dim_customer_link as l using (customer_key)
where customer_key <> 'anonymous';

-- Nobody says who is the same or not, no value is everybody's, and no night came before.
create table warehouse.dim_customer_link_refused (rule varchar, key_a varchar, key_b varchar, reason varchar, forbidden_a varchar, forbidden_b varchar, keys bigint);
create table warehouse.dim_customer_id_past (customer_key varchar, customer_id varchar, changed_on date);
create table warehouse.dim_customer_id_change (old_customer_id varchar, customer_id varchar, keys bigint, changed_on date, is_still_used boolean);

-- step: dim_customer
create table warehouse.dim_customer as
with known as (
    select
        system || ':' || customer_no as customer_key,
        type,
        region,
        birth_year,
        null::varchar as industry,
        null::varchar as size,
        null::varchar as parent_key,
        null::varchar as account_manager_key,
        created_on
    from customer
    union all
    select 'erp:' || account_no, 'company', region, null, industry, size, 'erp:' || parent, 'erp:' || manager, created_on
    from account
),
described as (
    select
        i.customer_id,
        i.customer_key,
        i.customer_key[:position(':' in i.customer_key) - 1] as system,
        k.customer_key is not null as is_described,
        k.* exclude (customer_key)
    from warehouse.dim_customer_identity as i
    left join known as k on k.customer_key = i.customer_key
)
select
    d.customer_id,
    count(*) as keys,
    case when min(system) = max(system) then min(system) else min(system) || ',' || max(system) end as systems,
    arg_min(type, d.customer_key) as customer_type,
    null::varchar as city,
    arg_min(region, d.customer_key) as region,
    null::varchar as country,
    arg_min(birth_year, d.customer_key) as birth_year,
    any_value(industry) as industry,
    any_value(size) as size,
    any_value(parent_key) as parent_key,
    coalesce(any_value(p.customer_id), any_value(parent_key)) as parent_customer_id,
    any_value(account_manager_key) as account_manager_key,
    min(created_on) as created_on,
    bool_or(is_described) as is_described
from described as d
left join warehouse.dim_customer_identity as p on p.customer_key = d.parent_key
group by d.customer_id;

-- step: departures
create table departure as
select coalesce(i.customer_id, d.customer_key) as customer_id, d.lost_on, coalesce(d.kind, 'unknown') as kind
from (select 'erp:' || account_no as customer_key, lost_on, kind from read_parquet('{out}/staged/departure/*.parquet')) as d
left join warehouse.dim_customer_identity as i using (customer_key);
