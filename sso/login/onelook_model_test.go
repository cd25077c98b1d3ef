package login_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/identity"
)

// human is a person of the model: who acts, and not what Gatehouse takes them for.
type human struct {
	name  string
	email string   // of the company's one mail system
	had   []string // former addresses, of which no other human has one before this one leaves
	left  bool
	at    map[*directory]*entry
}

// entry is a human in the directory of an identity provider.
type entry struct {
	subject  string
	login    string // unique in the directory, among those who are there
	known    bool   // Gatehouse has an account of the subject
	resource sso.ResourceID
	external string   // externalId of the resource
	refused  []string // logins of pushes that were refused, for which accounts may wait
}

// directory is an identity provider with the connection to it.
type directory struct {
	*company
	// told has, of logins that were changed, whose they were until the human signed in, or
	// was pushed if they were before, with the new one: up to then Gatehouse cannot know.
	told map[string]*human
}

// shown is a session or a personal token, and whose it is.
type shown struct {
	human         *human
	header, value string
	dead          bool
}

// mergedTwo is a merge of two accounts of one human.
type mergedTwo struct {
	id    sso.MergeID
	human *human
}

// startedMove is a move that was not undone.
type startedMove struct {
	id       sso.MoveID
	from, to *directory
	by       sso.MoveBy
}

// onelook is a company, its directories, and who is who.
type onelook struct {
	*gate
	random      *rand.Rand
	directories []*directory
	humans      []*human
	made        int // humans, subjects and logins so far
	accounts    []sso.UserID
	owners      map[sso.UserID]*human
	shown       []*shown
	merges      []mergedTwo
	moves       []startedMove
	ruled       bool // the rule for login conflicts is on
	counts      map[string]int
	journal     []string
}

// newOnelook is a company with three directories: the second pushes, and the third
// pushes and is allowed to find accounts by their address.
func newOnelook(w *world, seed uint64) *onelook {
	w.Helper()
	m := &onelook{
		gate:   newGate(w),
		random: rand.New(rand.NewPCG(seed, 138)),
		owners: map[sso.UserID]*human{},
		counts: map[string]int{},
	}
	w.login = w.with(func(o *options) { // sessions end for reasons of the model alone
		o.IdleTimeout, o.MaxAge = 10_000*time.Hour, 10_000*time.Hour
	})
	for i, protocol := range []sso.Protocol{sso.SAML, sso.OIDC, sso.SAML} {
		c := *w.acme
		c.idp = w.provider(fmt.Sprintf("directory%d", i))
		c.conn = w.connect(&c, fmt.Sprintf("Directory %d", i), protocol)
		d := &directory{company: &c, told: map[string]*human{}}
		if i > 0 {
			w.provision(d.company, func(cfg *sso.Config) {
				cfg.Unprovisioned = sso.UnprovisionedClaims
				cfg.SCIM.MatchEmail = i == 2
			})
		}
		m.directories = append(m.directories, d)
	}
	return m
}

// note writes a line of what was done, which is printed if the property is broken.
func (m *onelook) note(format string, args ...any) {
	m.journal = append(m.journal, fmt.Sprintf(format, args...))
}

// broken ends the test with what was done before.
func (m *onelook) broken(format string, args ...any) {
	m.Helper()
	from := max(0, len(m.journal)-400)
	m.Fatalf(format+"\n%s", append(args, strings.Join(m.journal[from:], "\n"))...)
}

// typed wants an error that says what is wrong, and counts it.
func (m *onelook) typed(what string, err error) bool {
	m.Helper()
	if err == nil {
		m.counts[what]++
		return true
	}
	m.counts[what+" refused: "+sso.CodeOf(err)]++
	m.note("    %v", err)
	if sso.KindOf(err) == sso.Internal || sso.KindOf(err) == sso.Unavailable {
		m.broken("%s: %v", what, err)
	}
	return false
}

// pick returns one of several; the zero value of none.
func pick[T any](r *rand.Rand, all []T) (none T) {
	if len(all) == 0 {
		return none
	}
	return all[r.IntN(len(all))]
}

func (m *onelook) chance(percent int) bool { return m.random.IntN(100) < percent }

// some returns a human who is there, or one who left; nil if there is none.
func (m *onelook) some(left bool) *human {
	return pick(m.random, m.people(left))
}

func (m *onelook) people(left bool) (all []*human) {
	for _, h := range m.humans {
		if h.left == left {
			all = append(all, h)
		}
	}
	return all
}

// place returns a directory that a human is in; nil if there is none.
func (m *onelook) place(h *human, provisions bool) *directory {
	var all []*directory
	for i, d := range m.directories {
		if h.at[d] != nil && (i > 0 || !provisions) {
			all = append(all, d)
		}
	}
	return pick(m.random, all)
}

// onelookLogins are what people are called: few, so that they meet.
var onelookLogins = []string{"ada", "bob", "kim", "max", "o.ng", "zo\u00eb"}

// freeLogin returns a login that no other human has in a directory, "" if there is
// none. A move by login has said that those of both directories are one set of names.
func (m *onelook) freeLogin(d *directory, h *human) string {
	start := m.random.IntN(len(onelookLogins))
	for i := range onelookLogins {
		login := onelookLogins[(start+i)%len(onelookLogins)]
		if m.isFree(d, login, h) {
			return login
		}
	}
	return ""
}

func (m *onelook) isFree(d *directory, login string, h *human) bool {
	for _, at := range m.sameNames(d) {
		if by := at.told[identity.LoginKey(login)]; by != nil && by != h {
			return false
		}
		for _, other := range m.people(false) {
			if e := other.at[at]; other != h && e != nil && identity.SameLogin(e.login, login) {
				return false
			}
		}
	}
	return true
}

// sameNames are the directories whose logins are one set of names with those of d: by a
// move, or by the rule for login conflicts.
func (m *onelook) sameNames(d *directory) []*directory {
	all := []*directory{d}
	if m.ruled {
		all = m.directories
	}
	for _, move := range m.moves {
		if move.by == sso.MoveByLogin && (move.from == d || move.to == d) {
			all = append(all, move.from, move.to)
		}
	}
	return all
}

// freeEmail returns an address that no human has who is there.
func (m *onelook) freeEmail() string {
	start := m.random.IntN(len(onelookLogins))
	for i := range onelookLogins {
		email := strings.ReplaceAll(onelookLogins[(start+i)%len(onelookLogins)], "\u00eb", "e") + "@acme.example"
		if !m.isTaken(email) {
			return email
		}
	}
	m.made++
	return fmt.Sprintf("p%d@acme.example", m.made)
}

// isTaken reports whether a human who is there has or had an address.
func (m *onelook) isTaken(email string) bool {
	return slices.ContainsFunc(m.people(false), func(h *human) bool {
		return h.email == email || slices.Contains(h.had, email)
	})
}

// enter puts a human into a directory, if there is a login for them.
func (m *onelook) enter(d *directory, h *human) {
	login := m.freeLogin(d, h)
	if login == "" {
		return
	}
	m.made++
	h.at[d] = &entry{
		subject:  fmt.Sprintf("s-%d", m.made),
		external: fmt.Sprintf("x-%d", m.made),
		login:    login,
	}
	if m.chance(50) { // some products push the subject as the externalId
		h.at[d].external = h.at[d].subject
	}
	m.note("%s is in %s as %s, %s", h.name, d.conn.Name, login, h.at[d].subject)
}

// spelled returns a login in one of the spellings that are one.
func (m *onelook) spelled(login string) string {
	switch m.random.IntN(5) {
	case 0:
		return strings.ToUpper(login)
	case 1:
		return strings.Replace(login, "a", "\u0430", 1) // Cyrillic
	case 2:
		return strings.Replace(login, "o", "\uff4f", 1) // of full width
	}
	return login
}

// signsIn is a sign-in of a human, as their identity provider has them now.
func (m *onelook) signsIn(h *human, d *directory) bool {
	m.Helper()
	e := h.at[d]
	login := m.spelled(e.login)
	m.present(h, d, login)
	m.note("%s signs in at %s as %s, %s", h.name, d.conn.Name, login, e.subject)
	r, err := m.signIn(d.company, e.subject)
	if !m.typed("sign-in", err) {
		e.known = m.discover(h) || e.known
		return false
	}
	e.known = true
	m.note("    and is %s", r.User.ID)
	m.own(r.User.ID, h)
	if h.left {
		m.broken("%s left, and signs in as %+v", h.name, r.User)
	}
	if e.resource == "" {
		m.hears(d, h)
	}
	m.shown = append(m.shown, &shown{human: h, header: "Cookie", value: m.cookie(r.Token)})
	return true
}

// hears drops the former logins of a human whose next one Gatehouse knows.
func (m *onelook) hears(d *directory, h *human) {
	e := h.at[d]
	for key, by := range d.told {
		if by == h && key != identity.LoginKey(e.login) && !slices.Contains(e.refused, key) {
			delete(d.told, key)
		}
	}
}

// own says whose an account is, which stays so for ever.
func (m *onelook) own(user sso.UserID, h *human) {
	m.Helper()
	switch owner := m.owners[user]; owner {
	case nil:
		m.owners[user] = h
		m.accounts = append(m.accounts, user)
	case h:
	default:
		m.broken("%s is the account of %s and of %s", user, owner.name, h.name)
	}
}

// discover reports whether an account came to be by what a human did.
func (m *onelook) discover(h *human) (found bool) {
	m.Helper()
	for _, u := range m.users(m.acme) {
		if m.owners[u.ID] == nil {
			m.note("    waits as %s", u.ID)
			m.own(u.ID, h)
			found = true
		}
	}
	return found
}

// ownAccounts are the accounts of a human that exist.
func (m *onelook) ownAccounts(h *human) (all []sso.User) {
	m.Helper()
	for _, id := range m.accounts {
		if m.owners[id] != h {
			continue
		}
		u, err := m.db.User(m.Context(), m.acme.ID, id)
		if sso.KindOf(err) == sso.NotFoundKind { // withdrawn, or deleted for good
			continue
		}
		m.ok(err)
		all = append(all, u)
	}
	return all
}

// setStatus is what an admin does to an account.
func (m *onelook) setStatus(u sso.User, status sso.UserStatus) bool {
	m.Helper()
	m.note("an admin makes %s %s", u.ID, status)
	_, err := m.db.UpdateUser(m.Context(), by, u.Enterprise, u.ID, func(u sso.User) (sso.User, error) {
		u.Status = status
		return u, nil
	})
	return m.typed(string(status), err)
}

// later moves the clock: a few seconds, and at times longer than a session may be idle.
func (m *onelook) later() {
	step := time.Duration(1+m.random.IntN(120)) * time.Second
	if m.chance(3) {
		step = 2 * time.Hour
	}
	m.clock.Move(step)
}
