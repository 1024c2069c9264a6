/* model
name: dim_fx_rate
description: >-
  One row per pair of currencies and day that has a rate: the latest of at most seven days back.
  A pair's own quote comes first, then the inverse of the opposite one, even a later one, then
  the cross through the reporting currency. Without rows for a pair and day there is no rate; a
  currency needs none to itself. Only days of months in which the project has rows are kept.
grain: [from_currency, to_currency, on_date]
partition: month
optional: [fx_rate]
columns:
  from_currency: {type: string, description: ISO 4217 code., tests: [not_null]}
  to_currency: {type: string, description: ISO 4217 code., tests: [not_null]}
  on_date: {type: date, description: Day on which the rate holds., tests: [not_null]}
  month: {type: date, description: First day of on_date's month., tests: [not_null]}
  rate: {type: "decimal(18,12)", unit: to_currency per unit of from_currency, description: The rate., tests: [not_null]}
  quoted_on: {type: date, description: "Day of the quote, at most seven days before on_date; of a cross, the older of the two.", tests: [not_null]}
  method: {type: string, description: "direct, inverse or cross.", tests: [not_null, {accepted_values: [direct, inverse, cross]}]}
tests:
  - unique: [from_currency, to_currency, on_date]
*/
with quotes as (
    -- a pair that several systems quote on one day: the first system's
    select on_date, from_currency, to_currency, rate
    from {{ input "fx_rate" }}
    where
        rate > 0
        and from_currency <> to_currency
        and exists (select 1 from {{ months }} as m where on_date >= {{ add_days "m.month" "-7" }} and on_date < m.next_month)
    qualify row_number() over (partition by on_date, from_currency, to_currency order by system, delivery_id, source_row) = 1
),
both_ways as (
    select on_date as quoted_on, from_currency, to_currency, cast(rate as double) as rate, 'direct' as method
    from quotes
    union all
    select on_date as quoted_on, to_currency, from_currency, 1 / cast(rate as double) as rate, 'inverse' as method
    from quotes
),
held as (
    -- each quote holds until the next one of its kind, at most seven days on
    select
        from_currency,
        to_currency,
        method,
        rate,
        quoted_on,
        least(
            quoted_on + 7,
            coalesce(lead(quoted_on) over (partition by from_currency, to_currency, method order by quoted_on) - 1, date '9999-12-31')
        ) as holds_until
    from both_ways
),
quoted as (
    select
        from_currency,
        to_currency,
        cast(unnest(range(quoted_on, holds_until + 1, interval 1 day)) as date) as on_date,
        rate,
        quoted_on,
        method
    from held
),
chosen as (
    select from_currency, to_currency, on_date, rate, quoted_on, method
    from quoted
    qualify row_number() over (
        partition by from_currency, to_currency, on_date
        order by case method when 'direct' then 1 else 2 end
    ) = 1
),
crossed as (
    select
        a.from_currency,
        b.to_currency,
        a.on_date,
        a.rate * b.rate as rate,
        least(a.quoted_on, b.quoted_on) as quoted_on,
        'cross' as method
    from chosen as a
    join chosen as b on b.on_date = a.on_date and b.from_currency = a.to_currency
    where
        a.to_currency = {{ var "currency" }}
        and a.from_currency <> b.to_currency
        and not exists (
            select 1 from chosen as c
            where c.from_currency = a.from_currency and c.to_currency = b.to_currency and c.on_date = a.on_date
        )
),
rates as (
    select from_currency, to_currency, on_date, rate, quoted_on, method from chosen
    union all
    select from_currency, to_currency, on_date, rate, quoted_on, method from crossed
)
select
    cast(from_currency as varchar) as from_currency,
    cast(to_currency as varchar) as to_currency,
    cast(on_date as date) as on_date,
    cast({{ month_start "on_date" }} as date) as month,
    cast(rate as decimal(18, 12)) as rate,
    cast(quoted_on as date) as quoted_on,
    cast(method as varchar) as method
from rates
where try_cast(rate as decimal(18, 12)) > 0 and {{ in_months (month_start "on_date") }}
