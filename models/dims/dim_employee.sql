/* model
name: dim_employee
description: >-
  One row per employee of a system, as their version of as_of says; the first version, where all
  of them begin later. Names and addresses are in person_employee.
carries: employee
grain: [employee_key]
reaches: [as_of]
columns:
  employee_key: {type: string, description: "system:employee id.", tests: [not_null]}
  system: {type: string, description: The business system that knows the employee., tests: [not_null]}
  employee_id: {type: string, description: The employee's key in it., tests: [not_null]}
  role: {type: string, description: "What the employee does, such as sales or service."}
  rank: {type: string, description: "staff, middle_manager or executive; staff where the source does not say.", tests: [not_null, {accepted_values: [staff, middle_manager, executive]}]}
  department: {type: string, description: Department of as_of.}
  store_key: {type: string, description: "The shop that the employee works in, system:store id."}
  manager_key: {type: string, description: "The employee whom this one reports to, system:employee id."}
  hired_on: {type: date, description: First day of work.}
  left_on: {type: date, description: Last day of work; null for who is still here.}
  is_here: {type: boolean, description: Whether the employee works for us at as_of by these two dates., tests: [not_null]}
  valid_from: {type: date, description: Date from which this version holds., tests: [not_null]}
tests:
  - unique: [employee_key]
*/
with current_versions as (
    select
        system,
        employee_id,
        role,
        coalesce(rank, 'staff') as rank,
        department,
        store_id,
        manager_id,
        hired_on,
        left_on,
        valid_from{{ carried "@" }}
    from {{ input "employee" }}
    qualify {{ is_version "system, employee_id" (var "as_of") }}
)
select
    cast(system || ':' || employee_id as varchar) as employee_key,
    cast(system as varchar) as system,
    cast(employee_id as varchar) as employee_id,
    cast(role as varchar) as role,
    cast(rank as varchar) as rank,
    cast(department as varchar) as department,
    cast(system || ':' || store_id as varchar) as store_key,
    cast(system || ':' || manager_id as varchar) as manager_key,
    cast(hired_on as date) as hired_on,
    cast(left_on as date) as left_on,
    cast(coalesce(hired_on <= {{ var "as_of" }}, true) and coalesce(left_on >= {{ var "as_of" }}, true) as boolean) as is_here,
    cast(valid_from as date) as valid_from{{ carried "@" }}
from current_versions
