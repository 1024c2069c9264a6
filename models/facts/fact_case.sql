/* model
name: fact_case
description: >-
  One row per complaint, repair, return request or service failure, in the month in which it was
  opened, with all that its events say to this day. Its text is in person_case. Where a source
  delivers no events, the head's own dates of answer and resolution count. Events are taken in the
  order of their sequence; a case that was reopened after its last resolution is not resolved.
carries: case
grain: [system, case_id]
partition: month
optional: [case_event, dim_employee_department]
columns:
  system: {type: string, description: The business system that knows the case., tests: [not_null]}
  case_id: {type: string, description: Number of the case within the system., tests: [not_null]}
  customer_key: {type: string, description: "The customer, system:customer id; anonymous where the source names nobody.", tests: [not_null]}
  month: {type: date, description: First day of opened_on's month., tests: [not_null]}
  kind: {type: string, description: "complaint, repair, return_request or service_failure.", tests: [not_null, {accepted_values: [complaint, repair, return_request, service_failure]}]}
  severity: {type: string, description: "low, normal, high or critical; null where the source does not say.", tests: [{accepted_values: [low, normal, high, critical]}]}
  detected_by: {type: string, description: "Who found it: customer, firm (we ourselves) or prediction.", tests: [not_null, {accepted_values: [customer, firm, prediction]}]}
  is_failure: {type: boolean, description: "Whether something of ours failed: a complaint or a service failure; repairs and return requests are none.", tests: [not_null]}
  is_complaint: {type: boolean, description: Whether it is a failure that the customer found., tests: [not_null]}
  opened_at: {type: timestamptz, description: When it was opened (UTC); null where the source has only a date.}
  opened_on: {type: date, description: Date of opening., tests: [not_null]}
  channel: {type: string, description: "How it came in, such as call, visit, chat or mail."}
  employee_key: {type: string, description: "The employee who looks after it, system:employee id."}
  department: {type: string, description: "The department that it was opened in, else the employee's on that date."}
  department_now: {type: string, description: "The department of its last transfer, else the one that it was opened in."}
  store_key: {type: string, description: "The shop that it is about, system:store id."}
  document_id: {type: string, description: The document that it is about.}
  sku: {type: string, description: The article that it is about.}
  reason: {type: string, description: "What it is about, in the source's own word."}
  answered_at: {type: timestamptz, description: "When it was first answered (UTC), a resolution being an answer; null while it is not, and where the source has only a date."}
  answered_on: {type: date, description: Date of the first answer; null while there is none.}
  resolved_at: {type: timestamptz, description: "When it was resolved for the last time (UTC); null while it is not, and where the source has only a date."}
  resolved_on: {type: date, description: Date of the last resolution; null while it is not resolved.}
  first_resolved_on: {type: date, description: "Date of the first resolution, even where it was reopened later."}
  is_answered: {type: boolean, description: Whether it was answered., tests: [not_null]}
  is_resolved: {type: boolean, description: Whether it is resolved and was not reopened since., tests: [not_null]}
  transfers: {type: int, unit: transfers, description: How often it was handed to another department., tests: [not_null]}
  reopened: {type: int, unit: times, description: How often it was reopened., tests: [not_null]}
  hours_to_answer: {type: "decimal(18,4)", unit: hours, description: "Hours from opened to the first answer, to the second; from dates alone, days × 24; null while there is none."}
  hours_to_resolve: {type: "decimal(18,4)", unit: hours, description: "Hours from opened to the last resolution, to the second; from dates alone, days × 24; null while it is not resolved."}
  solution_accepted: {type: boolean, description: "Whether the customer was content with the solution, as told when it was closed; null where nobody asked."}
  delivery_id: {type: bigint, description: The delivery that the case came in.}
  source_row: {type: bigint, description: Row of the case in that delivery.}
tests:
  - unique: [system, case_id]
  - name: nothing is answered or resolved before it was opened
    severity: warn
    sql: >-
      select system, case_id, opened_on, answered_on, resolved_on, delivery_id, source_row from fact_case
      where hours_to_answer < 0 or hours_to_resolve < 0
measures:
  - name: cases
    title: {en: Cases, zh: 工单数}
    expression: count(*)
    unit: cases
    additivity: additive
    format: count
  - name: complaints
    title: {en: Complaints, zh: 投诉数}
    expression: count(*) filter (where is_complaint)
    unit: cases
    additivity: additive
    format: count
  - name: hours_to_resolve
    title: {en: Hours to resolve, zh: 平均解决小时数}
    expression: sum(hours_to_resolve)::double / nullif(count(hours_to_resolve), 0)
    unit: hours
    additivity: ratio
    format: decimal
trace:
  - from: case_event
    where: system = it.system and case_id = it.case_id
    show: [event, happened_on, department]
    columns:
      transfers: count(*) filter (where event = 'transferred')
      reopened: count(*) filter (where event = 'reopened')
    decides: [answered_at, answered_on, resolved_at, resolved_on, first_resolved_on, is_answered, is_resolved, department_now, hours_to_answer, hours_to_resolve]
  - from: case
    rows: select * from "case" where delivery_id = it.delivery_id and source_row = it.source_row and case_id = it.case_id
    show: [opened_on, kind, severity]
    decides: [answered_at, answered_on, resolved_at, resolved_on, first_resolved_on, is_answered, is_resolved, department_now, hours_to_answer, hours_to_resolve, opened_at, opened_on, kind, severity, detected_by, is_failure, is_complaint, solution_accepted]
*/
with heads as (
    select
        system,
        case_id,
        month,
        customer_id,
        coalesce(kind, 'complaint') as kind,
        severity,
        coalesce(detected_by, 'customer') as detected_by,
        opened_at,
        opened_on,
        channel,
        employee_id,
        department,
        store_id,
        document_id,
        sku,
        reason,
        answered_at,
        answered_on,
        resolved_at,
        resolved_on,
        solution_accepted,
        delivery_id,
        source_row{{ carried "@" }}
    from {{ input "case" }}
    where {{ in_months "month" }}
),
steps as (
    -- an event is dated by its instant, else by its date
    select
        system,
        case_id,
        month,
        event,
        sequence,
        happened_at,
        happened_on,
        department,
        row_number() over (
            partition by month, system, case_id, event
            order by sequence nulls last, delivery_id nulls last, source_row nulls last
        ) as nth,
        row_number() over (
            partition by month, system, case_id, event
            order by sequence desc nulls last, delivery_id desc nulls last, source_row desc nulls last
        ) as nth_last,
        row_number() over (
            partition by month, system, case_id, case when event in ('answered', 'resolved') then 1 else 0 end
            order by sequence nulls last, delivery_id nulls last, source_row nulls last
        ) as nth_answer
    from {{ input "case_event" }}
    where {{ in_months "month" }}
),
stories as (
    select
        system,
        case_id,
        month,
        max(happened_at) filter (where event in ('answered', 'resolved') and nth_answer = 1) as answered_at,
        max(happened_on) filter (where event in ('answered', 'resolved') and nth_answer = 1) as answered_on,
        max(sequence) filter (where event in ('answered', 'resolved')) as last_answer,
        max(happened_on) filter (where event = 'resolved' and nth = 1) as first_resolved_on,
        max(happened_at) filter (where event = 'resolved' and nth_last = 1) as resolved_at,
        max(happened_on) filter (where event = 'resolved' and nth_last = 1) as resolved_on,
        max(sequence) filter (where event = 'resolved') as last_resolved,
        max(sequence) filter (where event = 'reopened') as last_reopened,
        max(department) filter (where event = 'transferred' and nth_last = 1) as department,
        count(*) filter (where event = 'transferred') as transfers,
        count(*) filter (where event = 'reopened') as reopened
    from steps
    group by system, case_id, month
),
told as (
    select
        h.system,
        h.case_id,
        h.month,
        h.customer_id,
        h.kind,
        h.severity,
        h.detected_by,
        h.opened_at,
        h.opened_on,
        h.channel,
        h.employee_id,
        coalesce(h.department, d.department) as department,
        s.department as department_last,
        h.store_id,
        h.document_id,
        h.sku,
        h.reason,
        -- the head's own dates where no event tells
        case when s.last_answer is not null then s.answered_at else coalesce(h.answered_at, h.resolved_at) end as answered_at,
        case when s.last_answer is not null then s.answered_on else coalesce(h.answered_on, h.resolved_on) end as answered_on,
        coalesce(s.last_answer is not null, false)
        or coalesce(h.answered_at, h.resolved_at) is not null
        or coalesce(h.answered_on, h.resolved_on) is not null as is_answered,
        case when s.last_resolved is not null then s.resolved_at else h.resolved_at end as resolved_at,
        case when s.last_resolved is not null then s.resolved_on else h.resolved_on end as resolved_on,
        case when s.last_resolved is not null then s.first_resolved_on else h.resolved_on end as first_resolved_on,
        case
            when s.last_resolved is not null then coalesce(s.last_resolved > s.last_reopened, true)
            when s.last_reopened is not null then false
            else h.resolved_at is not null or h.resolved_on is not null
        end as is_resolved,
        coalesce(s.transfers, 0) as transfers,
        coalesce(s.reopened, 0) as reopened,
        h.solution_accepted,
        h.delivery_id,
        h.source_row{{ carried "h.@" }}
    from heads as h
    left join stories as s on s.system = h.system and s.case_id = h.case_id and s.month = h.month
    left join {{ ref "dim_employee_department" }} as d
        on d.system = h.system
        and d.employee_id = case when h.department is null then h.employee_id end
        and d.month = h.month
        and d.valid_from <= h.opened_on
        and d.valid_to > h.opened_on
),
timed as (
    select
        system,
        case_id,
        month,
        customer_id,
        kind,
        severity,
        detected_by,
        opened_at,
        opened_on,
        channel,
        employee_id,
        department,
        coalesce(department_last, department) as department_now,
        store_id,
        document_id,
        sku,
        reason,
        answered_at,
        answered_on,
        case when is_resolved then resolved_at end as resolved_at,
        case when is_resolved then resolved_on end as resolved_on,
        first_resolved_on,
        is_answered,
        is_resolved,
        transfers,
        reopened,
        case
            when opened_at is not null and answered_at is not null then {{ seconds_between "opened_at" "answered_at" }}
            else {{ days_between "opened_on" "answered_on" }} * 86400
        end as seconds_to_answer,
        case
            when not is_resolved then null
            when opened_at is not null and resolved_at is not null then {{ seconds_between "opened_at" "resolved_at" }}
            else {{ days_between "opened_on" "resolved_on" }} * 86400
        end as seconds_to_resolve,
        solution_accepted,
        delivery_id,
        source_row{{ carried "@" }}
    from told
)
select
    cast(system as string) as system,
    cast(case_id as string) as case_id,
    cast(coalesce({{ key "system" "customer_id" }}, 'anonymous') as string) as customer_key,
    cast(month as date) as month,
    cast(kind as string) as kind,
    cast(severity as string) as severity,
    cast(detected_by as string) as detected_by,
    cast(kind in ('complaint', 'service_failure') as boolean) as is_failure,
    cast(kind in ('complaint', 'service_failure') and detected_by = 'customer' as boolean) as is_complaint,
    cast(opened_at as timestamptz) as opened_at,
    cast(opened_on as date) as opened_on,
    cast(channel as string) as channel,
    cast({{ key "system" "employee_id" }} as string) as employee_key,
    cast(department as string) as department,
    cast(department_now as string) as department_now,
    cast({{ key "system" "store_id" }} as string) as store_key,
    cast(document_id as string) as document_id,
    cast(sku as string) as sku,
    cast(reason as string) as reason,
    cast(answered_at as timestamptz) as answered_at,
    cast(answered_on as date) as answered_on,
    cast(resolved_at as timestamptz) as resolved_at,
    cast(resolved_on as date) as resolved_on,
    cast(first_resolved_on as date) as first_resolved_on,
    cast(is_answered as boolean) as is_answered,
    cast(is_resolved as boolean) as is_resolved,
    cast(transfers as int) as transfers,
    cast(reopened as int) as reopened,
    cast(cast({{ int_div "cast(seconds_to_answer as bigint) * 10000" "3600" }} as decimal(18, 0)) * 0.0001 as decimal(18, 4)) as hours_to_answer,
    cast(cast({{ int_div "cast(seconds_to_resolve as bigint) * 10000" "3600" }} as decimal(18, 0)) * 0.0001 as decimal(18, 4)) as hours_to_resolve,
    cast(solution_accepted as boolean) as solution_accepted,
    cast(delivery_id as bigint) as delivery_id,
    cast(source_row as bigint) as source_row{{ carried "@" }}
from timed
