-- The big facts, from their months' files into the warehouse.

-- step: load fact_sale
create table warehouse.fact_sale as from read_parquet('{out}/facts/fact_sale/*.parquet');

-- step: load fact_document
create table warehouse.fact_document as from read_parquet('{out}/facts/fact_document/*.parquet');

-- step: load fact_customer_value
create table warehouse.fact_customer_value as from read_parquet('{out}/facts/fact_customer_value/*.parquet');

-- step: load fact_retention
create table warehouse.fact_retention as from read_parquet('{out}/facts/fact_retention/*.parquet');

-- step: load the rest
create table warehouse.fact_payment as from read_parquet('{out}/facts/fact_payment/*/*.parquet', hive_partitioning = false);
create table warehouse.fact_shipment as from shipment;
drop table shipment;
create table warehouse.dim_product_cost as from read_parquet('{out}/dims/dim_product_cost/*.parquet');
create table warehouse.mart_sales_day as from read_parquet('{out}/marts/mart_sales_day/*.parquet');
create table warehouse.mart_sales_month as from read_parquet('{out}/marts/mart_sales_month/*.parquet');
create table warehouse.mart_product_month as from read_parquet('{out}/marts/mart_product_month/*.parquet');
create table warehouse.fact_cost_to_serve as from read_parquet('{out}/facts/fact_cost_to_serve/*.parquet');
