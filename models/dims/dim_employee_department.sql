/* model
name: dim_employee_department
description: >-
  One row per month, employee and stretch of days up to the month's end in one department: what
  facts need of a month, so that whoever moves changes no month before. The first version holds
  from the beginning; an employee without a department, or while their version says none, has no row.
grain: [month, system, employee_id, valid_from]
partition: month
columns:
  month: {type: date, description: Month whose facts look the department up., tests: [not_null]}
  system: {type: string, description: The business system that knows the employee., tests: [not_null]}
  employee_id: {type: string, description: The employee's key in it., tests: [not_null]}
  valid_from: {type: date, description: First day in the department; 0001-01-01 for the beginning., tests: [not_null]}
  valid_to: {type: date, description: "First day on which the employee is no longer in it, or the day after the month.", tests: [not_null]}
  department: {type: string, description: Department., tests: [not_null]}
tests:
  - unique: [month, system, employee_id, valid_from]
*/
with versions as (
    select system, employee_id, valid_from, department
    from {{ input "employee" }}
    qualify row_number() over (partition by system, employee_id, valid_from order by delivery_id desc, source_row desc) = 1
),
changes as (
    -- versions that change nothing about the department are one stretch
    select system, employee_id, valid_from, department
    from versions
    window version as (partition by system, employee_id order by valid_from)
    qualify row_number() over version = 1 or department is distinct from lag(department) over version
),
stretches as (
    select
        system,
        employee_id,
        case when row_number() over version = 1 then date '0001-01-01' else valid_from end as valid_from,
        coalesce(lead(valid_from) over version, date '9999-12-31') as valid_to,
        department
    from changes
    window version as (partition by system, employee_id order by valid_from)
)
select
    cast(m.month as date) as month,
    cast(s.system as varchar) as system,
    cast(s.employee_id as varchar) as employee_id,
    cast(s.valid_from as date) as valid_from,
    cast(least(s.valid_to, m.next_month) as date) as valid_to,
    cast(s.department as varchar) as department
from stretches as s
join {{ months }} as m on s.valid_from < m.next_month
where s.department is not null
