package auditor

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"gatehouse/sso"
)

// kept checks I1: every acknowledged sign-in is recorded, and its session is valid.
func (c *check) kept() error {
	rows, err := c.rows("select response from replay_marks")
	if err != nil {
		return err
	}
	marks := map[string]bool{}
	for _, row := range rows {
		marks[row[0]] = true
	}
	for _, answer := range c.told.fresh {
		if !marks[sso.Secret(answer).Hash().String()] {
			c.broken("the answer %s was acknowledged and is not known", answer)
		}
	}
	succeeded, err := c.counts("select enterprise_id, login, count(*) from attempts where outcome = '" +
		string(sso.OutcomeSucceeded) + "' group by enterprise_id, login")
	if err != nil {
		return err
	}
	for p, n := range c.told.signIns {
		if succeeded[p] < n {
			c.broken("%d sign-ins of %s were acknowledged, %d are recorded", n, p, succeeded[p])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Alive)) {
		if !c.Alive[name]() {
			c.broken("%s was signed in and is not any more", name)
		}
	}
	return nil
}

// counts returns the result of a query for enterprise, login and number.
func (c *check) counts(query string) (map[Person]int, error) {
	rows, err := c.rows(query)
	if err != nil {
		return nil, err
	}
	found := map[Person]int{}
	for _, row := range rows {
		n, err := strconv.Atoi(row[2])
		if err != nil {
			return nil, fmt.Errorf("a count is %q: %w", row[2], err)
		}
		found[Person{row[0], row[1]}] += n
	}
	return found, nil
}

// whole checks I2: the groups of each person in the journal are those of one asserted
// set, in every organization, with the default groups that follow from it.
func (c *check) whole() error {
	groups, err := c.rows("select enterprise_id, organization_id, name, is_default from groups")
	if err != nil {
		return err
	}
	rows, err := c.rows(`select u.enterprise_id, u.login, g.organization_id, g.name from users u
		left join memberships m on m.enterprise_id = u.enterprise_id and m.user_id = u.id
		left join groups g on g.enterprise_id = m.enterprise_id and g.id = m.group_id`)
	if err != nil {
		return err
	}
	actual := map[Person][]string{}
	for _, row := range rows {
		p := Person{row[0], row[1]}
		actual[p] = append(actual[p], row[2]+"/"+row[3])
	}
	for p, in := range actual {
		slices.Sort(in)
		// in no group at all
		in = slices.DeleteFunc(in, func(name string) bool {
			return name == "/"
		})
		sets, known := c.told.asserted[p]
		if known && !slices.ContainsFunc(slices.Collect(maps.Values(sets)), func(set []string) bool {
			return slices.Equal(in, expected(groups, p, set))
		}) {
			c.broken("%s is in %s, which is not what any one sign-in said", p, strings.Join(in, ", "))
		}
	}
	return nil
}

// expected returns the memberships that a set of names leads to.
func expected(groups [][]string, p Person, set []string) []string {
	var in []string
	inside := map[string]bool{}
	for _, g := range groups {
		if g[0] == p.Enterprise && slices.Contains(set, g[2]) && !isTrue(g[3]) {
			in = append(in, g[1]+"/"+g[2])
			inside[g[1]] = true
		}
	}
	for _, g := range groups {
		if inside[g[1]] && isTrue(g[3]) {
			in = append(in, g[1]+"/"+g[2])
		}
	}
	slices.Sort(in)
	return in
}

func isTrue(s string) bool { return s == "1" || s == "true" }

// one checks I3: no person is two users.
func (c *check) one() error {
	for _, key := range []string{"subject", "login"} {
		err := c.none(
			"several users of one "+key,
			"select enterprise_id, connection_id, "+key+
				", count(*) from identities where "+key+
				" is not null group by enterprise_id, connection_id, "+key+" having count(*) > 1",
		)
		if err != nil {
			return err
		}
	}
	users, err := c.counts("select enterprise_id, login, count(*) from users group by enterprise_id, login")
	if err != nil {
		return err
	}
	for p := range c.told.signIns {
		if users[p] != 1 {
			c.broken("%s was signed in and is %d users", p, users[p])
		}
	}
	return nil
}

// once checks I4: no response and no attempt started two sessions.
func (c *check) once() error {
	for _, says := range c.told.twice {
		c.broken("%s", says)
	}
	events, err := c.created()
	if err != nil {
		return err
	}
	made := map[string]int{}
	for _, e := range events {
		if made[e.attempt]++; made[e.attempt] == 2 {
			c.broken("attempt %s made more than one session", e.attempt)
		}
	}
	return c.none(
		"several sessions of one attempt",
		"select attempt_id, count(*) from sessions group by enterprise_id, attempt_id having count(*) > 1",
	)
}

// sessionCreated is an audit event about a new session.
type sessionCreated struct{ session, attempt string }

func (c *check) created() ([]sessionCreated, error) {
	rows, err := c.rows("select target, detail from audit_events where action = 'session.created'")
	if err != nil {
		return nil, err
	}
	var all []sessionCreated
	for _, row := range rows {
		var detail struct{ Attempt string }
		if err := json.Unmarshal([]byte(row[1]), &detail); err != nil {
			return nil, fmt.Errorf("read an audit event: %w", err)
		}
		all = append(all, sessionCreated{row[0], detail.Attempt})
	}
	return all, nil
}

// refused checks I5: no session outlived its revocation, its user or its connection.
func (c *check) refused() error {
	for meaning, query := range map[string]string{
		"a revoked session is there": "select s.id from sessions s join revocations r on r.session_id = s.id",
		"a session of someone who is switched off": "select s.id, u.login from sessions s join users u on u.enterprise_id = s.enterprise_id and u.id = s.user_id where u.status <> '" +
			string(sso.UserActive) + "'",
		"a session of a connection that is switched off": "select s.id, c.name from sessions s join connections c on c.enterprise_id = s.enterprise_id and c.id = s.connection_id where c.state <> '" +
			string(sso.ConnectionEnabled) + "'",
	} {
		if err := c.none(meaning, query); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Dead)) {
		if c.Dead[name]() {
			c.broken("%s was revoked and is accepted", name)
		}
	}
	return nil
}

// audited checks I6: the chains verify and contain an event for each sign-in.
func (c *check) audited() error {
	events, err := c.created()
	if err != nil {
		return err
	}
	sessions, attempts := map[string]bool{}, map[string]bool{}
	for _, e := range events {
		sessions[e.session], attempts[e.attempt] = true, true
	}
	for _, want := range []struct {
		what, query string
		have        map[string]bool
	}{
		{"session", "select id from sessions", sessions},
		{
			"successful attempt",
			"select id from attempts where outcome = '" +
				string(sso.OutcomeSucceeded) + "'",
			attempts,
		},
	} {
		rows, err := c.rows(want.query)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if !want.have[row[0]] {
				c.broken("the %s %s is not in the audit trail", want.what, row[0])
			}
		}
	}
	return c.chains()
}

func (c *check) chains() error {
	if c.Store == nil {
		return nil
	}
	heads, err := c.rows("select enterprise_id from audit_trails")
	if err != nil {
		return err
	}
	for _, head := range heads {
		if _, err := c.Store.VerifyAudit(c.ctx, sso.EnterpriseID(head[0])); err != nil {
			c.broken("%v", err)
		}
	}
	return nil
}
