import { type Kysely, sql } from 'kysely'
import { ACCESS_LIST_LIMIT, SAME_AUTHOR_HOURS } from '../../domain/query/access.ts'

/**
 * The hours of each authority, and bank holidays as data (rules 16.11 and 16.13). The query answers both with each plan of an authority
 * whose hours are known: the function of 0020 with two more columns, so that it stays one call (rule 5.8).
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table authority add column hours text`.execute(db)
  await sql`create table bank_holiday (day date primary key, title text not null, notes text not null)`.execute(
    db,
  )
  await sql
    .raw(`create or replace function answer_query(
      p_number text, p_access uuid, p_unscheduled boolean, p_at timestamptz, p_author jsonb, p_author_key text,
      p_audit uuid, p_interface text, p_action text, p_trace text, p_details jsonb,
      p_may_ask boolean, p_checked_after timestamptz, p_feed_after timestamptz,
      out ask text, out question bigint, out restricted boolean, out checked boolean, out plans jsonb, out accesses jsonb
    ) language plpgsql as $$
    declare
      known record;
      told record;
      who text;
      seen text;
      is_listed boolean := false;
      a_day_ago timestamptz := p_at - interval '${SAME_AUTHOR_HOURS} hours';
      clock_is_wrong timestamptz := p_at + interval '5 minutes';
    begin
      for tries in 1 .. 10 loop
        plans := null;
        select n.person, n.looked_at, n.due_at, n.xmin::text as seen,
          exists (select from person_number r where r.person = n.person and r.restricted) as restricted into known
        from person_number n where n.nhs_number = p_number;
        who := known.person;
        restricted := coalesce(known.restricted, false);
        exit when who is null;
        select jsonb_agg(to_jsonb(v) order by v.start_time, v.plan_type, v.authority, v.unborn) into plans from (
          select s.*, a.name as authority_name, a.duty_phone, a.office_phone, a.hours,
            case when a.hours is not null then (select jsonb_agg(b.day order by b.day) from bank_holiday b) end as holidays
          from (
            select distinct on (p.authority, p.plan_type, p.start_time, p.unborn) p.* from plan p where p.person = who
            order by p.authority, p.plan_type, p.start_time, p.unborn, p.written_created_at desc, p.written_sequence desc,
              (p.nhs_number = p.person) desc, p.nhs_number
          ) s join authority a on a.ods_code = s.authority
          where s.delete_time is null and s.visible_until > p_at
        ) v;
        if plans is not null and p_unscheduled and not restricted then
          select n.xmin::text into seen from person_number n where n.nhs_number = p_number and n.person = who for key share;
        else
          select n.xmin::text into seen from person_number n where n.nhs_number = p_number;
        end if;
        exit when seen = known.seen;
        if tries = 10 then
          raise exception 'the person changes all the time' using errcode = '40001';
        end if;
      end loop;

      checked := true;
      if restricted then
        plans := null;
      elsif plans is null then
        if who <> p_number or known.looked_at > p_checked_after is not true or known.due_at > 'epoch' is not true then
          ask := number_to_ask(p_number, coalesce(who, p_number), p_checked_after, p_feed_after);
        end if;
        checked := ask is null;
        if ask is not null and p_may_ask then
          question := nextval('pds_question');
          return;
        end if;
        ask := null;
      elsif p_unscheduled then
        insert into last_listed as held (person, author_key, listed_at) values (who, p_author_key, p_at)
        on conflict (person, author_key) do update set listed_at = excluded.listed_at
          where held.listed_at <= a_day_ago or held.listed_at > clock_is_wrong
        returning true into is_listed;
        is_listed := coalesce(is_listed, false);
        if is_listed then
          insert into access (person, nhs_number, accessed_at, id, author, author_key)
          values (who, p_number, p_at, p_access, p_author, p_author_key);
          for told in
            select distinct on (v.authority) v.* from jsonb_to_recordset(plans) as v(
              authority text, nhs_number text, local_id text, local_id_authority text, written_created_at timestamptz,
              written_sequence bigint)
            order by v.authority, v.written_created_at desc, v.written_sequence desc
          loop
            insert into notification
              (nhs_number, access_id, authority, accessed_at, author, local_id, local_id_authority, upload_sequence)
            values (told.nhs_number, p_access, told.authority, p_at, p_author, told.local_id, told.local_id_authority,
              told.written_sequence);
          end loop;
        end if;
      end if;

      insert into audit (id, at, door, action, outcome, reason, author, nhs_number, trace_id, details)
      values (p_audit, p_at, p_interface, p_action, case when restricted then 'refused' else 'allowed' end,
        case when restricted then 'restricted' end, p_author, p_number, p_trace,
        p_details || jsonb_build_object('plans', coalesce(jsonb_array_length(plans), 0), 'listed', is_listed)
          || case when checked then '{}'::jsonb else '{"checked": false}'::jsonb end);

      if plans is not null then
        select coalesce(jsonb_agg(jsonb_build_object(
            'id', h.id, 'nhsNumber', h.nhs_number, 'at', h.accessed_at, 'author', h.author
          ) order by h.accessed_at desc, h.id desc), '[]') into accesses
        from (
          select a.id, a.nhs_number, a.accessed_at, a.author from access a where a.person = who
          order by a.accessed_at desc, a.id desc limit ${ACCESS_LIST_LIMIT}
        ) h;
      end if;
    end $$`)
    .execute(db)
}
