/* model
name: person_customer
description: >-
  One row per customer key that a customer input describes, with name and contact data as its
  version of as_of says; its first version, where all of them begin later.
grain: [customer_key]
file: person
reaches: [as_of]
upkeep: {touched: step_customer_touched, replaces: customer_key}
columns:
  customer_key: {type: string, description: "The key, system:customer id.", tests: [not_null]}
  name: {type: string, personal: true, description: Name.}
  phone: {type: string, personal: true, description: Telephone number as delivered.}
  email: {type: string, personal: true, description: E-mail address.}
  address: {type: string, personal: true, description: Street and number.}
  postal_code: {type: string, personal: true, description: "Postal code, leading zeros kept."}
  member_card: {type: string, personal: true, description: Number of the member card.}
  valid_from: {type: date, description: Date from which this version holds., tests: [not_null]}
tests:
  - unique: [customer_key]
*/
with current_versions as (
    select system, customer_id, name, phone, email, address, postal_code, member_card, valid_from
    from {{ input "customer" }}
    where {{ touched "customer_key" "system || ':' || customer_id" }}
    qualify {{ is_version "system, customer_id" (var "as_of") }}
)
select
    cast(system || ':' || customer_id as varchar) as customer_key,
    cast(name as varchar) as name,
    cast(phone as varchar) as phone,
    cast(email as varchar) as email,
    cast(address as varchar) as address,
    cast(postal_code as varchar) as postal_code,
    cast(member_card as varchar) as member_card,
    cast(valid_from as date) as valid_from
from current_versions
