package store

import "slices"

// exportedTables are the sections of an export, in this order.
func exportedTables() []exportedTable {
	return slices.Concat(
		exportedAccount(), exportedAccess(), exportedProvisioned(), exportedRecords(), exportedDecisions(),
	)
}

func exportedAccount() []exportedTable {
	return []exportedTable{
		{
			section: "users",
			table:   "users",
			where:   "x.id in {users} order by x.id",
			columns: "id login login_given:flag email email_verified:flag name status created_at:time " +
				"last_sign_in_at:time vouched_at:time merged_into ended_by_push:flag",
		},
		{
			section: "identities",
			table:   "identities",
			where:   "x.user_id in {users} order by x.created_at, x.connection_id",
			columns: "user_id connection_id subject login created_at:time last_seen_at:time",
		},
		{
			section: "linked_subjects",
			table:   "linked_subjects",
			where:   "x.user_id in {users} order by x.id",
			columns: "user_id id connection_id subject login created_at:time last_seen_at:time",
		},
		{
			section: "former_identities",
			table:   "former_identities",
			where:   "x.user_id in {users} order by x.ended_at, x.connection_id, x.subject, x.login",
			columns: "user_id connection_id connection_name subject external_id login why ended_by ended_at:time",
		},
		{
			section: "attributes",
			table:   "user_attributes",
			where:   "x.user_id in {users} order by x.user_id, x.name",
			columns: "user_id name value connection_id pushed:flag changed_at:time",
		},
		{
			section: "memberships",
			table:   "memberships",
			where:   "x.user_id in {users} order by x.since, x.group_id",
			columns: "user_id group_id source since:time cause",
		},
		{
			section: "membership_history",
			table:   "membership_history",
			where:   "x.user_id in {users} order by x.from_at, x.group_id",
			columns: "user_id group_id from_at:time until_at:time source cause ended_by",
		},
		{
			section: "asserted_groups",
			table:   "asserted_names",
			where:   "x.user_id in {users} order by x.name",
			columns: "user_id name",
		},
	}
}

func exportedAccess() []exportedTable {
	return []exportedTable{
		{
			section: "sessions",
			table:   "sessions",
			where:   "x.user_id in {users} order by x.id",
			columns: "user_id id connection_id attempt_id subject name_id_format session_index remote user_agent " +
				"created_at:time last_seen_at:time expires_at:time",
		},
		{
			section: "personal_tokens",
			table:   "personal_tokens",
			where:   "x.user_id in {users} order by x.id",
			columns: "user_id id name applications:json created_by created_at:time expires_at:time " +
				"revoked_at:time last_used_at:time last_client",
		},
		{
			section: "admin_appointments",
			table:   "enterprise_admins",
			where:   "x.user_id in {users} order by x.user_id",
			columns: "user_id created_by created_at:time",
		},
		{
			section: "organization_appointments",
			table:   "organization_admins",
			where:   "x.user_id in {users} order by x.organization_id, x.user_id",
			columns: "user_id organization_id roles:flag created_by created_at:time",
		},
		{
			section: "operator_accounts",
			table:   "admins",
			where:   "x.user_id in {users} order by x.id",
			columns: "user_id id login name recovery:flag created_at:time last_sign_in_at:time disabled_at:time",
		},
		{
			section: "setup_links",
			table:   "setup_links",
			where:   "x.created_by in {users} order by x.id",
			columns: "created_by id connection_id made_for created_at:time expires_at:time revoked_at:time",
		},
		{
			section: "test_runs",
			table:   "test_runs",
			where:   "x.started_by in {users} order by x.id",
			columns: "started_by id connection_id kind state code created_at:time ended_at:time",
		},
	}
}

func exportedProvisioned() []exportedTable {
	const theirs = "(x.connection_id, x.user_id) in (select p.connection_id, p.id from provisioned_users p " +
		"where p.enterprise_id = $1 and p.account_id in {users})"
	return []exportedTable{
		{
			section: "provisioned_users",
			table:   "provisioned_users",
			where:   "x.account_id in {users} order by x.connection_id, x.id",
			columns: "account_id connection_id id origin user_name external_id active:flag name emails:json " +
				"document:json created_at:time modified_at:time",
		},
		{
			section: "provisioned_memberships",
			table:   "provisioned_members",
			where:   theirs + " order by x.connection_id, x.group_id",
			columns: "connection_id user_id group_id since:time",
		},
		{
			section: "provisioned_deletions",
			table:   "provisioned_tombstones",
			where:   "x.account_id in {users} order by x.connection_id, x.id",
			columns: "account_id connection_id id login_key external_id applied:flag deleted_at:time",
		},
		{
			section: "departures",
			table:   "provisioned_receipts",
			where:   "x.user_id in {users} order by x.at, x.event_id",
			columns: "user_id event_id login deleted:flag sessions:number console_sessions:number tokens:number " +
				"sign_ins:number codes:number setup_links:number admin:flag at:time ended_at:time",
		},
		{
			section: "provisioning_events",
			table:   "provisioning_events",
			where: "(x.connection_id, x.resource_id) in (select p.connection_id, p.id " +
				"from provisioned_users p where p.enterprise_id = $1 and p.account_id in {users} union all " +
				"select s.connection_id, s.id from provisioned_tombstones s " +
				"where s.enterprise_id = $1 and s.account_id in {users}) order by x.id",
			columns: "connection_id resource_id id at:time client method name status:number code detail",
		},
	}
}

func exportedRecords() []exportedTable {
	return []exportedTable{
		{
			section: "attempts",
			table:   "attempts",
			// An attempt that failed early has no user, but may have the login.
			where: "(x.user_id in {users} or x.user_id = '' and x.login <> '' and x.login in (select u.login " +
				"from users u where u.enterprise_id = $1 and u.id in {users})) order by x.id",
			columns: "user_id id connection_id login outcome code detail checks:json asserted:json remote user_agent " +
				"email_action email_reason at:time",
		},
		{
			section: "sync_records",
			table:   "sync_records",
			where:   "x.user_id in {users} order by x.id",
			columns: "user_id id connection_id attempt_id mode asserted:json matched:json unmatched:json added:json " +
				"removed:json note at:time",
		},
		{
			section: "comparisons",
			table:   "shadow_differences",
			where:   "x.user_id in {users} order by x.connection_id, x.person",
			columns: "user_id connection_id person attempt_id live_code draft_code detail times:number at:time",
		},
		{
			section: "audit_events",
			table:   "audit_events",
			where:   "x.target in {users} order by x.sequence",
			columns: "target id actor action detail:json at:time",
		},
		{
			// What they did is theirs; what it was about may be another person.
			section: "actions",
			table:   "audit_events",
			where:   "x.actor in {users} and x.target not in {users} order by x.sequence",
			columns: "actor id action target at:time",
		},
	}
}

func exportedDecisions() []exportedTable {
	return []exportedTable{
		{
			section: "held_syncs",
			table:   "held_syncs",
			where:   "x.user_id in {users} order by x.id",
			columns: "user_id id connection_id changes:json cause state at:time decided_by decided_at:time",
		},
		{
			section: "identity_questions",
			table:   "identity_questions",
			where:   "x.user_id in {users} order by x.id",
			columns: "user_id id connection_id login state answer created_at:time decided_by decided_at:time",
		},
		{
			section: "merges",
			table:   "merges",
			where:   "(x.from_id in {users} or x.into_id in {users}) order by x.id",
			columns: "id from_id into_id moved:json made_by made_at:time undone_by undone_at:time",
		},
		{
			section: "moves",
			table:   "move_entries",
			where:   "x.user_id in {users} order by x.move_id",
			columns: "user_id move_id connection_id value_key state subject decided_by used_at:time",
		},
		{
			section: "changed_subjects",
			table:   "subject_signs",
			where:   "x.user_id in {users} order by x.at",
			columns: "user_id connection_id login at:time",
		},
		{
			section: "group_losses",
			table:   "brake_losses",
			where:   "x.user_id in {users} order by x.at, x.group_id",
			columns: "user_id connection_id group_id source at:time",
		},
	}
}
