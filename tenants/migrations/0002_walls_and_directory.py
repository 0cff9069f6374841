from django.db import migrations

from tenants import walls

# Each answers one question, with the view of the platform for the length of the statement only (a role that is not
# superuser may not attach the setting to the function).
DIRECTORY = """
CREATE FUNCTION tenants_line_for(dialled text)
RETURNS TABLE (tenant_id uuid, branch_id bigint, phone_number_id bigint, time_zone varchar)
LANGUAGE plpgsql STABLE AS $$
DECLARE before text := current_setting('app.platform', true);
BEGIN
  PERFORM set_config('app.platform', 'on', true);
  RETURN QUERY
    SELECT n.tenant_id, n.branch_id, n.id, b.time_zone
    FROM tenants_phonenumber n
    JOIN tenants_branch b ON b.id = n.branch_id
    JOIN tenants_tenant t ON t.id = n.tenant_id
    WHERE n.number = dialled AND n.is_active AND b.is_active AND t.is_active;
  PERFORM set_config('app.platform', coalesce(before, ''), true);
END $$;

CREATE FUNCTION tenants_api_key_for(key_prefix text)
RETURNS TABLE (tenant_id uuid, api_key_id bigint, key_hash bytea, scopes varchar[],
               expires_at timestamptz, last_used_at timestamptz)
LANGUAGE plpgsql STABLE AS $$
DECLARE before text := current_setting('app.platform', true);
BEGIN
  PERFORM set_config('app.platform', 'on', true);
  RETURN QUERY
    SELECT k.tenant_id, k.id, k.key_hash, k.scopes, k.expires_at, k.last_used_at
    FROM tenants_apikey k JOIN tenants_tenant t ON t.id = k.tenant_id
    WHERE k.prefix = key_prefix AND k.revoked_at IS NULL AND t.is_active;
  PERFORM set_config('app.platform', coalesce(before, ''), true);
END $$;

CREATE FUNCTION tenants_tenant_of_user(person bigint) RETURNS uuid
LANGUAGE plpgsql STABLE AS $$
DECLARE found uuid[]; before text := current_setting('app.platform', true);
BEGIN
  PERFORM set_config('app.platform', 'on', true);
  SELECT array_agg(m.tenant_id) INTO found
  FROM tenants_membership m JOIN tenants_tenant t ON t.id = m.tenant_id
  WHERE m.user_id = person AND t.is_active;
  PERFORM set_config('app.platform', coalesce(before, ''), true);
  RETURN CASE WHEN array_length(found, 1) = 1 THEN found[1] END;
END $$;

CREATE FUNCTION tenants_active() RETURNS SETOF uuid
LANGUAGE plpgsql STABLE AS $$
DECLARE before text := current_setting('app.platform', true);
BEGIN
  PERFORM set_config('app.platform', 'on', true);
  RETURN QUERY SELECT t.id FROM tenants_tenant t WHERE t.is_active ORDER BY t.id;
  PERFORM set_config('app.platform', coalesce(before, ''), true);
END $$;
"""
DROP_DIRECTORY = """
DROP FUNCTION tenants_line_for(text);
DROP FUNCTION tenants_api_key_for(text);
DROP FUNCTION tenants_tenant_of_user(bigint);
DROP FUNCTION tenants_active();
"""

APPEND_ONLY = """
CREATE FUNCTION tenants_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON tenants_auditentry
  FOR EACH ROW EXECUTE FUNCTION tenants_refuse_change();
"""
DROP_APPEND_ONLY = """
DROP TRIGGER audit_is_append_only ON tenants_auditentry;
DROP FUNCTION tenants_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0001_businesses_and_people")]

    operations = [
        walls.can_be_referenced("tenants_branch", "tenants_phonenumber"),
        walls.same_tenant("tenants_phonenumber", branch_id="tenants_branch"),
        walls.raise_wall("tenants_tenant", column="id"),
        walls.raise_wall("tenants_branch"),
        walls.raise_wall("tenants_phonenumber"),
        walls.raise_wall("tenants_membership"),
        walls.raise_wall("tenants_apikey"),
        walls.raise_wall("tenants_auditentry"),
        walls.raise_wall_with_unassigned("tenants_alert"),
        migrations.RunSQL(DIRECTORY, DROP_DIRECTORY),
        migrations.RunSQL(APPEND_ONLY, DROP_APPEND_ONLY),
    ]
