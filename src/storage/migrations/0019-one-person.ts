import { type Kysely, sql } from 'kysely'

/**
 * One person, many NHS numbers (rules 4.4 and 14.1 to 14.8). For each number stands what PDS last said of it; who is one person
 * follows from that, and two constraints reject a wrong grouping. `person` is the person's current NHS number and leads every key of
 * plans and accesses.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db)

  // Drawn before PDS is asked: of two answers about one number the one with the greater version counts.
  await run(`create sequence pds_question`)
  await run(`create table person_number (
    nhs_number text primary key,
    person text not null,
    state text not null default 'unasked' check (state in ('unasked', 'live', 'replaced', 'invalid', 'unknown')),
    restricted boolean not null default false,
    replaced_by text,
    follows text,
    version bigint not null default 0,
    looked_at timestamptz,
    due_at timestamptz not null,
    claimed_until timestamptz,
    unique (nhs_number, person),
    check ((state = 'replaced') = (replaced_by is not null)),
    check (replaced_by <> nhs_number),
    check (follows = replaced_by),
    -- Nobody is grouped without a pointer.
    check ((follows is null) = (person = nhs_number)),
    -- Nobody is parted from a replacement: a number that follows another has that one's person.
    foreign key (follows, person) references person_number (nhs_number, person) deferrable initially deferred
  )`)
  await run(`create index person_number_due on person_number (due_at)`)
  await run(`create index person_number_others on person_number (person) where person <> nhs_number`)
  await run(`create index person_number_follows on person_number (follows) where follows is not null`)
  await run(`create index person_number_restricted on person_number (person) where restricted`)
  // When those who announce number changes were last heard of.
  await run(`create table number_feed (
    single boolean primary key default true check (single),
    heard_at timestamptz not null
  )`)

  // What PDS had said so far: replacements, with the least number of a ring as its end; all that is not known is asked now. Each step is
  // a table with its statistics, since what is made within one statement is joined blindly.
  const step = async (name: string, query: string) => {
    await run(`create temporary table ${name} on commit drop as ${query}`)
    await run(`create unique index on ${name} (nhs_number)`)
    await run(`analyze ${name}`)
  }
  await step(
    'step_replaced',
    `select nhs_number, replacement from replaced_number where nhs_number <> replacement`,
  )
  await step(
    'step_followed',
    `with recursive walk as (
      select nhs_number as start, replacement as at, array[nhs_number] as path from step_replaced
      union all
      select w.start, r.replacement, w.path || w.at from walk w join step_replaced r on r.nhs_number = w.at
      where w.at <> all (w.path)
    )
    select * from step_replaced where nhs_number not in (
      select start from walk where at = start and start = (select min(n) from unnest(path) n)
    )`,
  )
  await step(
    'step_known',
    `select nhs_number from plan
    union select nhs_number from access
    union select nhs_number from step_replaced
    union select replacement from step_replaced
    union select nhs_number from same_person
    union select other_number from same_person
    union select nhs_number from number_change`,
  )
  await step(
    'step_grouped',
    `with recursive chain as (
      select nhs_number, nhs_number as at from step_known
      union all
      select c.nhs_number, f.replacement from chain c join step_followed f on f.nhs_number = c.at
    )
    select c.nhs_number, c.at as person from chain c left join step_followed f on f.nhs_number = c.at
    where f.nhs_number is null`,
  )
  // Pairs that no replacement explains are asked first: one of them had lost its replacement.
  await step(
    'step_unexplained',
    `select distinct s.nhs_number from same_person s
    join step_grouped a on a.nhs_number = s.nhs_number join step_grouped b on b.nhs_number = s.other_number
    where a.person <> b.person`,
  )
  await run(`
    insert into person_number (nhs_number, person, state, replaced_by, follows, looked_at, due_at)
    select g.nhs_number, g.person,
      case when r.nhs_number is not null then 'replaced' when i.nhs_number is not null then 'invalid'
        when l.nhs_number is not null then 'live' else 'unasked' end,
      r.replacement, f.replacement,
      case when r.nhs_number is null and i.nhs_number is null then l.checked_at end,
      case when u.nhs_number is not null then 'epoch'::timestamptz
        when r.nhs_number is not null or i.nhs_number is not null or l.nhs_number is null then now()
        else l.checked_at + interval '24 hours' end
    from step_grouped g
    left join step_replaced r on r.nhs_number = g.nhs_number
    left join step_followed f on f.nhs_number = g.nhs_number
    left join step_unexplained u on u.nhs_number = g.nhs_number
    left join (select distinct nhs_number from number_change) i on i.nhs_number = g.nhs_number
    left join number_check l on l.nhs_number = g.nhs_number and l.checked_at > 'epoch'`)
  await run(`analyze person_number`)

  // An unborn child is known by the local id of the record that stands under the mother: twins are two plans (rule 3.4).
  for (const table of ['plan', 'upload_plan'])
    await run(`alter table ${table} add column unborn text not null default ''`)
  await run(`update plan set unborn = coalesce(local_id, '') where plan_type = 'UCPP'`)
  await run(`alter table plan add column person text`)
  await run(`update plan p set person = n.person from person_number n where n.nhs_number = p.nhs_number`)
  await run(`alter table access add column person text, add column author_key text`)
  await run(`update access a set person = n.person, author_key = case
      when a.author ->> 'kind' = 'person' then 'person:' || (a.author ->> 'userId')
      else 'system:' || (a.author ->> 'asid') || ':' || (a.author #>> '{organisation,odsCode}') end
    from person_number n where n.nhs_number = a.nhs_number`)
  // What is deferred has to be checked before tables are altered.
  await run(`set constraints all immediate`)
  await run(`alter table plan drop constraint plan_pkey, drop column silent, alter column person set not null,
    add primary key (person, authority, plan_type, start_time, unborn, nhs_number),
    add foreign key (nhs_number, person) references person_number (nhs_number, person) on update cascade`)
  await run(`alter table access drop constraint access_pkey, alter column person set not null,
    alter column author_key set not null, add primary key (person, accessed_at, id)`)
  await run(`drop table last_listed`)
  await run(`create table last_listed (
    person text not null,
    author_key text not null,
    listed_at timestamptz not null,
    primary key (person, author_key)
  )`)
  await run(`insert into last_listed
    select person, author_key, max(accessed_at) from access where accessed_at > now() - interval '24 hours'
    group by person, author_key`)

  // Told once for each change; a change is known by the version of the answer that brought it.
  await run(`alter table number_change add column version bigint`)
  await run(`update number_change c set version = nth.version from (
      select nhs_number, authority, replacement,
        -row_number() over (partition by nhs_number, authority order by noticed_at desc, replacement) as version
      from number_change
    ) nth
    where (nth.nhs_number, nth.authority, nth.replacement) = (c.nhs_number, c.authority, c.replacement)`)
  await run(`alter table number_change drop constraint number_change_pkey, alter column version set not null,
    add primary key (nhs_number, authority, version)`)

  await run(`drop table same_person, replaced_number, number_check`)

  // Of one plan under several numbers of a person the newest write speaks, also where it deletes the plan (rule 14.5).
  await run(`create view speaking_plan as
    select distinct on (person, authority, plan_type, start_time, unborn) * from plan
    order by person, authority, plan_type, start_time, unborn, written_created_at desc, written_sequence desc,
      (nhs_number = person) desc, nhs_number`)
}
