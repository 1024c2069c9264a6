/* model
name: fact_assignment
description: >-
  One row per week, employee and customer given to that employee: by the company's own system
  (assignment), or by Nightjar (decision of kind assignment, whose period is the first day of the
  week, whose key is the customer_key and whose value is the employee_key). What both say counts
  once, as the company's.
grain: [week_on, employee_key, customer_key]
needs_one_of: [assignment, decision]
columns:
  week_on: {type: date, description: First day of the week., tests: [not_null]}
  employee_key: {type: string, description: "The employee, system:employee id.", tests: [not_null]}
  customer_key: {type: string, description: "The customer, system:customer id.", tests: [not_null]}
  reason: {type: string, description: "Why, such as dormant or key account."}
  assigned_by: {type: string, description: "company, or nightjar.", tests: [not_null, {accepted_values: [company, nightjar]}]}
tests:
  - unique: [week_on, employee_key, customer_key]
*/
with given as (
    select
        week_on,
        {{ key "system" "employee_id" }} as employee_key,
        {{ key "system" "customer_id" }} as customer_key,
        reason,
        'company' as assigned_by
    from {{ input "assignment" }}
    union all
    select
        {{ parse_date "period" "'%Y-%m-%d'" }} as week_on,
        value as employee_key,
        decision_key as customer_key,
        reason,
        'nightjar' as assigned_by
    from {{ input "decision" }}
    where kind = 'assignment'
),
once as (
    select week_on, employee_key, customer_key, reason, assigned_by
    from given
    where week_on is not null and employee_key is not null
    qualify row_number() over (
        partition by week_on, employee_key, customer_key
        order by assigned_by nulls last, reason nulls last
    ) = 1
)
select
    cast(week_on as date) as week_on,
    cast(employee_key as string) as employee_key,
    cast(customer_key as string) as customer_key,
    cast(reason as string) as reason,
    cast(assigned_by as string) as assigned_by
from once
