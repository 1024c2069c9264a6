-- What a month's sales come to: by customer, by day of purchase, by shop and by article.

-- step: cost to serve, each month
-- What a pool of costs costs is spread over customers by what they used of its driver, in
-- cents, what is left over to the largest remainders.
create table bought_{m} as
select customer_key, count(*) as documents from document_{m} where is_deal and not is_return group by customer_key;
create table served_{m} as
with costs as (
    select customer_key, activity, driver, service, cost_amount_reporting as amount
    from warehouse.fact_cost
    where month = date '{first}' and purpose = 'serve'
),
pools as (
    select row_number() over () as pool, driver, service, (sum(amount) * 100)::bigint as cents
    from costs
    where customer_key is null and driver is not null
    group by driver, activity, service
),
drivers as (
    select 'documents' as driver, null::varchar as service, customer_key, documents::decimal(18, 4) as used
    from bought_{m}
    union all
    select 'contacts', null, customer_key, count(*)
    from warehouse.fact_contact where month = date '{first}' group by customer_key
    union all
    select 'cases', null, customer_key, count(*)
    from warehouse.fact_case where month = date '{first}' group by customer_key
    union all
    select 'deliveries', null, customer_key, count(*)
    from shipment where month = date '{first}' group by customer_key
    union all
    select 'service_uses', service, customer_key, sum(quantity)
    from warehouse.fact_service_use where month = date '{first}' group by service, customer_key
),
shares as (
    select pool, p.driver, customer_key, any_value(cents) as cents, (sum(used) * 10000)::bigint as weight
    from pools as p
    join drivers as d on d.driver = p.driver and (p.service is null or p.service = d.service)
    group by pool, p.driver, customer_key
),
weighed as (
    select *, (sum(weight) over (partition by pool))::hugeint as weights from shares
),
quotas as (
    select *, cents::hugeint * weight // weights as quota, cents::hugeint * weight % weights as rest from weighed
),
spread as (
    select
        driver,
        customer_key,
        weight,
        quota + case when row_number() over (partition by pool order by rest desc, customer_key) <= cents - sum(quota) over (partition by pool) then 1 else 0 end as cents
    from quotas
),
borne as (
    select customer_key, driver, weight * 0.0001 as used, (cents * 0.01)::decimal(18, 4) as amount
    from spread
    union all
    select customer_key, 'direct', null, amount
    from costs where customer_key is not null
    union all
    select 'unspread', 'none', null, amount
    from costs where customer_key is null and driver is null
    union all
    select 'unspread', driver, null, cents * 0.01
    from pools where pool not in (select pool from shares)
)
select
    date '{first}' as month,
    customer_key,
    driver,
    max(used)::decimal(18, 4) as used,
    sum(amount)::decimal(18, 4) as cost_amount
from borne
group by customer_key, driver;
copy served_{m} to '{out}/facts/fact_cost_to_serve/{month}.parquet' ({parquet});

-- step: value and retention, each month
create table day_{m} as
select
    customer_key,
    business_date,
    count(*) as lines,
    sum(quantity) as quantity,
    sum(case when reporting_rate = 1 then gross_amount else (gross_amount::decimal(20, 4) * reporting_rate)::decimal(18, 4) end) as gross_amount,
    sum(net_amount_reporting) as net_amount,
    sum(net_amount_reporting) filter (where is_return and net_amount_reporting < 0) as returns_amount,
    sum(case when reporting_rate = 1 then cost_amount else (cost_amount::decimal(20, 4) * reporting_rate)::decimal(18, 4) end) as cost_amount,
    sum(net_amount_reporting) filter (where cost_amount is not null) as costed_net_amount,
    bool_or(quantity > 0 and not is_return) as has_deal
from sale_{m}
where is_deal
group by customer_key, business_date;
copy (
    with summed as (
        select
            customer_key,
            any_value(documents) as documents,
            sum(lines) as lines,
            sum(quantity) as quantity,
            sum(gross_amount) as gross_amount,
            sum(net_amount) as net_amount,
            sum(returns_amount) as returns_amount,
            sum(cost_amount) as cost_amount,
            sum(costed_net_amount) as costed_net_amount,
            min(business_date) filter (where has_deal) as first_sold_on,
            max(business_date) filter (where has_deal) as last_sold_on
        from day_{m}
        left join bought_{m} using (customer_key)
        group by customer_key
    ),
    served as (
        select customer_key, sum(cost_amount) as amount
        from served_{m}
        where customer_key <> 'unspread'
        group by customer_key
    )
    select
        customer_key,
        date '{first}' as month,
        coalesce(documents, 0) as documents,
        coalesce(lines, 0)::bigint as lines,
        coalesce(quantity, 0)::decimal(18, 4) as quantity,
        coalesce(gross_amount, 0)::decimal(18, 4) as gross_amount,
        coalesce(gross_amount - net_amount, 0)::decimal(18, 4) as discount_amount,
        coalesce(net_amount, 0)::decimal(18, 4) as net_amount,
        coalesce(returns_amount, 0)::decimal(18, 4) as returns_amount,
        cost_amount::decimal(18, 4) as cost_amount,
        (costed_net_amount - cost_amount)::decimal(18, 4) as margin_amount,
        coalesce(costed_net_amount, 0)::decimal(18, 4) as costed_net_amount,
        coalesce(amount, 0)::decimal(18, 4) as cost_to_serve_amount,
        first_sold_on,
        last_sold_on
    from summed
    full join served using (customer_key)
) to '{out}/facts/fact_customer_value/{month}.parquet' ({parquet});
copy (
    select
        customer_key,
        date '{first}' as month,
        coalesce(bit_or(1::bigint << day(business_date)) filter (where has_deal and net_amount >= 0), 0)::bigint as purchase_days_mask,
        coalesce(any_value(documents), 0) as documents,
        sum(net_amount)::decimal(18, 4) as net_amount,
        min(business_date) filter (where has_deal and net_amount >= 0) as first_purchase_on,
        max(business_date) filter (where has_deal and net_amount >= 0) as last_purchase_on,
        0::bigint as contracts_started,
        0::bigint as contracts_active,
        0::bigint as contracts_ended,
        0::decimal(18, 4) as recurring_amount
    from day_{m}
    left join bought_{m} using (customer_key)
    group by customer_key
) to '{out}/facts/fact_retention/{month}.parquet' ({parquet});
drop table day_{m};
drop table bought_{m};
drop table served_{m};

-- step: sales marts, each month
create table part_{m} as
select
    business_date,
    coalesce(store_key, 'none') as store_key,
    coalesce(channel, 'none') as channel,
    count(*) filter (where not is_return) as lines,
    sum(quantity) as quantity,
    sum(case when reporting_rate = 1 then gross_amount else (gross_amount::decimal(20, 4) * reporting_rate)::decimal(18, 4) end) as gross_amount,
    sum(net_amount_reporting) as net_amount,
    sum(net_amount_reporting) filter (where is_return and net_amount_reporting < 0) as returns_amount,
    count(*) filter (where is_return) as return_lines,
    sum(case when reporting_rate = 1 then cost_amount else (cost_amount::decimal(20, 4) * reporting_rate)::decimal(18, 4) end) as cost_amount,
    sum(net_amount_reporting) filter (where cost_amount is not null) as costed_net_amount,
    sum(net_amount_reporting) filter (where customer_key = 'anonymous') as anonymous_net_amount
from sale_{m}
where is_deal
group by all;
create table ticket_{m} as
select
    business_date,
    coalesce(store_key, 'none') as store_key,
    coalesce(channel, 'none') as channel,
    nullif(customer_key, 'anonymous') as buyer
from document_{m}
where is_deal and not is_return;
copy (
    with tickets as (
        select business_date, store_key, channel, count(*) as tickets, count(distinct buyer) as customers, count(*) - count(buyer) as anonymous_tickets
        from ticket_{m}
        group by all
    )
    select
        business_date,
        date '{first}' as month,
        store_key,
        channel,
        coalesce(tickets, 0) as tickets,
        lines,
        quantity::decimal(18, 4) as quantity,
        gross_amount::decimal(18, 4) as gross_amount,
        (gross_amount - net_amount)::decimal(18, 4) as discount_amount,
        net_amount::decimal(18, 4) as net_amount,
        coalesce(returns_amount, 0)::decimal(18, 4) as returns_amount,
        return_lines,
        cost_amount::decimal(18, 4) as cost_amount,
        coalesce(costed_net_amount, 0)::decimal(18, 4) as costed_net_amount,
        coalesce(costed_net_amount, 0)::double / nullif(net_amount::double, 0) as costed_share,
        (coalesce(costed_net_amount, 0) - cost_amount)::decimal(18, 4) as margin_amount,
        case when coalesce(costed_net_amount, 0) >= 0.95 * net_amount then (costed_net_amount - cost_amount)::double / nullif(costed_net_amount::double, 0) end as margin_rate,
        net_amount::double / nullif(tickets::double, 0) as basket_amount,
        coalesce(customers, 0) as customers,
        coalesce(anonymous_tickets, 0) as anonymous_tickets,
        coalesce(anonymous_net_amount, 0)::decimal(18, 4) as anonymous_net_amount,
        anonymous_tickets::double / nullif(tickets::double, 0) as anonymous_share
    from part_{m}
    left join tickets using (business_date, store_key, channel)
) to '{out}/marts/mart_sales_day/{month}.parquet' ({parquet});
copy (
    with tickets as (
        select store_key, channel, count(*) as tickets, count(distinct buyer) as customers, count(*) - count(buyer) as anonymous_tickets
        from ticket_{m}
        group by all
    ),
    summed as (
        select
            store_key,
            channel,
            sum(lines) as lines,
            sum(quantity) as quantity,
            sum(gross_amount) as gross_amount,
            sum(net_amount) as net_amount,
            coalesce(sum(returns_amount), 0) as returns_amount,
            sum(return_lines) as return_lines,
            sum(cost_amount) as cost_amount,
            coalesce(sum(costed_net_amount), 0) as costed_net_amount,
            coalesce(sum(anonymous_net_amount), 0) as anonymous_net_amount
        from part_{m}
        group by all
    )
    select
        date '{first}' as month,
        store_key,
        channel,
        coalesce(tickets, 0) as tickets,
        lines::bigint as lines,
        quantity::decimal(18, 4) as quantity,
        gross_amount::decimal(18, 4) as gross_amount,
        (gross_amount - net_amount)::decimal(18, 4) as discount_amount,
        net_amount::decimal(18, 4) as net_amount,
        returns_amount::decimal(18, 4) as returns_amount,
        return_lines::bigint as return_lines,
        cost_amount::decimal(18, 4) as cost_amount,
        costed_net_amount::decimal(18, 4) as costed_net_amount,
        costed_net_amount::double / nullif(net_amount::double, 0) as costed_share,
        (costed_net_amount - cost_amount)::decimal(18, 4) as margin_amount,
        case when costed_net_amount >= 0.95 * net_amount then (costed_net_amount - cost_amount)::double / nullif(costed_net_amount::double, 0) end as margin_rate,
        net_amount::double / nullif(tickets::double, 0) as basket_amount,
        coalesce(customers, 0) as customers,
        coalesce(anonymous_tickets, 0) as anonymous_tickets,
        anonymous_net_amount::decimal(18, 4) as anonymous_net_amount,
        anonymous_tickets::double / nullif(tickets::double, 0) as anonymous_share
    from summed
    left join tickets using (store_key, channel)
) to '{out}/marts/mart_sales_month/{month}.parquet' ({parquet});
copy (
    select
        date '{first}' as month,
        coalesce(system || ':' || sku, 'none') as product_key,
        sum(lines)::bigint as lines,
        sum(quantity)::decimal(18, 4) as quantity,
        sum(net_amount)::decimal(18, 4) as net_amount
    from (
        select system, sku, count(*) filter (where not is_return) as lines, sum(quantity) as quantity, coalesce(sum(net_amount_reporting), 0) as net_amount
        from sale_{m}
        where is_deal
        group by system, sku
    )
    group by product_key
) to '{out}/marts/mart_product_month/{month}.parquet' ({parquet});
drop table part_{m};
drop table ticket_{m};
drop table document_{m};
drop table sale_{m};
