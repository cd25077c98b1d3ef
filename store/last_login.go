package store

// lastLogin is the login with which a user u signed in last, at any connection. It is the
// login of the account if an admin gave that one, if an identity provider provisions it,
// and before any sign-in.
const lastLogin = `case when u.login_given or exists (select 1 from provisioned_users p
		where p.enterprise_id = $1 and p.account_id = u.id and p.origin = 'pushed' and ` + isFollowed + `)
	then u.login else coalesce((select s.login from (
		select i.login, i.last_seen_at from identities i where i.enterprise_id = $1 and i.user_id = u.id
		union all select l.login, l.last_seen_at from linked_subjects l
			where l.enterprise_id = $1 and l.user_id = u.id) s
		where s.last_seen_at > 0
		order by s.last_seen_at desc, case when s.login = u.login then 0 else 1 end limit 1), u.login) end`
