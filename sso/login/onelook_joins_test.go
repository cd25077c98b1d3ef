package login_test

import (
	"fmt"
	"slices"

	"gatehouse/sso"
	"gatehouse/sso/identity"
)

func isMerged(u sso.User) bool { return u.MergedInto != "" }

func isOut(u sso.User) bool { return u.Status == sso.UserDeactivated }

// mergesRight makes two accounts of one human one.
func (m *onelook) mergesRight() {
	h := m.some(false)
	if h == nil {
		return
	}
	own := m.ownAccounts(h)
	a := pick(m.random, slices.DeleteFunc(slices.Clone(own), isMerged))
	b := pick(m.random, slices.DeleteFunc(own, func(u sso.User) bool { return isOut(u) || u.ID == a.ID }))
	if a.ID == "" || b.ID == "" {
		return
	}
	m.note("%s is merged into %s", a.ID, b.ID)
	made, err := m.db.MergeUsers(m.Context(), by, m.acme.ID, a.ID, b.ID)
	if m.typed("merge", err) {
		m.merges = append(m.merges, mergedTwo{id: made.ID, human: h})
	}
}

// mergesWrong merges accounts of two humans, who go on, until the admin sees the mistake
// and undoes it.
func (m *onelook) mergesWrong() {
	h, other := m.some(m.chance(20)), m.some(false)
	if h == nil || other == nil || h == other {
		return
	}
	a := pick(m.random, slices.DeleteFunc(m.ownAccounts(h), isMerged))
	b := pick(m.random, slices.DeleteFunc(m.ownAccounts(other), isOut))
	if a.ID == "" || b.ID == "" {
		return
	}
	m.note("%s of %s is merged into %s of %s by mistake", a.ID, h.name, b.ID, other.name)
	made, err := m.db.MergeUsers(m.Context(), by, m.acme.ID, a.ID, b.ID)
	if !m.typed("wrong merge", err) {
		return
	}
	for _, x := range []*human{h, other} {
		// The rule would answer about an account that is of two people by mistake.
		if d := m.place(x, false); d != nil && !x.left && !m.ruled && m.chance(60) {
			m.signsInByMistake(x, d)
		}
	}
	m.note("    and that is undone")
	if _, err := m.db.UndoMerge(m.Context(), by, m.acme.ID, made.ID); err != nil {
		m.broken("a merge by mistake is not undone: %v", err)
	}
}

// signsInByMistake signs a human in while their account is that of another, and takes a
// token as that one. Whom it leads to is not judged: an admin said that the two are one.
func (m *onelook) signsInByMistake(h *human, d *directory) {
	m.Helper()
	before := len(m.accounts)
	e := h.at[d]
	m.note("    %s signs in at %s meanwhile", h.name, d.conn.Name)
	m.present(h, d, e.login)
	r, err := m.signIn(d.company, e.subject)
	if !m.typed("sign-in", err) {
		e.known = m.discover(h) || e.known
		return
	}
	e.known = true
	m.note("    and is %s", r.User.ID)
	if m.owners[r.User.ID] == nil {
		m.own(r.User.ID, h)
	}
	s := &shown{human: h, header: "Cookie", value: m.cookie(r.Token)}
	m.shown = append(m.shown, s)
	if m.chance(50) && before == len(m.accounts) {
		token, err := m.personalToken(m.acme, r.User.ID)
		m.ok(err)
		m.shown = append(m.shown, &shown{human: h, header: "Authorization", value: "Bearer " + token.Reveal()})
	}
}

// undoes undoes a merge of accounts of one human.
func (m *onelook) undoes() {
	if len(m.merges) == 0 {
		return
	}
	i := m.random.IntN(len(m.merges))
	merged := m.merges[i]
	m.merges = slices.Delete(m.merges, i, i+1)
	m.note("merge %s of %s is undone", merged.id, merged.human.name)
	_, err := m.db.UndoMerge(m.Context(), by, m.acme.ID, merged.id)
	m.typed("undo", err)
}

// startsMove moves the people of one connection to another: by the address, or by the
// login if the logins of both are one set of names.
func (m *onelook) startsMove() {
	from, to := pick(m.random, m.directories), pick(m.random, m.directories)
	if from == to {
		return
	}
	move := startedMove{from: from, to: to, by: sso.MoveByEmail}
	if m.chance(50) && m.oneSet(from, to) {
		move.by = sso.MoveByLogin
	}
	m.note("people of %s are moved to %s by %s", from.conn.Name, to.conn.Name, move.by)
	made, err := m.db.StartMove(m.Context(), by, sso.Move{
		Enterprise: m.acme.ID,
		From:       from.conn.ID,
		To:         to.conn.ID,
		By:         move.by,
	})
	if m.typed("move", err) {
		move.id = made.ID
		m.moves = append(m.moves, move)
	}
}

// oneSet reports whether each login of two directories, now and until Gatehouse has
// heard of a change, is of one human in both.
func (m *onelook) oneSet(a, b *directory) bool {
	of := map[string]*human{}
	for _, d := range append(m.sameNames(a), m.sameNames(b)...) {
		for key, h := range d.told {
			if of[key] == nil {
				of[key] = h
			}
			if of[key] != h {
				return false
			}
		}
		for _, h := range m.people(false) {
			if h.at[d] == nil {
				continue
			}
			key := identity.LoginKey(h.at[d].login)
			if of[key] == nil {
				of[key] = h
			}
			if of[key] != h {
				return false
			}
		}
	}
	return true
}

func (m *onelook) undoesMove() {
	if len(m.moves) == 0 {
		return
	}
	i := m.random.IntN(len(m.moves))
	m.note("the move %s is undone", m.moves[i].id)
	_, err := m.db.UndoMove(m.Context(), by, m.acme.ID, m.moves[i].id)
	m.typed("undo of a move", err)
	m.moves = slices.Delete(m.moves, i, i+1)
}

// changesSubjects gives all people of a directory new subjects, as a change of a setting
// of the identity provider does, and lets them sign in.
func (m *onelook) changesSubjects() {
	d := pick(m.random, m.directories)
	m.note("%s changes all subjects", d.conn.Name)
	for _, h := range m.people(false) {
		if e := h.at[d]; e != nil {
			m.made++
			e.subject, e.known = fmt.Sprintf("s-%d", m.made), false
		}
	}
	for range 2 {
		for _, h := range m.people(false) {
			if h.at[d] != nil {
				m.signsIn(h, d)
			}
		}
		m.answersChanges()
	}
}

// answersChanges says of changed subjects that they are the same people, if that is so.
func (m *onelook) answersChanges() {
	all, _, err := m.db.SubjectChanges(m.Context(), m.acme.ID, sso.Page{})
	m.ok(err)
	for _, c := range all {
		if c.Decided() {
			continue
		}
		answer := sso.SubjectsOther
		d := m.directories[slices.IndexFunc(m.directories, func(d *directory) bool {
			return d.conn.ID == c.Connection
		})]
		if m.samePeople(d) {
			answer = sso.SubjectsSame
		}
		m.note("the people of %s are %s", d.conn.Name, answer)
		_, err := m.db.AnswerSubjectChange(m.Context(), by, m.acme.ID, c.ID, answer)
		m.typed("subjects "+string(answer), err)
	}
}

// samePeople reports whether each login of a directory is of the human whose account has
// it, so that people can be found by it.
func (m *onelook) samePeople(d *directory) bool {
	for _, h := range m.people(false) {
		e := h.at[d]
		if e == nil {
			continue
		}
		for _, id := range m.accounts {
			all, err := m.db.UserIdentities(m.Context(), m.acme.ID, id)
			m.ok(err)
			u, err := m.db.User(m.Context(), m.acme.ID, id)
			for _, i := range all {
				same := identity.SameLogin(i.Login, e.login) || identity.SameLogin(u.Login, e.login)
				if err == nil && i.Connection == d.conn.ID && same && m.owners[id] != h {
					return false
				}
			}
		}
	}
	return true
}

// switchesRule switches the rule for login conflicts on, if the logins of all directories
// are one set of names, and off.
func (m *onelook) switchesRule() {
	on := !m.ruled
	for _, a := range m.directories {
		for _, b := range m.directories {
			if on && a != b && !m.oneSet(a, b) {
				return
			}
		}
	}
	m.note("the rule for login conflicts is on: %t", on)
	_, err := m.db.SwitchIdentityRule(m.Context(), by, m.acme.ID, &on, func(sso.RuleSwitch) error { return nil })
	if m.typed("rule", err) {
		m.ruled = on
	}
}
