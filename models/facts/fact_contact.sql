/* model
name: fact_contact
description: >-
  One row per call, visit, chat or mail, in either direction. Notes are in person_contact. Whether a
  matter was settled at the first contact is told by its issue: issue_id, else the case, else
  customer and reason. Inbound contacts that somebody answered count; a contact starts its issue
  when there was none about it in the seven days before, and settles it when none follows within
  seven days after and the source does not say that it did not.
carries: contact
grain: [system, contact_id]
partition: month
reaches: [7d, -7d]
optional: [dim_employee_department]
columns:
  system: {type: string, description: The business system that knows the contact., tests: [not_null]}
  contact_id: {type: string, description: Number of the contact within the system., tests: [not_null]}
  customer_key: {type: string, description: "The customer, system:customer id; anonymous where the source names nobody.", tests: [not_null]}
  month: {type: date, description: First day of contacted_on's month., tests: [not_null]}
  contacted_at: {type: timestamptz, description: When it began (UTC); null where the source has only a date.}
  contacted_on: {type: date, description: Date of the contact., tests: [not_null]}
  direction: {type: string, description: "inbound: the customer turned to us; outbound: we turned to the customer.", tests: [not_null, {accepted_values: [inbound, outbound]}]}
  channel: {type: string, description: "How, such as call, visit, chat or mail."}
  employee_key: {type: string, description: "The employee who spoke with the customer, system:employee id."}
  department: {type: string, description: "The department that was spoken to, else the employee's on that date."}
  store_key: {type: string, description: "The shop in which it was or which it is about, system:store id."}
  case_id: {type: string, description: The case that it is about.}
  issue: {type: string, description: "What it is about, within the system: issue:, case: or customer: and reason; null where none of them is known."}
  document_id: {type: string, description: The document that it is about.}
  reason: {type: string, description: "What it was about, in the source's own word."}
  outcome: {type: string, description: "What came of it, in the source's own word."}
  waited_seconds: {type: int, unit: seconds, description: Seconds that the customer waited until somebody answered or until they gave up; null where the source does not say.}
  talked_seconds: {type: int, unit: seconds, description: Seconds of the talk itself; null where the source does not say.}
  is_abandoned: {type: boolean, description: Whether the customer gave up before anybody answered; false where the source does not say., tests: [not_null]}
  is_resolved: {type: boolean, description: Whether the matter was settled as the agent saw it; null where the source does not say.}
  follow_up_on: {type: date, description: Date on which somebody is to come back to it.}
  starts_issue: {type: boolean, description: Whether it is the first about its issue in seven days; false for contacts that do not count and without an issue., tests: [not_null]}
  is_repeated: {type: boolean, description: Whether another contact about its issue followed within seven days; false for contacts that do not count and without an issue., tests: [not_null]}
  is_resolved_first: {type: boolean, description: "Of a contact that starts an issue, whether it settled it, as far as known tonight: a week later another may have come. Null for any other."}
  delivery_id: {type: bigint, description: The delivery that the contact came in.}
  source_row: {type: bigint, description: Row of the contact in that delivery.}
tests:
  - unique: [system, contact_id]
measures:
  - name: contacts
    title: {en: Contacts, zh: 联系次数}
    expression: count(*)
    unit: contacts
    additivity: additive
    format: count
  - name: first_contact_resolution
    title: {en: Settled at the first contact, zh: 首次解决率}
    expression: (count(*) filter (where is_resolved_first))::double / nullif(count(*) filter (where starts_issue), 0)
    unit: share
    additivity: ratio
    format: percent
trace:
  - from: contact
    where: delivery_id = it.delivery_id and source_row = it.source_row and contact_id = it.contact_id
    columns:
      waited_seconds: sum(waited_seconds)
      talked_seconds: sum(talked_seconds)
*/
with contacts as (
    -- those of a week before and after too
    select
        system,
        contact_id,
        customer_id,
        contacted_at,
        contacted_on,
        month,
        coalesce(direction, 'inbound') as direction,
        channel,
        employee_id,
        department,
        store_id,
        case_id,
        case
            when issue_id is not null then 'issue:' || issue_id
            when case_id is not null then 'case:' || case_id
            when reason is not null then 'customer:' || customer_id || ':' || reason
        end as issue,
        document_id,
        reason,
        outcome,
        waited_seconds,
        talked_seconds,
        coalesce(abandoned, false) as is_abandoned,
        resolved as is_resolved,
        follow_up_on,
        delivery_id,
        source_row{{ carried "@" }}
    from {{ input "contact" }}
    where exists (
        select 1 from {{ months }} as m
        where contacted_on >= {{ add_days "m.month" "-7" }} and contacted_on < {{ add_days "m.next_month" "7" }}
    )
),
about_issues as (
    select
        contact_id,
        system,
        delivery_id,
        source_row,
        month,
        contacted_on,
        lag(contacted_on) over (
            partition by system, issue
            order by contacted_on nulls last, contacted_at nulls last, contact_id nulls last, delivery_id nulls last, source_row nulls last
        ) as before_on,
        lead(contacted_on) over (
            partition by system, issue
            order by contacted_on nulls last, contacted_at nulls last, contact_id nulls last, delivery_id nulls last, source_row nulls last
        ) as after_on
    from contacts
    where issue is not null and direction = 'inbound' and not is_abandoned
),
placed as (
    select
        system,
        contact_id,
        delivery_id,
        source_row,
        coalesce({{ days_between "before_on" "contacted_on" }} > 7, true) as starts_issue,
        coalesce({{ days_between "contacted_on" "after_on" }} <= 7, false) as is_repeated
    from about_issues
    where {{ in_months "month" }}
)
select
    cast(c.system as string) as system,
    cast(c.contact_id as string) as contact_id,
    cast(coalesce({{ key "c.system" "c.customer_id" }}, 'anonymous') as string) as customer_key,
    cast(c.month as date) as month,
    cast(c.contacted_at as timestamptz) as contacted_at,
    cast(c.contacted_on as date) as contacted_on,
    cast(c.direction as string) as direction,
    cast(c.channel as string) as channel,
    cast({{ key "c.system" "c.employee_id" }} as string) as employee_key,
    cast(coalesce(c.department, d.department) as string) as department,
    cast({{ key "c.system" "c.store_id" }} as string) as store_key,
    cast(c.case_id as string) as case_id,
    cast(c.issue as string) as issue,
    cast(c.document_id as string) as document_id,
    cast(c.reason as string) as reason,
    cast(c.outcome as string) as outcome,
    cast(c.waited_seconds as int) as waited_seconds,
    cast(c.talked_seconds as int) as talked_seconds,
    cast(c.is_abandoned as boolean) as is_abandoned,
    cast(c.is_resolved as boolean) as is_resolved,
    cast(c.follow_up_on as date) as follow_up_on,
    cast(coalesce(p.starts_issue, false) as boolean) as starts_issue,
    cast(coalesce(p.is_repeated, false) as boolean) as is_repeated,
    cast(case when p.starts_issue then not p.is_repeated and coalesce(c.is_resolved, true) end as boolean) as is_resolved_first,
    cast(c.delivery_id as bigint) as delivery_id,
    cast(c.source_row as bigint) as source_row{{ carried "c.@" }}
from contacts as c
left join placed as p
    on p.system = c.system
    and p.contact_id = c.contact_id
    and p.delivery_id = c.delivery_id
    and p.source_row = c.source_row
left join {{ ref "dim_employee_department" }} as d
    on d.system = c.system
    and d.employee_id = case when c.department is null then c.employee_id end
    and d.month = c.month
    and d.valid_from <= c.contacted_on
    and d.valid_to > c.contacted_on
where {{ in_months "c.month" }}
