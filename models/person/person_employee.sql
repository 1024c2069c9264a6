/* model
name: person_employee
description: >-
  One row per employee, with name and addresses as their version of as_of says; the first version,
  where all of them begin later.
grain: [employee_key]
file: person
reaches: [as_of]
columns:
  employee_key: {type: string, description: "The key, system:employee id.", tests: [not_null]}
  name: {type: string, personal: true, description: Name.}
  phone: {type: string, personal: true, description: Telephone number as delivered.}
  email: {type: string, personal: true, description: E-mail address.}
  valid_from: {type: date, description: Date from which this version holds., tests: [not_null]}
tests:
  - unique: [employee_key]
*/
with current_versions as (
    select system, employee_id, name, phone, email, valid_from
    from {{ input "employee" }}
    qualify {{ is_version "system, employee_id" (var "as_of") }}
)
select
    cast(system || ':' || employee_id as varchar) as employee_key,
    cast(name as varchar) as name,
    cast(phone as varchar) as phone,
    cast(email as varchar) as email,
    cast(valid_from as date) as valid_from
from current_versions
