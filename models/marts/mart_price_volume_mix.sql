/* model
name: mart_price_volume_mix
description: >-
  One row per month and category: why net sales differ from those of the same month last year, by
  article (DOMAIN.md 2.28). Of articles sold in both months: volume, if all of them had grown like
  their quantity together; mix, that they did not; price, the rest. Articles sold in one of the
  months alone are new or lost. The five sum to the change. Population: deal lines, anonymous ones
  included, returns taken off. Window: each month up to as_of's with the same month a year before;
  none of the first twelve of the history. An article is sold in a month where more of it went out
  than came back. Prices are net and in the reporting currency: exchange rates and discounts are in
  them. Quantities of a category are added up whatever their unit.
grain: [month, category]
reaches: [as_of]
optional: [dim_product]
columns:
  month: {type: date, description: First day of the month., tests: [not_null]}
  category: {type: string, description: "The article's category today, a path from the widest with / between; none where it has none.", tests: [not_null]}
  category_1: {type: string, description: The widest category of the path., tests: [not_null]}
  is_open: {type: boolean, description: "Whether the month was not over at as_of: it is compared with a whole one.", tests: [not_null]}
  net_amount: {type: "decimal(18,4)", unit: reporting currency, description: Net sales of the month., tests: [not_null]}
  net_amount_before: {type: "decimal(18,4)", unit: reporting currency, description: Net sales of the same month last year., tests: [not_null]}
  change_amount: {type: "decimal(18,4)", unit: reporting currency, description: net_amount − net_amount_before., tests: [not_null]}
  volume_amount: {type: "decimal(18,4)", unit: reporting currency, description: "(Q1 / Q0 − 1) × sales last year, of articles sold in both months; Q is their quantity together.", tests: [not_null]}
  mix_amount: {type: "decimal(18,4)", unit: reporting currency, description: "Their quantities at last year's prices, less Q1 / Q0 × sales last year.", tests: [not_null]}
  price_amount: {type: "decimal(18,4)", unit: reporting currency, description: "Their sales, less their quantities at last year's prices.", tests: [not_null]}
  new_amount: {type: "decimal(18,4)", unit: reporting currency, description: "Sales of articles sold this year alone, less what came back of them last year.", tests: [not_null]}
  lost_amount: {type: "decimal(18,4)", unit: reporting currency, description: "Less the sales of articles sold last year alone, and what comes back of them this year; what was only returned, too.", tests: [not_null]}
  articles_both: {type: bigint, unit: articles, description: Articles sold in both months., tests: [not_null]}
  articles_new: {type: bigint, unit: articles, description: Articles sold this year alone., tests: [not_null]}
  articles_lost: {type: bigint, unit: articles, description: Articles sold last year alone., tests: [not_null]}
  quantity: {type: "decimal(18,4)", unit: units, description: "Q1: units this year of articles sold in both months.", tests: [not_null]}
  quantity_before: {type: "decimal(18,4)", unit: units, description: "Q0: their units last year.", tests: [not_null]}
tests:
  - unique: [month, category]
  - name: the five parts sum to the change
    sql: >-
      select month, category, change_amount, volume_amount, mix_amount, price_amount, new_amount, lost_amount from mart_price_volume_mix
      where change_amount <> volume_amount + mix_amount + price_amount + new_amount + lost_amount
        or change_amount <> net_amount - net_amount_before
  - name: categories together are all sales of both months
    sql: >-
      select month, sum(net_amount) as net_amount, sum(before) as before, sum(by_article) as by_article, sum(by_article_before) as by_article_before
      from (
        select month, net_amount, net_amount_before as before, 0 as by_article, 0 as by_article_before from mart_price_volume_mix
        union all
        select month, 0, 0, net_amount, 0 from mart_product_month
        union all
        select (month + interval 12 month)::date, 0, 0, 0, net_amount from mart_product_month
      )
      where month in (select month from mart_price_volume_mix)
      group by month having sum(net_amount) <> sum(by_article) or sum(before) <> sum(by_article_before) order by month
measures:
  - name: volume_effect
    title: {en: Change by volume, zh: 数量影响}
    expression: sum(volume_amount)
    unit: reporting currency
    additivity: additive
    format: amount
  - name: mix_effect
    title: {en: Change by mix, zh: 结构影响}
    expression: sum(mix_amount)
    unit: reporting currency
    additivity: additive
    format: amount
  - name: price_effect
    title: {en: Change by price, zh: 价格影响}
    expression: sum(price_amount)
    unit: reporting currency
    additivity: additive
    format: amount
  - name: new_articles_effect
    title: {en: New articles, zh: 新品影响}
    expression: sum(new_amount)
    unit: reporting currency
    additivity: additive
    format: amount
  - name: lost_articles_effect
    title: {en: Articles no longer sold, zh: 下架影响}
    expression: sum(lost_amount)
    unit: reporting currency
    additivity: additive
    format: amount
trace:
  - from: mart_product_month
    rows: >-
      select s.*
      from mart_product_month as s
      left join dim_product as p using (product_key)
      where s.month = it.month and coalesce(p.category, 'none') = it.category
    show: [quantity]
    columns:
      net_amount: sum(net_amount)
  - from: mart_product_month
    rows: >-
      select s.*
      from mart_product_month as s
      left join dim_product as p using (product_key)
      where s.month = it.month - interval 12 month and coalesce(p.category, 'none') = it.category
    show: [quantity]
    columns:
      net_amount_before: sum(net_amount)
  - columns:
      change_amount: net_amount - net_amount_before
      mix_amount: change_amount - volume_amount - price_amount - new_amount - lost_amount
*/
with sold as (
    select month, product_key, quantity, net_amount
    from {{ ref "mart_product_month" }}
    where month <= {{ var "as_of" }}
),
history as (
    select {{ add_months "min(month)" "12" }} as compared_from from sold
),
-- Each month beside the same one last year.
both_years as (
    select month, product_key, quantity, net_amount, 0 as quantity_before, 0 as net_amount_before
    from sold
    where month >= (select compared_from from history)
    union all
    select {{ add_months "month" "12" }}, product_key, 0, 0, quantity, net_amount
    from sold
    where {{ add_months "month" "12" }} <= {{ var "as_of" }}
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
        cast({{ ratio "net_amount_before" "quantity_before" }} * cast(quantity as double) as decimal(18, 4)) as repriced_amount
    from articles
    left join {{ ref "dim_product" }} as p using (product_key)
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
        coalesce(cast(({{ ratio "quantity" "quantity_before" }} - 1) * cast(both_amount_before as double) as decimal(18, 4)), 0) as volume_amount
    from categories
)
select
    cast(month as date) as month,
    cast(category as varchar) as category,
    cast(trim(split_part(category, '/', 1)) as varchar) as category_1,
    cast(last_day(month) > {{ var "as_of" }} as boolean) as is_open,
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
from grown
