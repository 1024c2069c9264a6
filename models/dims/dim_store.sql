/* model
name: dim_store
description: >-
  One row per shop or web channel of a system, as its version of as_of says; its first version,
  where all of them begin later.
carries: store
grain: [store_key]
reaches: [as_of]
columns:
  store_key: {type: string, description: "system:store id.", tests: [not_null]}
  system: {type: string, description: The business system that the shop belongs to., tests: [not_null]}
  store_id: {type: string, description: The shop's key in it., tests: [not_null]}
  name: {type: string, description: Name.}
  channel: {type: string, description: "Channel, such as store or web."}
  city: {type: string, description: City.}
  region: {type: string, description: Region.}
  country: {type: string, description: Country.}
  opened_on: {type: date, description: Date of opening.}
  closed_on: {type: date, description: Date of closing; null while it is open.}
  valid_from: {type: date, description: Date from which this version holds., tests: [not_null]}
tests:
  - unique: [store_key]
*/
with current_versions as (
    select
        system,
        store_id,
        name,
        channel,
        city,
        region,
        country,
        opened_on,
        closed_on,
        valid_from{{ carried "@" }}
    from {{ input "store" }}
    qualify {{ is_version "system, store_id" (var "as_of") }}
)
select
    cast(system || ':' || store_id as varchar) as store_key,
    cast(system as varchar) as system,
    cast(store_id as varchar) as store_id,
    cast(name as varchar) as name,
    cast(channel as varchar) as channel,
    cast(city as varchar) as city,
    cast(region as varchar) as region,
    cast(country as varchar) as country,
    cast(opened_on as date) as opened_on,
    cast(closed_on as date) as closed_on,
    cast(valid_from as date) as valid_from{{ carried "@" }}
from current_versions
