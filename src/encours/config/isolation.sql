-- Isolation is PostgreSQL's job: applied after every migration, safe to apply again.
-- Which organizations the transaction may see, and which user speaks. Unset: nothing is visible.
-- Parallel safe: otherwise no query on a tenant table ever uses a second core.
CREATE OR REPLACE FUNCTION encours_organizations() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT string_to_array(nullif(current_setting('encours.organizations', true), ''), ',')::bigint[]
$$;
CREATE OR REPLACE FUNCTION encours_user() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('encours.user', true), '')::bigint
$$;

-- Whose portfolio a restricted member works on: their own, and those of the absent colleagues they cover today.
CREATE OR REPLACE FUNCTION encours_portfolio(member bigint) RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT member || coalesce(string_to_array(nullif(current_setting('encours.covered', true), ''), ',')::bigint[], '{}')
$$;

-- Every table with an organization_id is a tenant table: none is forgotten, whoever adds it.
DO $$
DECLARE
    tenant record;
BEGIN
    FOR tenant IN
        SELECT c.oid, c.relname, t.typname
        FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id' AND NOT a.attisdropped
        JOIN pg_type t ON t.oid = a.atttypid
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant.relname);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant.relname);
        EXECUTE format('DROP POLICY IF EXISTS isolation ON %I', tenant.relname);
        EXECUTE format(
            'CREATE POLICY isolation ON %I USING (organization_id = ANY ((SELECT encours_organizations())::bigint[]))',
            tenant.relname);
    END LOOP;
END $$;

-- A person sees their own memberships before an organization is chosen, and the organizations they lead to.
DROP POLICY IF EXISTS own_memberships ON accounts_membership;
CREATE POLICY own_memberships ON accounts_membership FOR SELECT USING (user_id = encours_user());
ALTER TABLE accounts_organization ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounts_organization FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS isolation ON accounts_organization;
CREATE POLICY isolation ON accounts_organization
    USING (id = ANY ((SELECT encours_organizations())::bigint[]));
DROP POLICY IF EXISTS own_organizations ON accounts_organization;
CREATE POLICY own_organizations ON accounts_organization FOR SELECT
    USING (id IN (SELECT organization_id FROM accounts_membership WHERE user_id = encours_user()));
DROP POLICY IF EXISTS owner_lists ON accounts_organization;
CREATE POLICY owner_lists ON accounts_organization FOR SELECT TO CURRENT_USER USING (true);

-- The clock needs to know which organizations exist, and nothing else about them.
CREATE OR REPLACE FUNCTION encours_organization_ids() RETURNS SETOF bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
    AS $$ SELECT id FROM accounts_organization ORDER BY id $$;

-- Statistics after a large load: rows inserted in the same transaction have none, and plans go astray.
CREATE OR REPLACE FUNCTION encours_analyze(relation text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF relation NOT IN ('customers_customer', 'receivables_item', 'receivables_allocation', 'receivables_match',
                        'scoring_score', 'dunning_decision', 'dunning_reminder', 'dunning_reminderitem', 'events_event') THEN
        RAISE EXCEPTION 'encours_analyze: % is not a table of the desk', relation;
    END IF;
    EXECUTE format('ANALYZE %I', relation);
END $$;

-- What no plan depends on is not sampled: half the time of an ANALYZE, which every load waits for.
ALTER TABLE receivables_item
    ALTER label SET STATISTICS 0, ALTER reference SET STATISTICS 0, ALTER lettering SET STATISTICS 0,
    ALTER line SET STATISTICS 0, ALTER external_id SET STATISTICS 0, ALTER created_at SET STATISTICS 0,
    ALTER dispute_reason SET STATISTICS 0, ALTER due_basis SET STATISTICS 0;

-- A reference between two tenant tables carries the organization: no row can point across the border.
DO $$
DECLARE
    link record;
BEGIN
    FOR link IN
        SELECT k.conname, child.relname AS child, parent.relname AS parent, a.attname AS field,
               a.attnotnull AS required
        FROM pg_constraint k
        JOIN pg_class child ON child.oid = k.conrelid
        JOIN pg_class parent ON parent.oid = k.confrelid
        JOIN pg_attribute a ON a.attrelid = child.oid AND a.attnum = k.conkey[1]
        WHERE k.contype = 'f' AND array_length(k.conkey, 1) = 1
          AND child.relnamespace = current_schema()::regnamespace
          AND EXISTS (SELECT FROM pg_attribute x WHERE x.attrelid = child.oid AND x.attname = 'organization_id')
          AND EXISTS (SELECT FROM pg_attribute x WHERE x.attrelid = parent.oid AND x.attname = 'organization_id')
    LOOP
        IF NOT EXISTS (SELECT FROM pg_constraint WHERE conname = left(link.parent, 40) || '_border') THEN
            EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I UNIQUE (organization_id, id)',
                           link.parent, left(link.parent, 40) || '_border');
        END IF;
        EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', link.child, link.conname);
        EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I FOREIGN KEY (organization_id, %I) REFERENCES %I (organization_id, id)',
                       link.child, left(link.conname, 55) || '_border', link.field, link.parent);
    END LOOP;
END $$;

-- History is only ever added to.
CREATE OR REPLACE FUNCTION encours_refuse_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are history: they are never changed or removed';
END $$;
DROP TRIGGER IF EXISTS history ON events_event;
CREATE TRIGGER history BEFORE UPDATE OR DELETE ON events_event
    FOR EACH STATEMENT EXECUTE FUNCTION encours_refuse_rewrite();
DROP TRIGGER IF EXISTS history ON events_eventpage;
CREATE TRIGGER history BEFORE UPDATE OR DELETE ON events_eventpage
    FOR EACH STATEMENT EXECUTE FUNCTION encours_refuse_rewrite();

-- A load brings hundreds of thousands of rows in one statement; checking their references one row at a time, as
-- PostgreSQL does, takes as long as writing them. Here one statement is one check: the same rows must exist, and the
-- same lock keeps them until the transaction ends. Rows that this transaction wrote itself need no lock: nobody else
-- sees them yet (they are visible although their transaction is still in progress). Rows arrive in the order of what
-- they refer to, or nearly: walking both in that order takes half as long as hashing the whole table.
CREATE OR REPLACE FUNCTION encours_check_references() RETURNS trigger LANGUAGE plpgsql SET enable_hashjoin = off AS $$
DECLARE
    link CONSTANT text := format('%I p ON p.organization_id = a.organization_id AND p.id = a.%I', TG_ARGV[1], TG_ARGV[0]);
    this CONSTANT bigint := pg_current_xact_id()::text::bigint;
    lost bigint;
    own boolean;
BEGIN
    EXECUTE format(
        'SELECT coalesce(bool_and(ahead IS NOT NULL AND CASE WHEN ahead < 2 ^ 31'
        '   THEN pg_xact_status(($1 + ahead)::text::xid8) = ''in progress'' ELSE false END), true)'
        ' FROM (SELECT ((p.xmin::text::bigint - $1) %% 4294967296 + 4294967296) %% 4294967296 AS ahead'
        '   FROM arrived a LEFT JOIN %s WHERE a.%I IS NOT NULL GROUP BY p.xmin) writers', link, TG_ARGV[0])
        INTO own USING this;
    IF own THEN
        RETURN NULL;
    END IF;
    EXECUTE format(
        'SELECT count(*) FROM (SELECT FROM %1$I p WHERE (p.organization_id, p.id) IN'
        ' (SELECT a.organization_id, a.%2$I FROM arrived a) ORDER BY p.id FOR KEY SHARE OF p) held', TG_ARGV[1], TG_ARGV[0])
        INTO lost;
    EXECUTE format('SELECT a.%1$I FROM arrived a LEFT JOIN %2$s WHERE a.%1$I IS NOT NULL AND p.id IS NULL LIMIT 1', TG_ARGV[0], link)
        INTO lost;
    IF lost IS NOT NULL THEN
        RAISE EXCEPTION 'insert on table "%" refers by % to %, which is not in table "%" of the same organization',
            TG_TABLE_NAME, TG_ARGV[0], lost, TG_ARGV[1] USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;

-- The keys stay declared and go on guarding updates and removals; only their check of each inserted row gives way.
-- Only a superuser may say so: elsewhere rows are checked one by one, which is slower and as safe.
DO $$
DECLARE
    link record;
BEGIN
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        RETURN;
    END IF;
    FOR link IN
        SELECT child.relname AS child, parent.relname AS parent, a.attname AS field, t.tgname AS row_check
        FROM pg_trigger t
        JOIN pg_constraint k ON k.oid = t.tgconstraint
        JOIN pg_class child ON child.oid = t.tgrelid
        JOIN pg_class parent ON parent.oid = k.confrelid
        JOIN pg_attribute a ON a.attrelid = child.oid AND a.attnum = k.conkey[2]
        WHERE k.contype = 'f' AND array_length(k.conkey, 1) = 2 AND t.tgisinternal AND t.tgenabled <> 'D'
          AND t.tgfoid = '"RI_FKey_check_ins"'::regproc
          AND child.relnamespace = current_schema()::regnamespace
          AND child.relname IN ('receivables_item', 'receivables_allocation', 'dunning_reminderitem')
    LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER %I AFTER INSERT ON %I REFERENCING NEW TABLE AS arrived'
                       ' FOR EACH STATEMENT EXECUTE FUNCTION encours_check_references(%L, %L)',
                       'refers_' || link.field, link.child, link.field, link.parent);
        EXECUTE format('ALTER TABLE %I DISABLE TRIGGER %I', link.child, link.row_check);
    END LOOP;
END $$;
