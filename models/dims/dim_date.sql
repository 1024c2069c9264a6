/* model
name: dim_date
description: >-
  One row per day from 1990-01-01 to 2040-12-31, with the calendars that figures are compared by.
grain: [on_date]
columns:
  on_date: {type: date, description: The day., tests: [not_null]}
  month: {type: date, description: First day of its month., tests: [not_null]}
  year: {type: int, description: Calendar year., tests: [not_null]}
  quarter: {type: int, description: "Calendar quarter, 1–4.", tests: [not_null]}
  month_of_year: {type: int, description: "Calendar month, 1–12.", tests: [not_null]}
  day_of_month: {type: int, description: "Day of the month, 1–31.", tests: [not_null]}
  days_in_month: {type: int, unit: days, description: Days that its month has., tests: [not_null]}
  iso_year: {type: int, description: Year of the ISO 8601 week., tests: [not_null]}
  iso_week: {type: int, description: "ISO 8601 week, 1–53, which begins on Monday.", tests: [not_null]}
  iso_dow: {type: int, description: "Day of the week, Monday 1 to Sunday 7.", tests: [not_null]}
  week_on: {type: date, description: Monday of its ISO week., tests: [not_null]}
  is_weekend: {type: boolean, description: Whether it is a Saturday or Sunday., tests: [not_null]}
  retail_year: {type: int, description: "Year of the 4-5-4 calendar (National Retail Federation), which begins on the Sunday nearest to the first of February.", tests: [not_null]}
  retail_week: {type: int, description: "Week of that year, 1–53, which begins on Sunday.", tests: [not_null]}
  retail_month: {type: int, description: "Month of that year, 1 (February) to 12, of 4, 5 and 4 weeks in each quarter; a week 53 belongs to the twelfth.", tests: [not_null]}
  fiscal_year: {type: int, description: "Calendar year in which the fiscal year ends, which begins in the config's month fiscal_year_starts.", tests: [not_null]}
  fiscal_quarter: {type: int, description: "Quarter of the fiscal year, 1–4.", tests: [not_null]}
  fiscal_month: {type: int, description: "Month of the fiscal year, 1–12.", tests: [not_null]}
  comparable_date: {type: date, description: "The day last year to compare with: the same day of the week, 364 days before.", tests: [not_null]}
tests:
  - unique: [on_date]
  - name: known days lie in their weeks
    sql: >-
      select d.on_date, d.iso_year, d.iso_week, d.retail_year, d.retail_week, d.comparable_date
      from dim_date as d
      join (values
        (date '2024-12-30', 2025, 1, 2024, 48, date '2024-01-01'),
        (date '2021-01-03', 2020, 53, 2020, 49, date '2020-01-05'),
        (date '2024-02-03', 2024, 5, 2023, 53, date '2023-02-04'),
        (date '2024-02-04', 2024, 5, 2024, 1, date '2023-02-05')
      ) as k(on_date, iso_year, iso_week, retail_year, retail_week, comparable_date) on k.on_date = d.on_date
      where (d.iso_year, d.iso_week, d.retail_year, d.retail_week, d.comparable_date)
         <> (k.iso_year, k.iso_week, k.retail_year, k.retail_week, k.comparable_date)
*/
with days as (
    select cast(day as date) as on_date
    from range(date '1990-01-01', date '2041-01-01', interval 1 day) as calendar(day)
),
retail_starts as (
    -- Sunday nearest to 1 February: three days on, then back to a Sunday
    select
        year,
        make_date(year, 2, 4) - cast(isodow(make_date(year, 2, 4)) % 7 as integer) as starts_on
    from range(1989, 2042) as years(year)
),
retail as (
    select
        d.on_date,
        max(s.year) as retail_year,
        1 + (d.on_date - max(s.starts_on)) // 7 as retail_week
    from days as d
    join retail_starts as s on s.starts_on <= d.on_date
    group by d.on_date
),
fiscal as (
    select
        on_date,
        1 + (month(on_date) - {{ var "fiscal_year_starts" }} + 12) % 12 as fiscal_month,
        year(on_date) + case
            when {{ var "fiscal_year_starts" }} > 1 and month(on_date) >= {{ var "fiscal_year_starts" }} then 1
            else 0
        end as fiscal_year
    from days
)
select
    cast(d.on_date as date) as on_date,
    cast(date_trunc('month', d.on_date) as date) as month,
    cast(year(d.on_date) as integer) as year,
    cast(quarter(d.on_date) as integer) as quarter,
    cast(month(d.on_date) as integer) as month_of_year,
    cast(day(d.on_date) as integer) as day_of_month,
    cast(day(last_day(d.on_date)) as integer) as days_in_month,
    cast(isoyear(d.on_date) as integer) as iso_year,
    cast(week(d.on_date) as integer) as iso_week,
    cast(isodow(d.on_date) as integer) as iso_dow,
    cast(date_trunc('week', d.on_date) as date) as week_on,
    cast(isodow(d.on_date) >= 6 as boolean) as is_weekend,
    cast(r.retail_year as integer) as retail_year,
    cast(r.retail_week as integer) as retail_week,
    cast(
        case
            when r.retail_week >= 53 then 12
            else 3 * ((r.retail_week - 1) // 13) + case
                when (r.retail_week - 1) % 13 < 4 then 1
                when (r.retail_week - 1) % 13 < 9 then 2
                else 3
            end
        end as integer
    ) as retail_month,
    cast(f.fiscal_year as integer) as fiscal_year,
    cast((f.fiscal_month + 2) // 3 as integer) as fiscal_quarter,
    cast(f.fiscal_month as integer) as fiscal_month,
    cast(d.on_date - 364 as date) as comparable_date
from days as d
join retail as r on r.on_date = d.on_date
join fiscal as f on f.on_date = d.on_date
