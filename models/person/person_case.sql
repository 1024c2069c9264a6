/* model
name: person_case
description: One row per case that has a text, by the key of fact_case.
grain: [system, case_id]
partition: month
file: person
columns:
  system: {type: string, description: The business system that knows the case., tests: [not_null]}
  case_id: {type: string, description: Number of the case within the system., tests: [not_null]}
  month: {type: date, description: Month of the case in fact_case., tests: [not_null]}
  text: {type: string, personal: true, description: The matter in free text., tests: [not_null]}
tests:
  - unique: [system, case_id]
*/
select
    cast(system as varchar) as system,
    cast(case_id as varchar) as case_id,
    cast(month as date) as month,
    cast(text as varchar) as text
from {{ input "case" }}
where {{ in_months "month" }} and text <> ''
