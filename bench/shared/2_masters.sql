-- Staged masters, and the dims that need no facts. Both forms read the CSV files into the
-- tables customer, account, article, shop, quote, employee, card and review.

-- step: staged masters
copy customer to '{out}/staged/customer.parquet' ({parquet});
copy account to '{out}/staged/account.parquet' ({parquet});
copy employee to '{out}/staged/employee.parquet' ({parquet});
copy article to '{out}/staged/product.parquet' ({parquet});
copy shop to '{out}/staged/store.parquet' ({parquet});
copy quote to '{out}/staged/fx_rate.parquet' ({parquet});

-- step: dims of masters
create table warehouse.dim_product as
select
    s.system || ':' || sku as product_key,
    s.system,
    sku,
    name,
    category,
    nullif(trim(split_part(category, '/', 1)), '') as category_1,
    nullif(trim(split_part(category, '/', 2)), '') as category_2,
    nullif(trim(split_part(category, '/', 3)), '') as category_3,
    brand,
    null::varchar as unit,
    standard_cost,
    case when standard_cost is not null then 'CNY' end as currency,
    launched_on,
    date '{as_of}' as valid_from
from article, (values ('pos'), ('shop'), ('erp')) as s(system);

create table warehouse.dim_store as
select
    s.system || ':' || store as store_key,
    s.system,
    store as store_id,
    name,
    channel,
    city,
    region,
    null::varchar as country,
    opened_on,
    null::date as closed_on,
    date '{as_of}' as valid_from
from shop, (values ('pos'), ('shop')) as s(system);

create table warehouse.dim_survey_question as
select
    system || ':' || survey_id || ':' || question_id as question_key,
    system,
    survey_id,
    question_id,
    text,
    scale,
    case scale when 'nps' then 0 when 'grade4' then 1 end::int as lowest,
    case scale when 'nps' then 10 when 'grade4' then 4 end::int as highest,
    1::int as polarity,
    role,
    driver::varchar as driver
from (values
    ('pos', 'card', 'recommend', '您有多大可能把我们推荐给朋友？', 'nps', 'overall', null),
    ('pos', 'card', 'satisfaction', '您对我们总体满意吗？', 'grade4', 'overall', null),
    ('pos', 'card', 'staff', '店员的服务如何？', 'grade4', 'driver', 'staff'),
    ('pos', 'card', 'price', '价格如何？', 'grade4', 'driver', 'price'),
    ('pos', 'card', 'comment', '您还有什么想说的？', 'text', 'driver', null),
    ('shop', 'web', 'recommend', '您有多大可能把我们的网店推荐给朋友？', 'nps', 'overall', null),
    ('shop', 'web', 'satisfaction', '您对这次购物满意吗？', 'grade4', 'overall', null),
    ('shop', 'web', 'delivery', '送货如何？', 'grade4', 'driver', 'delivery'),
    ('shop', 'web', 'goods', '商品质量如何？', 'grade4', 'driver', 'goods'),
    ('shop', 'web', 'price', '价格如何？', 'grade4', 'driver', 'price')
) as q(system, survey_id, question_id, text, scale, role, driver);

create table warehouse.dim_fx_rate as
with both_ways as (
    select on_date as quoted_on, from_currency, to_currency, rate::double as rate, 'direct' as method from quote
    union all
    select on_date, to_currency, from_currency, 1 / rate::double, 'inverse' from quote
),
held as (
    select
        *,
        least(
            quoted_on + 7,
            coalesce(lead(quoted_on) over (partition by from_currency, to_currency, method order by quoted_on) - 1, date '9999-12-31')
        ) as holds_until
    from both_ways
),
daily as (
    select from_currency, to_currency, unnest(range(quoted_on, holds_until + 1, interval 1 day))::date as on_date, rate, quoted_on, method
    from held
),
chosen as (
    from daily
    where on_date between date '{begins}' and date '{ends}'
    qualify row_number() over (partition by from_currency, to_currency, on_date order by method) = 1
),
-- What nobody quotes goes over the yuan.
crossed as (
    select
        a.from_currency,
        b.to_currency,
        a.on_date,
        a.rate * b.rate as rate,
        least(a.quoted_on, b.quoted_on) as quoted_on,
        'cross' as method
    from chosen as a
    join chosen as b on b.on_date = a.on_date and b.from_currency = 'CNY'
    where a.to_currency = 'CNY' and a.from_currency <> b.to_currency
)
select
    from_currency,
    to_currency,
    on_date,
    date_trunc('month', on_date)::date as month,
    rate::decimal(18, 12) as rate,
    quoted_on,
    method
from (select from_currency, to_currency, on_date, rate, quoted_on, method from chosen union all from crossed);

create table fx as
select on_date, from_currency, to_currency, rate from warehouse.dim_fx_rate
where 'CNY' in (from_currency, to_currency);

-- step: dim_date
create table warehouse.dim_date as
with days as (
    select day::date as on_date
    from range(date '1990-01-01', date '2041-01-01', interval 1 day) as calendar(day)
),
retail_starts as (
    select make_date(year, 2, 4) - (isodow(make_date(year, 2, 4)) % 7)::int as starts_on, year
    from range(1989, 2042) as years(year)
),
retail as (
    select on_date, max(year) as retail_year, 1 + (on_date - max(starts_on)) // 7 as retail_week
    from days
    join retail_starts on starts_on <= on_date
    group by on_date
)
select
    on_date,
    date_trunc('month', on_date)::date as month,
    year(on_date)::int as year,
    quarter(on_date)::int as quarter,
    month(on_date)::int as month_of_year,
    day(on_date)::int as day_of_month,
    day(last_day(on_date))::int as days_in_month,
    isoyear(on_date)::int as iso_year,
    week(on_date)::int as iso_week,
    isodow(on_date)::int as iso_dow,
    date_trunc('week', on_date)::date as week_on,
    isodow(on_date) >= 6 as is_weekend,
    retail_year::int as retail_year,
    retail_week::int as retail_week,
    (case
        when retail_week >= 53 then 12
        else 3 * ((retail_week - 1) // 13)
            + case when (retail_week - 1) % 13 < 4 then 1 when (retail_week - 1) % 13 < 9 then 2 else 3 end
    end)::int as retail_month,
    year(on_date)::int as fiscal_year,
    ((month(on_date) + 2) // 3)::int as fiscal_quarter,
    month(on_date)::int as fiscal_month,
    (on_date - 364)::date as comparable_date
from days
join retail using (on_date);
