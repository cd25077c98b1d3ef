package store

import (
	"slices"
	"strings"

	"gatehouse/scim/filter"
	"gatehouse/sso"
	"gatehouse/sso/identity"
	"gatehouse/store/engine"
)

// emailReader reads who has the addresses of pushed users. The zero value is of a
// connection that does not match by address.
type emailReader struct {
	allowed bool
	users   map[string][]identity.EmailUser // by address in lower case
	pushed  map[string][]sso.ResourceID     // of the connection, by folded address
}

// queue queues the reads for users who belong to no account yet.
func (r *emailReader) queue(e *effects, all []pushedUser) {
	r.allowed, r.users, r.pushed = true, map[string][]identity.EmailUser{}, map[string][]sso.ResourceID{}
	var addresses, folded []string
	for _, u := range all {
		if address := u.after.Email(); u.after.Account == "" && u.after.Active && address != "" {
			addresses = append(addresses, strings.ToLower(address))
			folded = append(folded, filter.Fold(address))
		}
	}
	if len(addresses) == 0 {
		return
	}
	r.queueUsers(e, addresses)
	e.QueueQuery(func(row engine.Row) error {
		var address string
		var id sso.ResourceID
		err := row.Scan(&address, &id)
		r.pushed[address] = append(r.pushed[address], id)
		return err
	}, "select n.value, p.id from ("+distinct(e, "$3")+`) n cross join provisioned_emails a
		join provisioned_users p on p.enterprise_id = a.enterprise_id and p.connection_id = a.connection_id
			and p.id = a.user_id
		where a.enterprise_id = $1 and a.connection_id = $2 and a.value_folded = n.value and p.origin = 'pushed'`,
		string(e.push.Enterprise), string(e.push.Connection), engine.JSONList(folded))
}

func (r *emailReader) queueUsers(e *effects, addresses []string) {
	e.QueueQuery(func(row engine.Row) error {
		var address string
		var u identity.EmailUser
		err := row.Scan(append([]any{&address, &u.Admin, &u.Owned}, userFields(&u.User)...)...)
		r.users[address] = append(r.users[address], u)
		return err
	}, `select n.value,
			exists (select 1 from enterprise_admins a where a.enterprise_id = $1 and a.user_id = u.id)
				or exists (select 1 from organization_admins a where a.enterprise_id = $1 and a.user_id = u.id)
				or exists (select 1 from memberships m join groups g
					on g.enterprise_id = m.enterprise_id and g.id = m.group_id
					where m.enterprise_id = $1 and m.user_id = u.id and g.is_admin)
				or exists (select 1 from admins o where o.enterprise_id = $1 and o.user_id = u.id),
			exists (select 1 from provisioned_users p where p.enterprise_id = $1 and p.account_id = u.id
				and p.origin = 'pushed'),
			`+userColumns+" from ("+distinct(e, "$2")+`) n cross join users u
		where u.enterprise_id = $1 and lower(u.email) = n.value and u.status = 'active'`,
		string(e.push.Enterprise), engine.JSONList(addresses))
}

// distinct returns a select of the different strings in a parameter.
func distinct(e *effects, param string) string {
	return "select distinct value from (" + e.db.sql.Dialect.Values(param) + ") v"
}

// facts returns the facts about one user.
func (r *emailReader) facts(u sso.ProvisionedUser, another func(sso.User) bool) identity.EmailFacts {
	address := u.Email()
	f := identity.EmailFacts{
		Allowed: r.allowed,
		Users:   slices.Clone(r.users[strings.ToLower(address)]),
	}
	for i := range f.Users {
		f.Users[i].Another = another(f.Users[i].User)
	}
	f.Shared = slices.ContainsFunc(r.pushed[filter.Fold(address)], func(id sso.ResourceID) bool { return id != u.ID })
	return f
}
