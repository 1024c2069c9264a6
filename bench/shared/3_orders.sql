-- Payments and shipments over the whole history; orders say whose they are.

-- step: fact_payment
create table owner as
select document_id, 'shop:' || customer_id as customer_key from read_parquet('{out}/staged/sale/*.parquet');
copy (
    select
        p.system,
        p.document_id,
        p.sequence,
        coalesce(o.customer_key, 'anonymous') as customer_key,
        p.month,
        p.method,
        p.payment_amount,
        p.currency,
        case when p.currency = 'CNY' then p.payment_amount else (p.payment_amount::decimal(20, 4) * r.rate)::decimal(18, 4) end as payment_amount_reporting,
        p.paid_at,
        p.paid_on{p.trace}
    from read_parquet('{out}/staged/payment/*/*.parquet', hive_partitioning = false) as p
    left join owner as o using (document_id)
    left join fx as r on r.from_currency = p.currency and r.to_currency = 'CNY' and r.on_date = p.paid_on
) to '{out}/facts/fact_payment' ({parquet}, partition_by (month), write_partition_columns true);

-- step: fact_shipment
create table shipment as
select
    s.system,
    s.shipment_id,
    s.document_id,
    null::int as line_no,
    coalesce(o.customer_key, 'anonymous') as customer_key,
    s.month,
    'shop:' || s.store_id as store_key,
    s.promised_on,
    s.shipped_on,
    s.delivered_on,
    null::boolean as in_full,
    s.delivered_on is not null as is_delivered,
    s.delivered_on <= s.promised_on as is_on_time,
    (s.delivered_on - s.shipped_on)::int as days_taken,
    (s.promised_on - s.shipped_on)::int as days_promised,
    (s.delivered_on - s.promised_on)::int as days_late{s.row}
from read_parquet('{out}/staged/shipment/*/*.parquet', hive_partitioning = false) as s
left join owner as o using (document_id);
copy shipment to '{out}/facts/fact_shipment' ({parquet}, partition_by (month), write_partition_columns true);
