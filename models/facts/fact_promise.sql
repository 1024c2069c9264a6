/* model
name: fact_promise
description: >-
  One row per promise that an employee made to a customer, in the month in which it was made; that
  it was kept later is told in the same row.
carries: promise
grain: [system, promise_id]
partition: month
columns:
  system: {type: string, description: The business system that knows the promise., tests: [not_null]}
  promise_id: {type: string, description: Number of the promise within the system., tests: [not_null]}
  customer_key: {type: string, description: "To whom, system:customer id; anonymous where the source names nobody.", tests: [not_null]}
  month: {type: date, description: First day of made_on's month., tests: [not_null]}
  employee_key: {type: string, description: "Who made it, system:employee id."}
  case_id: {type: string, description: The case in which it was made.}
  document_id: {type: string, description: The document that it is about.}
  subject: {type: string, description: "What was promised, such as call back, delivery or price."}
  made_on: {type: date, description: Date on which it was made., tests: [not_null]}
  due_on: {type: date, description: Date by which it is to be kept; null where nobody said.}
  kept_on: {type: date, description: Date on which it was kept; null while it is not.}
  is_kept: {type: boolean, description: "Whether it was kept, in time or late.", tests: [not_null]}
  is_on_time: {type: boolean, description: Whether it was kept by due_on; null without that date or while it is not kept.}
  days_late: {type: int, unit: days, description: "Days from due_on to kept_on; negative when early."}
  delivery_id: {type: bigint, description: The delivery that the promise came in.}
  source_row: {type: bigint, description: Row of the promise in that delivery.}
tests:
  - unique: [system, promise_id]
  - name: no promise is kept before it was made
    severity: warn
    sql: select system, promise_id, made_on, kept_on, delivery_id, source_row from fact_promise where kept_on < made_on
measures:
  - name: promises
    title: {en: Promises made, zh: 承诺数}
    expression: count(*)
    unit: promises
    additivity: additive
    format: count
  - name: promises_kept_on_time
    title: {en: Promises kept by their date, zh: 承诺按时兑现率}
    expression: (count(*) filter (where is_on_time))::double / nullif(count(is_on_time), 0)
    unit: share
    additivity: ratio
    format: percent
*/
with promises as (
    select
        system,
        promise_id,
        customer_id,
        month,
        employee_id,
        case_id,
        document_id,
        subject,
        made_on,
        due_on,
        kept_on,
        delivery_id,
        source_row{{ carried "@" }}
    from {{ input "promise" }}
    where {{ in_months "month" }}
)
select
    cast(system as string) as system,
    cast(promise_id as string) as promise_id,
    cast(coalesce({{ key "system" "customer_id" }}, 'anonymous') as string) as customer_key,
    cast(month as date) as month,
    cast({{ key "system" "employee_id" }} as string) as employee_key,
    cast(case_id as string) as case_id,
    cast(document_id as string) as document_id,
    cast(subject as string) as subject,
    cast(made_on as date) as made_on,
    cast(due_on as date) as due_on,
    cast(kept_on as date) as kept_on,
    cast(kept_on is not null as boolean) as is_kept,
    cast(kept_on <= due_on as boolean) as is_on_time,
    cast({{ days_between "due_on" "kept_on" }} as int) as days_late,
    cast(delivery_id as bigint) as delivery_id,
    cast(source_row as bigint) as source_row{{ carried "@" }}
from promises
