package login_test

import (
	"fmt"
	"slices"

	"gatehouse/scim/filter"
	"gatehouse/sso"
	"gatehouse/sso/identity"
)

// onelookStep is something that happens, more or less often.
type onelookStep struct {
	weight int
	do     func(*onelook)
}

func onelookSteps() []onelookStep {
	return []onelookStep{
		{30, (*onelook).someoneSignsIn},
		{6, (*onelook).formerSignsIn},
		{8, (*onelook).joins},
		{8, (*onelook).entersAnother},
		{8, (*onelook).renames},
		{5, (*onelook).leaves},
		{2, (*onelook).returns},
		{14, (*onelook).pushes},
		{6, (*onelook).endsResource},
		{2, (*onelook).deactivates},
		{8, (*onelook).reactivates},
		{14, (*onelook).answers},
		{10, (*onelook).mergesRight},
		{8, (*onelook).mergesWrong},
		{5, (*onelook).undoes},
		{3, (*onelook).startsMove},
		{2, (*onelook).undoesMove},
		{2, (*onelook).erases},
		{6, (*onelook).takesToken},
		{2, (*onelook).changesSubjects},
		{3, (*onelook).switchesRule},
	}
}

func (m *onelook) someoneSignsIn() {
	if h := m.some(false); h != nil {
		if d := m.place(h, false); d != nil {
			m.signsIn(h, d)
		}
	}
}

// formerSignsIn tries the subjects of a human who left.
func (m *onelook) formerSignsIn() {
	h := m.some(true)
	if h == nil {
		return
	}
	for _, d := range m.directories {
		if e := h.at[d]; e != nil && e.known {
			m.signsIn(h, d)
		}
	}
}

func (m *onelook) joins() {
	if len(m.people(false)) >= 7 {
		return
	}
	m.made++
	h := &human{
		name:  fmt.Sprintf("H%d", m.made),
		email: m.freeEmail(),
		at:    map[*directory]*entry{},
	}
	m.note("%s joins, with %s", h.name, h.email)
	m.humans = append(m.humans, h)
	m.enter(pick(m.random, m.directories), h)
}

func (m *onelook) entersAnother() {
	if h := m.some(false); h != nil {
		if d := pick(m.random, m.directories); h.at[d] == nil {
			m.enter(d, h)
		}
	}
}

// renames gives a human another login in one directory, or another address. The former
// address is given to no one while they are there.
func (m *onelook) renames() {
	h := m.some(false)
	if h == nil {
		return
	}
	d := m.place(h, false)
	if d == nil || m.chance(25) {
		m.made++
		h.had = append(h.had, h.email)
		h.email = fmt.Sprintf("new.%d@acme.example", m.made)
		m.note("%s has the address %s", h.name, h.email)
		return
	}
	if login := m.freeLogin(d, h); login != "" {
		e := h.at[d]
		m.note("%s is %s in %s, and was %s", h.name, login, d.conn.Name, e.login)
		if !identity.SameLogin(login, e.login) {
			d.told[identity.LoginKey(e.login)] = h
		}
		e.login = login
	}
}

// leaves takes all accounts of a human away: those that are pushed by the identity
// provider, all others by an admin.
func (m *onelook) leaves() {
	h := m.some(false)
	if h == nil || len(m.people(false)) < 3 {
		return
	}
	m.note("%s leaves", h.name)
	for _, d := range m.directories {
		if e := h.at[d]; e != nil && e.resource != "" {
			m.takesAway(d, e)
		}
		for key, by := range d.told {
			if by == h {
				delete(d.told, key)
			}
		}
	}
	for _, u := range m.ownAccounts(h) {
		if u.Status != sso.UserDeactivated && !m.setStatus(u, sso.UserDeactivated) {
			m.broken("%s cannot be deactivated", u.ID)
		}
	}
	h.left = true
}

// returns brings a human back, in one directory, if no other human has the login and the
// addresses.
func (m *onelook) returns() {
	h := m.some(true)
	if h == nil || len(m.people(false)) >= 7 {
		return
	}
	d := pick(m.random, m.directories)
	e := h.at[d]
	if e == nil || !m.isFree(d, e.login, h) || slices.ContainsFunc(append(h.had, h.email), m.isTaken) {
		return
	}
	for _, other := range m.directories {
		if other != d {
			delete(h.at, other)
		}
	}
	h.left = false
	m.note("%s returns to %s", h.name, d.conn.Name)
}

// pushes creates or changes a human's resource.
func (m *onelook) pushes() {
	h := m.some(false)
	if h == nil {
		return
	}
	d := m.place(h, true)
	if d == nil {
		return
	}
	e := h.at[d]
	m.note("%s pushes %s as %s, %s", d.conn.Name, h.name, e.login, e.external)
	id := e.resource
	if id == "" && m.chance(60) {
		id = m.finds(d, e.login)
	}
	said := func(u sso.ProvisionedUser) (sso.ProvisionedUser, error) {
		u.UserName, u.ExternalID = e.login, e.external
		u.Name, u.Active = h.name, true
		u.Emails = []sso.ProvisionedEmail{{Value: h.email, Primary: true}}
		u.Document = fmt.Appendf(nil, `{"n":%d}`, len(m.journal))
		return u, nil
	}
	var u sso.ProvisionedUser
	var err error
	if id == "" {
		given, _ := said(sso.ProvisionedUser{})
		u, err = m.db.CreateProvisionedUser(m.Context(), m.push(d.company), given)
	} else {
		_, u, err = m.db.ChangeProvisionedUser(m.Context(), m.push(d.company), id, said)
	}
	if m.typed("push", err) {
		m.note("    as %s of %s", u.ID, u.Account)
		e.resource = u.ID
		m.hears(d, h)
		if m.owners[u.Account] == nil && u.Account != "" {
			m.own(u.Account, h)
		}
	} else {
		e.refused = append(e.refused, identity.LoginKey(e.login))
	}
	m.discover(h)
}

// finds looks a user up as identity providers do before they create one.
func (m *onelook) finds(d *directory, login string) sso.ResourceID {
	list, err := m.db.ProvisionedUsers(m.Context(), d.ID, d.conn.ID, filter.Compare{
		Path:  filter.Path{Name: "userName"},
		Op:    filter.Equal,
		Value: login,
	}, sso.ResourcePage{Limit: 2})
	m.ok(err)
	if len(list.Items) != 1 {
		return ""
	}
	m.note("    finds %s", list.Items[0].ID)
	return list.Items[0].ID
}

// endsResource takes a human away in one directory for a while, or deletes them there. It
// leaves a resource alone that has the account of a predecessor: who is ended and pushed
// again is meant to be active again, even if an admin had deactivated them.
func (m *onelook) endsResource() {
	h := m.some(false)
	if h == nil {
		return
	}
	d := m.place(h, true)
	if d == nil || h.at[d].resource == "" {
		return
	}
	u, err := m.db.ProvisionedUser(m.Context(), d.ID, d.conn.ID, h.at[d].resource)
	m.ok(err)
	if m.owners[u.Account] == h {
		m.takesAway(d, h.at[d])
	}
}

func (m *onelook) takesAway(d *directory, e *entry) {
	m.Helper()
	if m.chance(50) {
		m.note("%s deletes %s", d.conn.Name, e.resource)
		m.typed("delete", m.db.DeleteProvisionedUser(m.Context(), m.push(d.company), e.resource))
		e.resource = ""
		return
	}
	m.note("%s ends %s", d.conn.Name, e.resource)
	_, _, err := m.db.ChangeProvisionedUser(
		m.Context(), m.push(d.company), e.resource, func(u sso.ProvisionedUser) (sso.ProvisionedUser, error) {
			u.Active = false
			return u, nil
		},
	)
	m.typed("end", err)
}

func (m *onelook) deactivates() {
	if h := m.some(false); h != nil {
		u := pick(m.random, m.ownAccounts(h))
		if u.Status == sso.UserActive {
			m.setStatus(u, sso.UserDeactivated)
		}
	}
}

func (m *onelook) reactivates() {
	for _, h := range m.people(false) {
		for _, u := range m.ownAccounts(h) {
			if u.Status == sso.UserDeactivated && u.MergedInto == "" && m.chance(50) {
				m.setStatus(u, sso.UserActive)
			}
		}
	}
}

// answers answers a question, as an admin does who knows the two.
func (m *onelook) answers() {
	all, _, err := m.db.IdentityQuestions(
		m.Context(), m.acme.ID, sso.QuestionFilter{State: sso.QuestionWaiting}, sso.Page{},
	)
	m.ok(err)
	slices.SortFunc(all, func(a, b sso.IdentityQuestion) int { // IDs of one moment have no order
		return slices.Index(m.accounts, a.User) - slices.Index(m.accounts, b.User)
	})
	if q := pick(m.random, all); q.ID != "" {
		d := m.rightAnswer(q)
		m.note("%s, or of %s: %s %s", q.User, q.Holder, d.Answer, d.Login)
		_, err := m.db.AnswerQuestion(m.Context(), by, q.Enterprise, q.ID, d)
		m.typed("answer "+string(d.Answer), err)
	}
	m.answersChanges()
}

func (m *onelook) rightAnswer(q sso.IdentityQuestion) sso.QuestionDecision {
	claims, holds := m.owners[q.User], m.owners[q.Holder]
	m.made++
	another := sso.QuestionDecision{
		Answer: sso.AnswerAnother,
		Login:  fmt.Sprintf("given.%d", m.made),
		Holder: m.chance(30) && q.Kind != sso.QuestionMove,
	}
	if q.Kind == sso.QuestionMove {
		another.Login = ""
	}
	switch {
	case claims == nil || holds == nil || claims.left:
		return sso.QuestionDecision{Answer: sso.AnswerRefuse}
	case claims == holds && m.chance(80):
		return sso.QuestionDecision{Answer: sso.AnswerSame}
	case (claims == holds || holds.left) && q.Kind != sso.QuestionMove && m.chance(50):
		return sso.QuestionDecision{Answer: sso.AnswerReplaces}
	case m.chance(20):
		return sso.QuestionDecision{Answer: sso.AnswerRefuse}
	}
	return another
}

// takesToken creates a personal token of a user who is signed in.
func (m *onelook) takesToken() {
	s := pick(m.random, slices.DeleteFunc(slices.Clone(m.shown), func(s *shown) bool {
		return s.dead || s.header != "Cookie"
	}))
	if s == nil {
		return
	}
	as, ok := m.ask(s.header, s.value)
	if !ok {
		return
	}
	m.note("%s takes a token of %s", s.human.name, as.id)
	token, err := m.personalToken(m.acme, sso.UserID(as.id))
	if m.typed("token", err) {
		m.shown = append(m.shown, &shown{
			human:  s.human,
			header: "Authorization",
			value:  "Bearer " + token.Reveal(),
		})
	}
}

// erases deletes an account of a human who left for good.
func (m *onelook) erases() {
	if h := m.some(true); h != nil {
		if u := pick(m.random, m.ownAccounts(h)); u.ID != "" {
			m.note("%s is erased", u.ID)
			_, err := m.db.EraseUser(m.Context(), by, u.Enterprise, u.ID)
			m.typed("erase", err)
		}
	}
}
