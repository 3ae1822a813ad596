/** More than 300 lines: one step of the schema, of which `answer_query` is half. */

import { type Kysely, sql } from 'kysely'
import { ACCESS_LIST_LIMIT, SAME_AUTHOR_HOURS } from '../../domain/query/access.ts'

/**
 * Succession of authorities (rules 19.13 to 19.19). A row of `plan` stays with the authority that sent it; who holds it now follows from
 * the register of successions, read anew each time. So a hand-over is one row, true for all plans at one instant, and whatever file
 * comes in whatever order, the end state is the same.
 *
 * - `plan_holder` follows one plan from successor to successor.
 * - `plans_as_held` gives all plans of a person as they are held, and joins what is one plan (rule 19.16). It is only called for persons
 *   with a plan of an authority that passed plans on (`authority.passes_on`); for all others a plan is held by its sender.
 * - The view `speaking_plan` has the holder as its `authority`, so that whoever reads it (notifications, missed appointments, checks of
 *   numbers) addresses the holder.
 *
 * `answer_query` is that of step 0024 with what follows from `passes` added.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db)

  await run(`create table succession (
    id uuid primary key,
    from_authority text not null references authority,
    on_day date not null,
    default_successor text not null references authority,
    successors text[] not null,
    listed boolean not null,
    state text not null default 'planned' check (state in ('planned', 'done', 'undone', 'withdrawn')),
    planned_at timestamptz not null,
    planned_by text not null,
    waits_for text,
    waits_since timestamptz,
    done_at timestamptz,
    undone_at timestamptz,
    check (from_authority <> default_successor),
    check ((state in ('done', 'undone')) = (done_at is not null))
  )`)
  // One at a time for an authority: planned, or done.
  await run(
    `create unique index succession_current on succession (from_authority) where state in ('planned', 'done')`,
  )
  await run(`create index succession_from on succession (from_authority, done_at)`)
  // What the hand-over file says of single plans; and, once a hand-over was undone, what stays with the successor.
  await run(`create table succession_plan (
    person text not null,
    nhs_number text not null,
    succession uuid not null references succession,
    plan_type text not null,
    start_day text not null,
    local_id text not null,
    successor text not null references authority,
    new_local_id text,
    row_number integer,
    kept boolean not null default false,
    primary key (person, succession, plan_type, start_day, local_id, nhs_number),
    foreign key (nhs_number, person) references person_number (nhs_number, person) on update cascade
  )`)
  await run(`create index succession_plan_of on succession_plan (succession)`)

  // passes_on: plans that it sent may be held by another. passed_on_at: since when they are, unless it was undone.
  await run(`alter table authority
    add column passes_on boolean not null default false,
    add column passed_on_at timestamptz`)
  // A trust speaks for several authorities from one mailbox (rule 19.19); that nobody shares one unasked is held by the register lock.
  await run(`alter table authority drop constraint authority_mailbox_id_key`)
  await run(`create index authority_mailbox on authority (mailbox_id)`)
  // The newest end or delete that was applied to a plan without proof: between two senders of one plan it counts as a write.
  await run(
    `alter table plan add column taken_back_created_at timestamptz, add column taken_back_sequence bigint`,
  )
  await run(`update plan p set taken_back_created_at = t.written_created_at, taken_back_sequence = t.written_sequence
    from (
      select distinct on (person, authority, plan_type, start_time, unborn) * from plan_taken_back
      order by person, authority, plan_type, start_time, unborn, written_created_at desc, written_sequence desc
    ) t
    where t.person = p.person and t.authority = p.authority and t.plan_type = p.plan_type and t.start_time = p.start_time
      and t.unborn = p.unborn and (t.written_created_at, t.written_sequence) > (p.written_created_at, p.written_sequence)`)

  await run(`create function plan_holder(
      p_person text, p_authority text, p_type text, p_start text, p_unborn text,
      out holder text, out passed jsonb, out new_local_id text
    ) language plpgsql stable as $$
    declare
      step record;
      listed record;
    begin
      holder := p_authority;
      passed := '[]';
      for step in select * from succession s where s.done_at is not null order by s.done_at, s.id loop
        continue when step.from_authority <> holder;
        select l.successor, l.new_local_id, l.kept into listed from succession_plan l
        where l.person = p_person and l.succession = step.id and l.plan_type = p_type
          and l.start_day = left(p_start, 8) and (p_type <> 'UCPP' or l.local_id = p_unborn)
        order by l.kept desc, l.row_number, l.nhs_number limit 1;
        continue when step.state = 'undone' and listed.kept is not true;
        passed := jsonb_build_array(jsonb_build_object('succession', step.id, 'from', holder, 'on', step.on_day,
          'listed', not step.listed or listed.successor is not null)) || passed;
        holder := coalesce(listed.successor, step.default_successor);
        new_local_id := coalesce(listed.new_local_id, new_local_id);
      end loop;
    end $$`)

  await run(`create function plans_as_held(p_person text) returns table (
      person text, nhs_number text, authority text, plan_type text, start_time text, unborn text, id uuid, end_time text,
      delete_time text, given text, family text, birth_date date, local_id text, local_id_authority text,
      visible_until timestamptz, ever_loaded boolean, written_created_at timestamptz, written_sequence bigint,
      written_received_at timestamptz, sent_by text, passed jsonb, speaks boolean, unclear boolean,
      own_received_at timestamptz
    ) language sql stable as $$
    with spoken as (
      select distinct on (p.authority, p.plan_type, p.start_time, p.unborn) p.* from plan p where p.person = p_person
      order by p.authority, p.plan_type, p.start_time, p.unborn, p.written_created_at desc, p.written_sequence desc,
        (p.nhs_number = p.person) desc, p.nhs_number
    ),
    held as (
      select s.*, h.holder, h.passed, h.new_local_id, h.holder = s.authority as own,
        case when s.plan_type = 'UCPP' then coalesce(h.new_local_id, s.unborn) else '' end as child,
        coalesce((s.taken_back_created_at, s.taken_back_sequence) > (s.written_created_at, s.written_sequence), false) as taken
      from spoken s cross join lateral plan_holder(s.person, s.authority, s.plan_type, s.start_time, s.unborn) h
    ),
    timed as (
      select h.*, case when taken then taken_back_created_at else written_created_at end as spoke_at,
        case when taken then taken_back_sequence else written_sequence end as spoke_sequence
      from held h
    ),
    -- What starts at one time is one plan, whoever sent it.
    started as (
      select t.*, first_value(t.id) over newest as start_id, first_value(t.delete_time) over newest as start_deleted,
        first_value(t.end_time) over newest as start_end
      from timed t window newest as (
        partition by holder, plan_type, start_time, child order by spoke_at desc, spoke_sequence desc, jsonb_array_length(t.passed), t.id
      )
    ),
    -- What passed on, and what a later holder sent itself, may be one plan under two starts: it runs on the same day, or one follows the
    -- other day by day.
    link as (
      select later.start_id as one, earlier.start_id as other
      from started later join started earlier on earlier.holder = later.holder and earlier.plan_type = later.plan_type
        and earlier.start_id <> later.start_id and later.start_deleted is null and earlier.start_deleted is null
        and later.authority <> earlier.authority and (later.own or exists (
          select from jsonb_array_elements(earlier.passed) step where step ->> 'from' = later.authority
        ))
        and not exists (
          select from started a join started b on b.authority = a.authority
          where a.start_id = later.start_id and b.start_id = earlier.start_id
        )
        and (earlier.start_end is null
          or to_date(left(later.start_time, 8), 'YYYYMMDD') <= to_date(left(earlier.start_end, 8), 'YYYYMMDD') + 1)
        and (later.start_end is null
          or to_date(left(earlier.start_time, 8), 'YYYYMMDD') <= to_date(left(later.start_end, 8), 'YYYYMMDD') + 1)
    ),
    reached as (
      with recursive reach (one, other) as (
        select start_id, start_id from started
        union
        select r.one, case when l.one = r.other then l.other else l.one end from reach r join link l on r.other in (l.one, l.other)
      )
      select one as start_id, min(other::text) as plan_id, count(*) as starts from reach group by one
    ),
    -- Where one sender has two of them, it cannot be told which is meant: each stays a plan of its own.
    judged as (
      select r.plan_id, count(*) = count(distinct s.authority) as is_clear
      from reached r join started s on s.start_id = r.start_id group by r.plan_id
    ),
    joined as (
      select s.*, not j.is_clear and r.starts > 1 as is_unclear,
        case when j.is_clear then r.plan_id else s.start_id::text end as plan_id
      from started s join reached r on r.start_id = s.start_id join judged j on j.plan_id = r.plan_id
    )
    select j.person, j.nhs_number, j.holder, j.plan_type, j.start_time, j.unborn, j.id, j.end_time, j.delete_time, j.given, j.family,
      j.birth_date, case when j.own then j.local_id else coalesce(j.new_local_id, j.local_id) end,
      case when j.own or j.new_local_id is null then j.local_id_authority end,
      j.visible_until, j.ever_loaded, j.written_created_at, j.written_sequence, j.written_received_at, j.authority,
      first_value(j.passed) over (
        partition by j.plan_id order by jsonb_array_length(j.passed) desc, spoke_at desc, spoke_sequence desc, j.id
      ),
      row_number() over (
        partition by j.plan_id order by spoke_at desc, spoke_sequence desc, jsonb_array_length(j.passed), j.id
      ) = 1,
      j.is_unclear, max(j.written_received_at) filter (where j.own) over (partition by j.plan_id)
    from joined j
    $$`)

  // Whose plans they were, the last holder first; and the numbers of the newest of these that has told some, where the holder has told none.
  await run(`create function formerly_of(
      p_passed jsonb, p_duty_phone text, out duty_phone text, out office_phone text, out formerly jsonb
    ) language sql stable as $$
    select (array_agg(a.duty_phone order by s.nth) filter (where a.duty_phone is not null and p_duty_phone is null))[1],
      (array_agg(a.office_phone order by s.nth) filter (where a.duty_phone is not null and p_duty_phone is null))[1],
      coalesce(jsonb_agg(jsonb_build_object('name', a.name, 'on', s.step ->> 'on') order by s.nth), '[]')
    from jsonb_array_elements(p_passed) with ordinality s (step, nth)
    join authority a on a.ods_code = s.step ->> 'from'
    $$`)

  await run(`drop view speaking_plan`)
  // Persons without a plan of an authority that passed plans on are read as before.
  await run(`create view speaking_plan as
    select person, nhs_number, authority, plan_type, start_time, unborn, id, end_time, delete_time, given, family, birth_date,
      local_id, local_id_authority, visible_until, ever_loaded, written_created_at, written_sequence, written_received_at,
      authority as sent_by, '[]'::jsonb as passed, false as unclear
    from (
      select distinct on (person, authority, plan_type, start_time, unborn) * from plan
      order by person, authority, plan_type, start_time, unborn, written_created_at desc, written_sequence desc,
        (nhs_number = person) desc, nhs_number
    ) s
    where not exists (
      select from plan q join authority a on a.ods_code = q.authority and a.passes_on where q.person = s.person
    )
    union all
    select who.person, h.nhs_number, h.authority, h.plan_type, h.start_time, h.unborn, h.id, h.end_time, h.delete_time, h.given,
      h.family, h.birth_date, h.local_id, h.local_id_authority, h.visible_until, h.ever_loaded, h.written_created_at,
      h.written_sequence, h.written_received_at, h.sent_by, h.passed, h.unclear
    from (
      select distinct q.person from plan q join authority a on a.ods_code = q.authority and a.passes_on
    ) who cross join lateral plans_as_held(who.person) h
    where h.speaks`)

  await run(`create or replace function answer_query(
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
      passes boolean;
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
        select jsonb_agg(to_jsonb(v) - 'passes' order by v.start_time, v.plan_type, v.authority, v.unborn)
            filter (where v.delete_time is null and v.visible_until > p_at),
          coalesce(bool_or(v.passes), false) into plans, passes from (
          select s.*, a.name as authority_name, a.duty_phone, a.office_phone, a.hours,
            case when a.hours is not null then (select jsonb_agg(b.day order by b.day) from bank_holiday b) end as holidays,
            a.passes_on as passes
          from (
            select distinct on (p.authority, p.plan_type, p.start_time, p.unborn) p.* from plan p where p.person = who
            order by p.authority, p.plan_type, p.start_time, p.unborn, p.written_created_at desc, p.written_sequence desc,
              (p.nhs_number = p.person) desc, p.nhs_number
          ) s join authority a on a.ods_code = s.authority
        ) v;
        if passes then
          -- Another authority holds some of it now: whose it is, under which names and numbers, is found anew.
          select jsonb_agg(to_jsonb(v) order by v.start_time, v.plan_type, v.authority, v.unborn) into plans from (
            select h.*, a.name as authority_name, coalesce(f.duty_phone, a.duty_phone) as duty_phone,
              case when f.duty_phone is null then a.office_phone else f.office_phone end as office_phone, f.formerly,
              -- Hours are those of the numbers that are shown.
              case when f.duty_phone is null then a.hours end as hours,
              case when f.duty_phone is null and a.hours is not null
                then (select jsonb_agg(b.day order by b.day) from bank_holiday b) end as holidays
            from plans_as_held(who) h join authority a on a.ods_code = h.authority
            cross join lateral formerly_of(h.passed, a.duty_phone) f
            where h.speaks and h.delete_time is null and h.visible_until > p_at
          ) v;
        end if;
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
}
