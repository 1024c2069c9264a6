-- What the morning may rely on. A check is a query of rows that should not be there.

-- check: every record was read, and staged or rejected
select d.file, d.records, t.rows, t.staged, r.rejected
from delivery as d
left join taken as t using (file)
left join (select file, count(*) as rejected from reject group by file) as r using (file)
where d.records is distinct from t.rows or t.rows <> t.staged + coalesce(r.rejected, 0);

-- check: unique fact_sale, each month
select system, document_id, line_no, is_return from warehouse.fact_sale where month = date '{first}' group by all having count(*) > 1;

-- check: unique fact_document, each month
select system, document_id from warehouse.fact_document where month = date '{first}' group by all having count(*) > 1;

-- check: unique fact_payment, each month
select system, document_id, sequence from warehouse.fact_payment where month = date '{first}' group by all having count(*) > 1;

-- check: unique fact_shipment, each month
select system, shipment_id from warehouse.fact_shipment where month = date '{first}' group by all having count(*) > 1;

-- check: unique fact_survey_response, each month
select system, response_id from warehouse.fact_survey_response where month = date '{first}' group by all having count(*) > 1;

-- check: unique fact_survey_answer, each month
select system, response_id, question_id from warehouse.fact_survey_answer where month = date '{first}' group by all having count(*) > 1;

-- check: unique fact_customer_value, each month
select customer_key from warehouse.fact_customer_value where month = date '{first}' group by all having count(*) > 1;

-- check: unique fact_retention, each month
select customer_key from warehouse.fact_retention where month = date '{first}' group by all having count(*) > 1;

-- check: unique fact_satisfaction, each month
select customer_key from warehouse.fact_satisfaction where month = date '{first}' group by all having count(*) > 1;

-- check: unique fact_contact, each month
select system, contact_id from warehouse.fact_contact where month = date '{first}' group by all having count(*) > 1;

-- check: unique fact_case, each month
select system, case_id from warehouse.fact_case where month = date '{first}' group by all having count(*) > 1;

-- check: unique fact_promise, each month
select system, promise_id from warehouse.fact_promise where month = date '{first}' group by all having count(*) > 1;

-- check: unique fact_service_use, each month
select system, use_id from warehouse.fact_service_use where month = date '{first}' group by all having count(*) > 1;

-- check: unique fact_cost, each month
select system, cost_id from warehouse.fact_cost where month = date '{first}' group by all having count(*) > 1;

-- check: unique fact_cost_to_serve, each month
select customer_key, driver from warehouse.fact_cost_to_serve where month = date '{first}' group by all having count(*) > 1;

-- check: unique mart_cost_to_serve, each month
select customer_id from warehouse.mart_cost_to_serve where month = date '{first}' group by all having count(*) > 1;

-- check: not null fact_sale
select 1 from (select count(system) as system, count(document_id) as document_id, count(line_no) as line_no, count(customer_key) as customer_key, count(business_date) as business_date, count(month) as month, count(status) as status, count(kind) as kind, count(is_deal) as is_deal, count(is_fulfilled) as is_fulfilled, count(is_return) as is_return, count(quantity) as quantity, count(gross_amount) as gross_amount, count(discount_amount) as discount_amount, count(net_amount) as net_amount, count(tax_amount) as tax_amount, count(shipping_amount) as shipping_amount, count(currency) as currency, count(is_reversal) as is_reversal, count(*) as all_rows from warehouse.fact_sale) where least(system, document_id, line_no, customer_key, business_date, month, status, kind, is_deal, is_fulfilled, is_return, quantity, gross_amount, discount_amount, net_amount, tax_amount, shipping_amount, currency, is_reversal) < all_rows;

-- check: not null fact_document
select 1 from (select count(system) as system, count(document_id) as document_id, count(customer_key) as customer_key, count(business_date) as business_date, count(month) as month, count(status) as status, count(is_deal) as is_deal, count(is_fulfilled) as is_fulfilled, count(is_return) as is_return, count(currency) as currency, count(lines) as lines, count(quantity) as quantity, count(gross_amount) as gross_amount, count(discount_amount) as discount_amount, count(net_amount) as net_amount, count(tax_amount) as tax_amount, count(shipping_amount) as shipping_amount, count(deal_amount_reporting) as deal_amount_reporting, count(*) as all_rows from warehouse.fact_document) where least(system, document_id, customer_key, business_date, month, status, is_deal, is_fulfilled, is_return, currency, lines, quantity, gross_amount, discount_amount, net_amount, tax_amount, shipping_amount, deal_amount_reporting) < all_rows;

-- check: not null fact_customer_value
select 1 from (select count(customer_key) as customer_key, count(month) as month, count(documents) as documents, count(lines) as lines, count(quantity) as quantity, count(gross_amount) as gross_amount, count(discount_amount) as discount_amount, count(net_amount) as net_amount, count(returns_amount) as returns_amount, count(costed_net_amount) as costed_net_amount, count(*) as all_rows from warehouse.fact_customer_value) where least(customer_key, month, documents, lines, quantity, gross_amount, discount_amount, net_amount, returns_amount, costed_net_amount) < all_rows;

-- check: not null fact_retention
select 1 from (select count(customer_key) as customer_key, count(month) as month, count(purchase_days_mask) as purchase_days_mask, count(documents) as documents, count(net_amount) as net_amount, count(*) as all_rows from warehouse.fact_retention) where least(customer_key, month, purchase_days_mask, documents, net_amount) < all_rows;

-- check: not null in the facts of service and costs
select 'fact_contact' from warehouse.fact_contact where system is null or contact_id is null or contacted_on is null or direction is null or customer_key is null or is_abandoned is null or starts_issue is null or is_repeated is null
union all
select 'fact_case' from warehouse.fact_case where system is null or case_id is null or opened_on is null or kind is null or detected_by is null or customer_key is null or is_failure is null or is_complaint is null or is_answered is null or is_resolved is null or transfers is null or reopened is null
union all
select 'fact_promise' from warehouse.fact_promise where system is null or promise_id is null or made_on is null or customer_key is null or is_kept is null
union all
select 'fact_service_use' from warehouse.fact_service_use where system is null or use_id is null or used_on is null or service is null or quantity is null or customer_key is null
union all
select 'fact_cost' from warehouse.fact_cost where system is null or cost_id is null or spent_on is null or purpose is null or cost_amount is null or currency is null;

-- check: accepted values
select distinct status, kind from warehouse.fact_sale
where status not in ('placed', 'paid', 'shipped', 'delivered', 'cancelled', 'returned') or kind not in ('goods', 'service', 'stored_value')
union all
select distinct direction, null from warehouse.fact_contact where direction not in ('inbound', 'outbound')
union all
select distinct kind, severity from warehouse.fact_case
where kind not in ('complaint', 'repair', 'return_request', 'service_failure') or severity not in ('low', 'normal', 'high', 'critical');

-- check: sums by customer are sums by line
select month, l.net, c.net
from (select month, sum(net_amount_reporting) as net from warehouse.fact_sale where is_deal group by month) as l
full join (select month, sum(net_amount) as net from warehouse.fact_customer_value group by month) as c using (month)
where l.net is distinct from c.net;

-- check: sums by shop and by article are sums by line
select month, l.net, d.net, m.net, p.net
from (select month, sum(net_amount_reporting) as net from warehouse.fact_sale where is_deal group by month) as l
full join (select month, sum(net_amount) as net from warehouse.mart_sales_day group by month) as d using (month)
full join (select month, sum(net_amount) as net from warehouse.mart_sales_month group by month) as m using (month)
full join (select month, sum(net_amount) as net from warehouse.mart_product_month group by month) as p using (month)
where l.net is distinct from d.net or l.net is distinct from m.net or l.net is distinct from p.net;

-- check: what it cost to serve is what was spent on serving
select month, c.amount, s.amount
from (select month, sum(cost_amount_reporting) as amount from warehouse.fact_cost where purpose = 'serve' group by month) as c
full join (select month, sum(cost_amount) as amount from warehouse.fact_cost_to_serve group by month) as s using (month)
full join (select month, sum(cost_to_serve_amount) as amount from warehouse.mart_cost_to_serve group by month) as m using (month)
where c.amount is distinct from s.amount or c.amount is distinct from m.amount;

-- check: events have their case, assignments their employee
select case_id from read_parquet('{out}/staged/case_event/*.parquet') where case_id not in (select case_id from warehouse.fact_case)
union all
select employee_key from warehouse.fact_assignment where employee_key not in (select employee_key from warehouse.dim_employee);

-- check: unique customers
select customer_id from warehouse.mart_customer_base group by all having count(*) > 1
union all
select customer_key from warehouse.dim_customer_identity group by all having count(*) > 1
union all
select customer_id from warehouse.dim_customer group by all having count(*) > 1;

-- check: everybody is on one list
select 1 from (select (select count(*) from warehouse.dim_customer) as customers, (select count(*) from warehouse.mart_call_list) as listed) where customers <> listed;

-- check: the last month ends with everybody's state
select state, sum(in_flow) as in_flow, sum(in_states) as in_states
from (
    select to_state as state, customers as in_flow, 0 as in_states
    from warehouse.mart_state_flow
    where month = (select max(month) from warehouse.mart_state_flow)
    union all
    select state, 0, 1 from warehouse.mart_customer_state
)
group by state
having sum(in_flow) <> sum(in_states);

-- check: files of facts hold what the tables hold
from (
    select 'fact_sale' as name, (select sum(num_rows) from parquet_file_metadata('{out}/facts/fact_sale/*.parquet')) as filed, (select count(*) from warehouse.fact_sale) as tabled
    union all select 'fact_document' as name, (select sum(num_rows) from parquet_file_metadata('{out}/facts/fact_document/*.parquet')) as filed, (select count(*) from warehouse.fact_document) as tabled
    union all select 'fact_payment' as name, (select sum(num_rows) from parquet_file_metadata('{out}/facts/fact_payment/*/*.parquet')) as filed, (select count(*) from warehouse.fact_payment) as tabled
    union all select 'fact_shipment' as name, (select sum(num_rows) from parquet_file_metadata('{out}/facts/fact_shipment/*/*.parquet')) as filed, (select count(*) from warehouse.fact_shipment) as tabled
    union all select 'fact_survey_response' as name, (select sum(num_rows) from parquet_file_metadata('{out}/facts/fact_survey_response/*/*.parquet')) as filed, (select count(*) from warehouse.fact_survey_response) as tabled
    union all select 'fact_survey_answer' as name, (select sum(num_rows) from parquet_file_metadata('{out}/facts/fact_survey_answer/*/*.parquet')) as filed, (select count(*) from warehouse.fact_survey_answer) as tabled
    union all select 'fact_customer_value' as name, (select sum(num_rows) from parquet_file_metadata('{out}/facts/fact_customer_value/*.parquet')) as filed, (select count(*) from warehouse.fact_customer_value) as tabled
    union all select 'fact_retention' as name, (select sum(num_rows) from parquet_file_metadata('{out}/facts/fact_retention/*.parquet')) as filed, (select count(*) from warehouse.fact_retention) as tabled
    union all select 'fact_satisfaction' as name, (select sum(num_rows) from parquet_file_metadata('{out}/facts/fact_satisfaction/*/*.parquet')) as filed, (select count(*) from warehouse.fact_satisfaction) as tabled
    union all select 'fact_contact' as name, (select sum(num_rows) from parquet_file_metadata('{out}/facts/fact_contact/*/*.parquet')) as filed, (select count(*) from warehouse.fact_contact) as tabled
    union all select 'fact_case' as name, (select sum(num_rows) from parquet_file_metadata('{out}/facts/fact_case/*/*.parquet')) as filed, (select count(*) from warehouse.fact_case) as tabled
    union all select 'fact_promise' as name, (select sum(num_rows) from parquet_file_metadata('{out}/facts/fact_promise/*/*.parquet')) as filed, (select count(*) from warehouse.fact_promise) as tabled
    union all select 'fact_service_use' as name, (select sum(num_rows) from parquet_file_metadata('{out}/facts/fact_service_use/*/*.parquet')) as filed, (select count(*) from warehouse.fact_service_use) as tabled
    union all select 'fact_cost' as name, (select sum(num_rows) from parquet_file_metadata('{out}/facts/fact_cost/*/*.parquet')) as filed, (select count(*) from warehouse.fact_cost) as tabled
    union all select 'fact_cost_to_serve' as name, (select sum(num_rows) from parquet_file_metadata('{out}/facts/fact_cost_to_serve/*.parquet')) as filed, (select count(*) from warehouse.fact_cost_to_serve) as tabled
)
where filed <> tabled;

-- step: versions
create table warehouse.table_version (name varchar, month date, rows bigint, content hugeint);
insert into warehouse.table_version select 'fact_sale', month, count(*), sum(hash(*columns(* exclude (delivery_id, source_row)))) from warehouse.fact_sale group by month;
insert into warehouse.table_version select 'fact_document', month, count(*), sum(hash(*columns(* exclude (delivery_id, source_row)))) from warehouse.fact_document group by month;
insert into warehouse.table_version select 'fact_payment', month, count(*), sum(hash(*columns(* exclude (delivery_id, source_row)))) from warehouse.fact_payment group by month;
insert into warehouse.table_version select 'fact_shipment', month, count(*), sum(hash(*columns(* exclude (delivery_id, source_row)))) from warehouse.fact_shipment group by month;
insert into warehouse.table_version select 'fact_survey_response', month, count(*), sum(hash(*columns(* exclude (delivery_id, source_row)))) from warehouse.fact_survey_response group by month;
insert into warehouse.table_version select 'fact_survey_answer', month, count(*), sum(hash(*columns(* exclude (delivery_id, source_row)))) from warehouse.fact_survey_answer group by month;
insert into warehouse.table_version select 'fact_customer_value', month, count(*), sum(hash(*columns(*))) from warehouse.fact_customer_value group by month;
insert into warehouse.table_version select 'fact_retention', month, count(*), sum(hash(*columns(*))) from warehouse.fact_retention group by month;
insert into warehouse.table_version select 'fact_satisfaction', month, count(*), sum(hash(*columns(*))) from warehouse.fact_satisfaction group by month;
insert into warehouse.table_version select 'mart_sales_day', month, count(*), sum(hash(*columns(*))) from warehouse.mart_sales_day group by month;
insert into warehouse.table_version select 'mart_sales_month', month, count(*), sum(hash(*columns(*))) from warehouse.mart_sales_month group by month;
insert into warehouse.table_version select 'mart_product_month', month, count(*), sum(hash(*columns(*))) from warehouse.mart_product_month group by month;
insert into warehouse.table_version select 'dim_product_cost', month, count(*), sum(hash(*columns(*))) from warehouse.dim_product_cost group by month;
insert into warehouse.table_version select 'dim_fx_rate', month, count(*), sum(hash(*columns(*))) from warehouse.dim_fx_rate group by month;
insert into warehouse.table_version select 'mart_csat', month, count(*), sum(hash(*columns(*))) from warehouse.mart_csat group by month;
insert into warehouse.table_version select 'mart_nps', month, count(*), sum(hash(*columns(*))) from warehouse.mart_nps group by month;
insert into warehouse.table_version select 'mart_delivery', month, count(*), sum(hash(*columns(*))) from warehouse.mart_delivery group by month;
insert into warehouse.table_version select 'dim_customer', null, count(*), sum(hash(*columns(*))) from warehouse.dim_customer;
insert into warehouse.table_version select 'dim_customer_identity', null, count(*), sum(hash(*columns(*))) from warehouse.dim_customer_identity;
insert into warehouse.table_version select 'dim_customer_link', null, count(*), sum(hash(*columns(*))) from warehouse.dim_customer_link;
insert into warehouse.table_version select 'dim_customer_match', null, count(*), sum(hash(*columns(*))) from warehouse.dim_customer_match;
insert into warehouse.table_version select 'dim_date', null, count(*), sum(hash(*columns(*))) from warehouse.dim_date;
insert into warehouse.table_version select 'dim_product', null, count(*), sum(hash(*columns(*))) from warehouse.dim_product;
insert into warehouse.table_version select 'dim_store', null, count(*), sum(hash(*columns(*))) from warehouse.dim_store;
insert into warehouse.table_version select 'dim_survey_question', null, count(*), sum(hash(*columns(*))) from warehouse.dim_survey_question;
insert into warehouse.table_version select 'mart_cohort', null, count(*), sum(hash(*columns(*))) from warehouse.mart_cohort;
insert into warehouse.table_version select 'mart_customer_base', null, count(*), sum(hash(*columns(*))) from warehouse.mart_customer_base;
insert into warehouse.table_version select 'mart_customer_cut', null, count(*), sum(hash(*columns(*))) from warehouse.mart_customer_cut;
insert into warehouse.table_version select 'mart_retention_month', null, count(*), sum(hash(*columns(*))) from warehouse.mart_retention_month;
insert into warehouse.table_version select 'mart_price_volume_mix', null, count(*), sum(hash(*columns(*))) from warehouse.mart_price_volume_mix;
insert into warehouse.table_version select 'mart_value_curve', null, count(*), sum(hash(*columns(*))) from warehouse.mart_value_curve;
insert into warehouse.table_version select 'mart_concentration', null, count(*), sum(hash(*columns(*))) from warehouse.mart_concentration;
insert into warehouse.table_version select 'mart_state_flow', null, count(*), sum(hash(*columns(*))) from warehouse.mart_state_flow;
insert into warehouse.table_version select 'fact_contact', month, count(*), sum(hash(*columns(* exclude (delivery_id, source_row)))) from warehouse.fact_contact group by month;
insert into warehouse.table_version select 'fact_case', month, count(*), sum(hash(*columns(* exclude (delivery_id, source_row)))) from warehouse.fact_case group by month;
insert into warehouse.table_version select 'fact_promise', month, count(*), sum(hash(*columns(* exclude (delivery_id, source_row)))) from warehouse.fact_promise group by month;
insert into warehouse.table_version select 'fact_service_use', month, count(*), sum(hash(*columns(* exclude (delivery_id, source_row)))) from warehouse.fact_service_use group by month;
insert into warehouse.table_version select 'fact_cost', month, count(*), sum(hash(*columns(* exclude (delivery_id, source_row)))) from warehouse.fact_cost group by month;
insert into warehouse.table_version select 'fact_cost_to_serve', month, count(*), sum(hash(*columns(*))) from warehouse.fact_cost_to_serve group by month;
insert into warehouse.table_version select 'mart_cost_to_serve', month, count(*), sum(hash(*columns(*))) from warehouse.mart_cost_to_serve group by month;
insert into warehouse.table_version select 'mart_service', month, count(*), sum(hash(*columns(*))) from warehouse.mart_service group by month;
insert into warehouse.table_version select 'mart_recovery', month, count(*), sum(hash(*columns(*))) from warehouse.mart_recovery group by month;
insert into warehouse.table_version select 'dim_employee_department', month, count(*), sum(hash(*columns(*))) from warehouse.dim_employee_department group by month;
insert into warehouse.table_version select 'fact_assignment', null, count(*), sum(hash(*columns(*))) from warehouse.fact_assignment;
insert into warehouse.table_version select 'dim_employee', null, count(*), sum(hash(*columns(*))) from warehouse.dim_employee;
insert into warehouse.table_version select 'dim_customer_history', null, count(*), sum(hash(*columns(*))) from warehouse.dim_customer_history;

-- step: ledger
create table warehouse.ledger as
select id as delivery_id, file, sha256, bytes, records, rows, staged
from delivery
left join taken using (file);
copy reject to '{out}/rejects.parquet' ({parquet});
