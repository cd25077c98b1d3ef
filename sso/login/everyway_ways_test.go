package login_test

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/identity"
	"gatehouse/sso/login"
)

// beside returns the company with another connection to its identity provider.
func (l *leaver) beside(name string) *company {
	l.Helper()
	c := *l.c
	c.conn = l.connect(l.c, name, l.c.conn.Protocol)
	return &c
}

// led returns whom a sign-in led to.
func led(r login.Result, err error) (sso.UserID, error) {
	if err == nil && r.Token == "" {
		err = errors.New("no session began")
	}
	return r.User.ID, err
}

func (l *leaver) signInAt(c *company) try {
	return func() (sso.UserID, error) { return led(l.signIn(c, "ada")) }
}

func (l *leaver) begunBefore() try {
	browser := sso.NewSecret()
	l.browser = browser
	redirect := l.begin(l.c)
	return func() (sso.UserID, error) {
		l.browser = browser
		return led(l.complete(l.c, l.answer(l.c, "ada", redirect)))
	}
}

func (l *leaver) underWay() try {
	l.browser = sso.NewSecret()
	cb := l.answer(l.c, "ada", l.begin(l.c))
	return func() (sso.UserID, error) { return led(l.complete(l.c, cb)) }
}

func (l *leaver) fromTheProvider() try {
	if l.c.conn.Protocol != sso.SAML {
		return nil
	}
	l.idpInitiated(l.c, sso.IDPInitiatedDirect)
	l.browser = sso.NewSecret()
	cb := l.unsolicited(l.c, "ada")
	return func() (sso.UserID, error) { return led(l.complete(l.c, cb)) }
}

func (l *leaver) bySession() try {
	r := l.enters(l.c, "ada")
	return func() (sso.UserID, error) {
		p, err := l.db.Principal(l.Context(), r.Token.Hash())
		return p.User.ID, err
	}
}

// byCode enters a code that was sent at a first sign-in. The user came to be by another
// one meanwhile, for which no code was needed any more.
func (l *leaver) byCode() try {
	if l.how.pushed { // the domain of a pushed address is proven
		return nil
	}
	l.outside(l.c, "always", "")
	l.browser = sso.NewSecret()
	browser := l.browser
	proof := l.waits(l.c, "out")
	code := l.code()
	l.edit(l.c, func(_ *sso.Connection, cfg *sso.Config) {
		cfg.EmailVerification = sso.EmailVerification{Mode: "never"}
	})
	l.user = l.enters(l.c, "out").User
	l.now = l.user.ID
	return func() (sso.UserID, error) {
		l.browser = browser
		return led(l.verify(proof, code))
	}
}

// newToken creates a personal token of the user.
func (l *leaver) newToken() (sso.Secret, error) {
	token := sso.NewSecret()
	_, err := l.db.CreatePersonalToken(l.Context(), by, sso.PersonalToken{
		Enterprise: l.c.ID,
		User:       l.user.ID,
		Name:       "Report",
		Hash:       token.Hash(),
		ExpiresAt:  l.clock.Now().Add(24 * time.Hour),
	})
	return token, err
}

func (l *leaver) byToken() try {
	token, err := l.newToken()
	l.ok(err)
	return func() (sso.UserID, error) {
		p, err := l.db.TokenPrincipal(l.Context(), token.Hash())
		return p.User.ID, err
	}
}

func (l *leaver) byNewToken() try {
	return func() (sso.UserID, error) {
		token, err := l.newToken()
		if err != nil {
			return "", err
		}
		p, err := l.db.TokenPrincipal(l.Context(), token.Hash())
		return p.User.ID, err
	}
}

// byTest tries a test connection that was begun before: it signs no one in, and says
// what a sign-in would come to.
func (l *leaver) byTest() try {
	run, browser := l.beginTest(l.c)
	return func() (sso.UserID, error) {
		tried := l.ended(l.c, run, l.tryOut(l.c, run, browser))
		if tried.State == sso.TestPassed && l.now == l.user.ID {
			return l.user.ID, nil
		}
		return "", errors.New(tried.Code)
	}
}

// byAnother signs in through another connection; if an admin is asked, Ada is the same.
func (l *leaver) byAnother() try {
	second := l.beside("Second")
	return func() (sso.UserID, error) {
		as, err := led(l.signIn(second, "ada"))
		if sso.CodeOf(err) != "login_in_use" {
			return as, err
		}
		if err := l.answersSame(); err != nil {
			return "", err
		}
		return led(l.signIn(second, "ada"))
	}
}

// linked ties the login of Bob at another connection to the user.
func (l *leaver) linked() *company {
	l.Helper()
	second := l.beside("Second")
	_, err := l.db.LinkIdentity(l.Context(), sso.ActorOperator, sso.IdentityLink{
		Enterprise: l.c.ID,
		User:       l.user.ID,
		Connection: second.conn.ID,
		Login:      strings.Replace(l.user.Login, "ada", "bob", 1),
	})
	l.ok(err)
	return second
}

func (l *leaver) byLinked() try {
	second := l.linked()
	return func() (sso.UserID, error) { return led(l.signIn(second, "bob")) }
}

// byUnlinked signs in with an identity that was untied; if an admin is asked, Bob is Ada.
func (l *leaver) byUnlinked() try {
	second := l.linked()
	if as := l.enters(second, "bob").User.ID; as != l.user.ID {
		l.Errorf("the linked identity led to %s", as)
	}
	_, err := l.db.UnlinkIdentity(l.Context(), sso.ActorOperator, l.c.ID, l.user.ID, string(second.conn.ID))
	l.ok(err)
	return func() (sso.UserID, error) {
		as, err := led(l.signIn(second, "bob"))
		if sso.CodeOf(err) != "login_in_use" {
			return as, err
		}
		if err := l.answersSame(); err != nil {
			return "", err
		}
		return led(l.signIn(second, "bob"))
	}
}

// byAnswer answers a question that was raised before.
func (l *leaver) byAnswer() try {
	second := l.beside("Second")
	_, err := l.signIn(second, "ada")
	l.fails(err, sso.Forbidden, "login_in_use")
	return func() (sso.UserID, error) {
		if err := l.answersSame(); err != nil {
			return "", err
		}
		return led(l.signIn(second, "ada"))
	}
}

// byRule signs in through another connection of a company whose rule says that both are one
// person.
func (l *leaver) byRule() try {
	second := l.beside("Second")
	on := true
	_, err := l.db.SwitchIdentityRule(l.Context(), by, l.c.ID, &on, func(sso.RuleSwitch) error { return nil })
	l.ok(err)
	return l.signInAt(second)
}

// answersSame answers the question that waits: both are the same person.
func (l *leaver) answersSame() error {
	all, _, err := l.db.IdentityQuestions(
		l.Context(), l.c.ID, sso.QuestionFilter{State: sso.QuestionWaiting}, sso.Page{},
	)
	l.ok(err)
	if len(all) != 1 {
		return fmt.Errorf("%d questions wait", len(all))
	}
	_, err = l.db.AnswerQuestion(
		l.Context(), by, l.c.ID, all[0].ID, sso.QuestionDecision{Answer: sso.AnswerSame},
	)
	return err
}

// byVouching vouches for the user, who waited for it when they left.
func (l *leaver) byVouching() try {
	l.setStatus(sso.UserPending)
	return func() (sso.UserID, error) {
		_, err := l.db.UpdateUser(l.Context(), by, l.c.ID, l.user.ID, func(u sso.User) (sso.User, error) {
			return identity.Vouched(u, l.clock.Now()), nil
		})
		if err != nil {
			return "", err
		}
		return l.signInAt(l.c)()
	}
}

// startMove moves the company to another connection.
func (l *leaver) startMove(to *company) sso.Move {
	m, err := l.db.StartMove(l.Context(), by, sso.Move{
		Enterprise: l.c.ID,
		From:       l.c.conn.ID,
		To:         to.conn.ID,
		By:         sso.MoveByLogin,
	})
	l.ok(err)
	return m
}

func (l *leaver) byMove(before bool) try {
	third := l.beside("Third")
	if before {
		l.startMove(third)
	}
	return func() (sso.UserID, error) {
		if !before {
			l.startMove(third)
		}
		return led(l.signIn(third, "ada"))
	}
}

// byUndoneMove undoes a move by which Ada had come.
func (l *leaver) byUndoneMove() try {
	third := l.beside("Third")
	m := l.startMove(third)
	l.enters(third, "ada")
	return func() (sso.UserID, error) {
		_, err := l.db.UndoMove(l.Context(), by, l.c.ID, m.ID)
		l.ok(err)
		return l.signInAt(l.c)()
	}
}

// byMerge merges another user into Ada's, who then signs in.
func (l *leaver) byMerge() try {
	bob := l.enters(l.c, "bob").User
	return func() (sso.UserID, error) {
		if _, err := l.db.MergeUsers(l.Context(), by, l.c.ID, bob.ID, l.user.ID); err != nil {
			return "", err
		}
		return led(l.signIn(l.c, "bob"))
	}
}

// byUndoneMerge undoes a merge into another user, who left meanwhile.
func (l *leaver) byUndoneMerge() try {
	bob := l.enters(l.c, "bob").User
	m, err := l.db.MergeUsers(l.Context(), by, l.c.ID, l.user.ID, bob.ID)
	l.ok(err)
	l.now = bob.ID
	return func() (sso.UserID, error) {
		if _, err := l.db.UndoMerge(l.Context(), by, l.c.ID, m.ID); err != nil {
			return "", err
		}
		return l.signInAt(l.c)()
	}
}

// byAnothersPush creates a user with the same userName at another connection.
func (l *leaver) byAnothersPush() try {
	second := l.beside("Second")
	l.provision(second, func(*sso.Config) {})
	l.other = true
	return func() (sso.UserID, error) {
		_, _ = l.pushesAda(second) // whether it is refused does not matter here
		return l.signInAt(l.c)()
	}
}

// pushesAda creates Ada at a connection that provisions.
func (l *leaver) pushesAda(c *company) (sso.ProvisionedUser, error) {
	return l.db.CreateProvisionedUser(l.Context(), l.push(c), sso.ProvisionedUser{
		UserName: "ada",
		Active:   true,
		Name:     "Ada",
		Emails:   []sso.ProvisionedEmail{{Value: l.user.Email, Primary: true}},
		Document: []byte(`{}`),
	})
}

// byAnothersChange says once more that a user is active whom another connection
// provisions as well.
func (l *leaver) byAnothersChange() try {
	second := l.beside("Second")
	l.provision(second, func(*sso.Config) {})
	_, err := l.pushesAda(second)
	l.fails(err, sso.Conflict, "identity_held")
	l.ok(l.answersSame())
	// The identity provider finds the user now, and changes it.
	found, err := l.db.ProvisionedUsers(l.Context(), l.c.ID, second.conn.ID, nil, sso.ResourcePage{Limit: 10})
	l.ok(err)
	if len(found.Items) != 1 {
		l.Fatalf("the identity provider finds %+v", found)
	}
	made := found.Items[0]
	return func() (sso.UserID, error) {
		_, _, err := l.db.ChangeProvisionedUser(
			l.Context(), l.push(second), made.ID, func(u sso.ProvisionedUser) (sso.ProvisionedUser, error) {
				u.Active, u.Name = true, "Ada again"
				return u, nil
			},
		)
		if err != nil {
			return "", err
		}
		return l.signInAt(l.c)()
	}
}

// switchedOffAndOn ends the user by SCIM and takes that back: whom an admin deactivated
// before stays deactivated.
func (l *leaver) switchedOffAndOn() try {
	if l.how.name != "stays, pushed" && l.how.name != "deactivated, pushed" {
		return nil
	}
	return func() (sso.UserID, error) {
		l.switches(l.c, l.pushed, false)
		l.switches(l.c, l.pushed, true)
		return l.signInAt(l.c)()
	}
}

// deletedAndPushed deletes the user by SCIM and pushes the user anew.
func (l *leaver) deletedAndPushed() try {
	if l.how.name != "stays, pushed" && l.how.name != "deactivated, pushed" {
		return nil
	}
	return func() (sso.UserID, error) {
		l.ok(l.db.DeleteProvisionedUser(l.Context(), l.push(l.c), l.pushed.ID))
		l.pushes(l.c, "ada")
		return l.signInAt(l.c)()
	}
}

// pushedAgain sends the user once more as active. The identity provider that ended the
// user may bring the user back, and no other.
func (l *leaver) pushedAgain() try {
	if l.how.name != "stays, pushed" && l.how.name != "deactivated, pushed" {
		return nil
	}
	return func() (sso.UserID, error) {
		l.switches(l.c, l.pushed, true)
		return l.signInAt(l.c)()
	}
}
