/* model
name: dim_product
description: >-
  One row per article of a system, as its version of as_of says; its first version, where all of
  them begin later. Facts meet it by system and sku.
carries: product
grain: [product_key]
reaches: [as_of]
columns:
  product_key: {type: string, description: "system:sku.", tests: [not_null]}
  system: {type: string, description: The business system that the article belongs to., tests: [not_null]}
  sku: {type: string, description: The article's key in it., tests: [not_null]}
  name: {type: string, description: Name.}
  category: {type: string, description: "Path of categories, from the widest, with / between."}
  category_1: {type: string, description: The widest category.}
  category_2: {type: string, description: The category below it.}
  category_3: {type: string, description: The category below that.}
  brand: {type: string, description: Brand.}
  unit: {type: string, description: Unit of quantity.}
  standard_cost: {type: "decimal(18,4)", unit: currency, description: Standard cost of one unit now; fact_sale takes that of the day from dim_product_cost.}
  currency: {type: string, description: ISO 4217 code of the cost.}
  launched_on: {type: date, description: Date of launch.}
  valid_from: {type: date, description: Date from which this version holds., tests: [not_null]}
tests:
  - unique: [system, sku]
*/
with current_versions as (
    select
        system,
        sku,
        name,
        category,
        brand,
        unit,
        standard_cost,
        currency,
        launched_on,
        valid_from{{ carried "@" }}
    from {{ input "product" }}
    qualify {{ is_version "system, sku" (var "as_of") }}
)
select
    cast(system || ':' || sku as varchar) as product_key,
    cast(system as varchar) as system,
    cast(sku as varchar) as sku,
    cast(name as varchar) as name,
    cast(category as varchar) as category,
    cast(nullif(trim(split_part(category, '/', 1)), '') as varchar) as category_1,
    cast(nullif(trim(split_part(category, '/', 2)), '') as varchar) as category_2,
    cast(nullif(trim(split_part(category, '/', 3)), '') as varchar) as category_3,
    cast(brand as varchar) as brand,
    cast(unit as varchar) as unit,
    cast(standard_cost as decimal(18, 4)) as standard_cost,
    cast(case when standard_cost is not null then coalesce(currency, {{ var "currency" }}) end as varchar) as currency,
    cast(launched_on as date) as launched_on,
    cast(valid_from as date) as valid_from{{ carried "@" }}
from current_versions
