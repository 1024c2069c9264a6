-- Contacts, cases with their steps, promises, uses of free services, assignments and costs,
-- over the whole history.

-- step: fact_contact
create table warehouse.fact_contact as
with contact as (
    select
        *,
        case
            when issue_id is not null then 'issue:' || issue_id
            when case_id is not null then 'case:' || case_id
            when reason is not null then 'customer:' || customer_id || ':' || reason
        end as issue
    from read_parquet('{out}/staged/contact/*.parquet')
),
-- The first contact about an issue has none about it in the week before.
about_issues as (
    select
        contact_id,
        coalesce(contacted_on - lag(contacted_on) over by_issue > 7, true) as starts_issue,
        coalesce(lead(contacted_on) over by_issue - contacted_on <= 7, false) as is_repeated
    from contact
    where issue is not null and direction = 'inbound' and not coalesce(abandoned, false)
    window by_issue as (partition by issue order by contacted_on, contacted_at, contact_id)
)
select
    'shop' as system,
    c.contact_id,
    coalesce('shop:' || c.customer_id, 'anonymous') as customer_key,
    date_trunc('month', c.contacted_on)::date as month,
    c.contacted_at,
    c.contacted_on,
    coalesce(c.direction, 'inbound') as direction,
    c.channel,
    'shop:' || c.employee_id as employee_key,
    d.department,
    null::varchar as store_key,
    c.case_id,
    c.issue,
    c.document_id,
    c.reason,
    null::varchar as outcome,
    c.waited_seconds,
    c.talked_seconds,
    coalesce(c.abandoned, false) as is_abandoned,
    c.resolved as is_resolved,
    c.follow_up_on,
    coalesce(a.starts_issue, false) as starts_issue,
    coalesce(a.is_repeated, false) as is_repeated,
    case when a.starts_issue then not a.is_repeated and coalesce(c.resolved, true) end as is_resolved_first{c.trace}
from contact as c
left join about_issues as a using (contact_id)
left join desk as d on d.employee_no = c.employee_id and d.valid_from <= c.contacted_on and d.valid_to > c.contacted_on;
copy warehouse.fact_contact to '{out}/facts/fact_contact' ({parquet}, partition_by (month), write_partition_columns true);

-- step: fact_case
create table warehouse.fact_case as
with stories as (
    select
        case_id,
        min_by(happened_at, sequence) filter (where event in ('answered', 'resolved')) as answered_at,
        min_by(happened_on, sequence) filter (where event in ('answered', 'resolved')) as answered_on,
        min_by(happened_on, sequence) filter (where event = 'resolved') as first_resolved_on,
        max_by(happened_at, sequence) filter (where event = 'resolved') as resolved_at,
        max_by(happened_on, sequence) filter (where event = 'resolved') as resolved_on,
        coalesce(max(sequence) filter (where event = 'resolved') > coalesce(max(sequence) filter (where event = 'reopened'), 0), false) as is_resolved,
        max_by(department, sequence) filter (where event = 'transferred') as department,
        count(*) filter (where event = 'transferred') as transfers,
        count(*) filter (where event = 'reopened') as reopened
    from read_parquet('{out}/staged/case_event/*.parquet')
    group by case_id
)
select
    'shop' as system,
    c.case_id,
    coalesce('shop:' || c.customer_id, 'anonymous') as customer_key,
    date_trunc('month', c.opened_on)::date as month,
    coalesce(c.kind, 'complaint') as kind,
    c.severity,
    coalesce(c.detected_by, 'customer') as detected_by,
    coalesce(c.kind, 'complaint') in ('complaint', 'service_failure') as is_failure,
    coalesce(c.kind, 'complaint') in ('complaint', 'service_failure') and coalesce(c.detected_by, 'customer') = 'customer' as is_complaint,
    c.opened_at,
    c.opened_on,
    null::varchar as channel,
    'shop:' || c.employee_id as employee_key,
    coalesce(c.department, d.department) as department,
    coalesce(s.department, c.department, d.department) as department_now,
    null::varchar as store_key,
    c.document_id,
    null::varchar as sku,
    c.reason,
    s.answered_at,
    s.answered_on,
    case when s.is_resolved then s.resolved_at end as resolved_at,
    case when s.is_resolved then s.resolved_on end as resolved_on,
    s.first_resolved_on,
    s.answered_on is not null as is_answered,
    coalesce(s.is_resolved, false) as is_resolved,
    coalesce(s.transfers, 0)::int as transfers,
    coalesce(s.reopened, 0)::int as reopened,
    ((date_diff('second', c.opened_at, s.answered_at) * 10000 // 3600)::decimal(18, 0) * 0.0001)::decimal(18, 4) as hours_to_answer,
    case when s.is_resolved then ((date_diff('second', c.opened_at, s.resolved_at) * 10000 // 3600)::decimal(18, 0) * 0.0001)::decimal(18, 4) end as hours_to_resolve,
    c.solution_accepted{c.trace}
from read_parquet('{out}/staged/case/*.parquet') as c
left join stories as s using (case_id)
left join desk as d
    on d.employee_no = case when c.department is null then c.employee_id end and d.valid_from <= c.opened_on and d.valid_to > c.opened_on;
copy warehouse.fact_case to '{out}/facts/fact_case' ({parquet}, partition_by (month), write_partition_columns true);

-- step: fact_promise
create table warehouse.fact_promise as
select
    'shop' as system,
    promise_id,
    coalesce('shop:' || customer_id, 'anonymous') as customer_key,
    date_trunc('month', made_on)::date as month,
    'shop:' || employee_id as employee_key,
    case_id,
    null::varchar as document_id,
    subject,
    made_on,
    due_on,
    kept_on,
    kept_on is not null as is_kept,
    kept_on <= due_on as is_on_time,
    (kept_on - due_on)::int as days_late{trace}
from read_parquet('{out}/staged/promise/*.parquet');
copy warehouse.fact_promise to '{out}/facts/fact_promise' ({parquet}, partition_by (month), write_partition_columns true);

-- step: fact_service_use
create table warehouse.fact_service_use as
select
    'pos' as system,
    use_id,
    coalesce('pos:' || customer_id, 'anonymous') as customer_key,
    date_trunc('month', used_on)::date as month,
    used_at,
    used_on,
    service,
    coalesce(quantity, 1)::decimal(18, 4) as quantity,
    'pos:' || store_id as store_key,
    null::varchar as document_id{trace}
from read_parquet('{out}/staged/service_use/*.parquet');
copy warehouse.fact_service_use to '{out}/facts/fact_service_use' ({parquet}, partition_by (month), write_partition_columns true);

-- step: fact_assignment
create table warehouse.fact_assignment as
select week_on, 'erp:' || employee_no as employee_key, 'erp:' || account_no as customer_key, min(reason) as reason, 'company' as assigned_by
from read_parquet('{out}/staged/assignment/*.parquet')
group by all;
copy warehouse.fact_assignment to '{out}/facts/fact_assignment.parquet' ({parquet});

-- step: fact_cost
-- All costs are in yuan.
create table warehouse.fact_cost as
select
    'erp' as system,
    cost_id,
    date_trunc('month', spent_on)::date as month,
    spent_on,
    purpose,
    'erp:' || customer_id as customer_key,
    activity,
    driver,
    service,
    campaign,
    null::varchar as project_id,
    null::varchar as store_key,
    null::varchar as department,
    cost_amount,
    'CNY' as currency,
    cost_amount as cost_amount_reporting,
    1::decimal(18, 12) as reporting_rate{trace}
from read_parquet('{out}/staged/cost/*.parquet');
copy warehouse.fact_cost to '{out}/facts/fact_cost' ({parquet}, partition_by (month), write_partition_columns true);
