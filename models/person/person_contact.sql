/* model
name: person_contact
description: One row per contact that has a text, by the key of fact_contact.
grain: [system, contact_id]
partition: month
file: person
columns:
  system: {type: string, description: The business system that knows the contact., tests: [not_null]}
  contact_id: {type: string, description: Number of the contact within the system., tests: [not_null]}
  month: {type: date, description: Month of the contact in fact_contact., tests: [not_null]}
  text: {type: string, personal: true, description: Notes in free text., tests: [not_null]}
tests:
  - unique: [system, contact_id]
*/
select
    cast(system as varchar) as system,
    cast(contact_id as varchar) as contact_id,
    cast(month as date) as month,
    cast(text as varchar) as text
from {{ input "contact" }}
where {{ in_months "month" }} and text <> ''
