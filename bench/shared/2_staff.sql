-- Employees: who they are, and in which department from when to when. Every system knows
-- them by the same file.

-- step: dims of employees
create table current_employee as
select s.system, e.*
from (
    from employee
    qualify row_number() over (partition by employee_no order by valid_from > date '{as_of}', abs(valid_from - date '{as_of}')) = 1
) as e, (values ('pos'), ('shop'), ('erp')) as s(system);
create table warehouse.dim_employee as
select
    system || ':' || employee_no as employee_key,
    system,
    employee_no as employee_id,
    role,
    coalesce(rank, 'staff') as rank,
    department,
    system || ':' || store as store_key,
    system || ':' || manager as manager_key,
    hired_on,
    left_on,
    coalesce(hired_on <= date '{as_of}', true) and coalesce(left_on >= date '{as_of}', true) as is_here,
    valid_from
from current_employee;
create table person.person_employee as
select system || ':' || employee_no as employee_key, name, null::varchar as phone, null::varchar as email, valid_from
from current_employee;
drop table current_employee;
copy warehouse.dim_employee to '{out}/dims/dim_employee.parquet' ({parquet});
copy person.person_employee to '{out}/dims/person_employee.parquet' ({parquet});

-- step: departments
-- Versions that change nothing about the department are one stretch.
create table desk as
with changes as (
    select employee_no, valid_from, department
    from employee
    window version as (partition by employee_no order by valid_from)
    qualify row_number() over version = 1 or department is distinct from lag(department) over version
)
select
    employee_no,
    case when row_number() over version = 1 then date '0001-01-01' else valid_from end as valid_from,
    coalesce(lead(valid_from) over version, date '9999-12-31') as valid_to,
    department
from changes
window version as (partition by employee_no order by valid_from);
create table warehouse.dim_employee_department as
select
    month::date as month,
    s.system,
    employee_no as employee_id,
    valid_from,
    least(valid_to, month + interval 1 month)::date as valid_to,
    department
from desk
join range(date '{begins}', date '{ends}', interval 1 month) as months(month) on valid_from < month + interval 1 month
cross join (values ('pos'), ('shop'), ('erp')) as s(system)
where department is not null;
copy warehouse.dim_employee_department to '{out}/dims/dim_employee_department' ({parquet}, partition_by (month), write_partition_columns true);
