-- Why sales differ from last year's.

-- step: mart_price_volume_mix
create table warehouse.mart_price_volume_mix as
with sold as (
    select month, product_key, quantity, net_amount
    from warehouse.mart_product_month
    where month <= date '{as_of}'
),
history as (
    select (min(month) + to_months(12::int))::date as compared_from from sold
),
-- Each month beside the same one last year.
both_years as (
    select month, product_key, quantity, net_amount, 0 as quantity_before, 0 as net_amount_before
    from sold
    where month >= (select compared_from from history)
    union all
    select (month + to_months(12::int))::date, product_key, 0, 0, quantity, net_amount
    from sold
    where (month + to_months(12::int))::date <= date '{as_of}'
),
articles as (
    select
        month,
        product_key,
        sum(quantity) as quantity,
        sum(net_amount) as net_amount,
        sum(quantity_before) as quantity_before,
        sum(net_amount_before) as net_amount_before
    from both_years
    group by month, product_key
),
told as (
    select
        month,
        coalesce(p.category, 'none') as category,
        quantity,
        net_amount,
        quantity_before,
        net_amount_before,
        case
            when quantity > 0 and quantity_before > 0 then 'both'
            when quantity > 0 then 'new'
            when quantity_before > 0 then 'lost'
            else 'returned'
        end as sold_in,
        -- this year's quantity at last year's price
        cast((net_amount_before::double / nullif(quantity_before::double, 0)) * cast(quantity as double) as decimal(18, 4)) as repriced_amount
    from articles
    left join warehouse.dim_product as p using (product_key)
),
categories as (
    select
        month,
        category,
        sum(net_amount) as net_amount,
        sum(net_amount_before) as net_amount_before,
        coalesce(sum(net_amount) filter (where sold_in = 'both'), 0) as both_amount,
        coalesce(sum(net_amount_before) filter (where sold_in = 'both'), 0) as both_amount_before,
        coalesce(sum(repriced_amount) filter (where sold_in = 'both'), 0) as repriced_amount,
        coalesce(sum(quantity) filter (where sold_in = 'both'), 0) as quantity,
        coalesce(sum(quantity_before) filter (where sold_in = 'both'), 0) as quantity_before,
        coalesce(sum(net_amount - net_amount_before) filter (where sold_in = 'new'), 0) as new_amount,
        coalesce(sum(net_amount - net_amount_before) filter (where sold_in in ('lost', 'returned')), 0) as lost_amount,
        count(*) filter (where sold_in = 'both') as articles_both,
        count(*) filter (where sold_in = 'new') as articles_new,
        count(*) filter (where sold_in = 'lost') as articles_lost
    from told
    group by month, category
),
grown as (
    select
        *,
        coalesce(cast(((quantity::double / nullif(quantity_before::double, 0)) - 1) * cast(both_amount_before as double) as decimal(18, 4)), 0) as volume_amount
    from categories
)
select
    cast(month as date) as month,
    cast(category as varchar) as category,
    cast(trim(split_part(category, '/', 1)) as varchar) as category_1,
    cast(last_day(month) > date '{as_of}' as boolean) as is_open,
    cast(net_amount as decimal(18, 4)) as net_amount,
    cast(net_amount_before as decimal(18, 4)) as net_amount_before,
    cast(net_amount - net_amount_before as decimal(18, 4)) as change_amount,
    cast(volume_amount as decimal(18, 4)) as volume_amount,
    cast(repriced_amount - both_amount_before - volume_amount as decimal(18, 4)) as mix_amount,
    cast(both_amount - repriced_amount as decimal(18, 4)) as price_amount,
    cast(new_amount as decimal(18, 4)) as new_amount,
    cast(lost_amount as decimal(18, 4)) as lost_amount,
    cast(articles_both as bigint) as articles_both,
    cast(articles_new as bigint) as articles_new,
    cast(articles_lost as bigint) as articles_lost,
    cast(quantity as decimal(18, 4)) as quantity,
    cast(quantity_before as decimal(18, 4)) as quantity_before
from grown;
copy warehouse.mart_price_volume_mix to '{out}/marts/mart_price_volume_mix.parquet' ({parquet});
