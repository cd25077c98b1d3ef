package firststeps

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

func TestSecondWay(t *testing.T) {
	t.Parallel()
	recovery := sso.Admin{Recovery: true}
	withPasskey := sso.Admin{
		Recovery: true,
		Passkeys: []sso.Passkey{{Name: "phone"}},
	}
	disabled := sso.Admin{
		Recovery:   true,
		DisabledAt: time.Now(),
	}
	for name, c := range map[string]struct {
		admins []sso.Admin
		want   bool
	}{
		"none":                {nil, false},
		"one password":        {[]sso.Admin{recovery}, false},
		"a passkey, too":      {[]sso.Admin{withPasskey}, true},
		"two admins":          {[]sso.Admin{recovery, recovery}, true},
		"the other disabled":  {[]sso.Admin{recovery, disabled}, false},
		"the other ordinary":  {[]sso.Admin{recovery, {Passkeys: withPasskey.Passkeys}}, false},
		"disabled, a passkey": {[]sso.Admin{{Recovery: true, DisabledAt: time.Now(), Passkeys: withPasskey.Passkeys}}, false},
	} {
		if got := secondWay(c.admins); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestSteps does one step after the other in a store; each is ticked as it happens.
func TestSteps(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db := storetest.Open(t, storetest.SQLite(t), store.Keyring{Current: store.NewKey()}, time.Now)
	s := &Service{Store: db}
	done := func(want ...Step) {
		t.Helper()
		all, err := s.Open(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var got []Step
		for _, i := range all {
			if i.Done {
				got = append(got, i.Step)
			}
		}
		if !slices.Equal(got, want) || len(all) != 7 {
			t.Errorf("%v instead of %v", all, want)
		}
	}
	done()
	s.Mail = true
	done(Mail)
	if _, err := db.CreateEnterprise(ctx, sso.ActorSystem, sso.Enterprise{
		Key:  "acme",
		Name: "Acme",
	}); err != nil {
		t.Fatal(err)
	}
	done(Mail, Company)
	if _, err := db.CreateApplication(ctx, sso.ActorSystem, sso.Application{
		Key:     "wiki",
		Name:    "Wiki",
		Kind:    sso.ForwardAuth,
		Origins: []string{"https://wiki.example.com"},
	}); err != nil {
		t.Fatal(err)
	}
	done(Mail, Application, Company)
	if err := s.Hide(ctx); err != nil {
		t.Fatal(err)
	}
	if all, err := s.Open(ctx); err != nil || all != nil {
		t.Errorf("hidden: %v, %v", all, err)
	}
}

// TestOneOfMany adds more enterprises than a page has. The steps lead to the first, and to
// another once that one is in use.
func TestOneOfMany(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db := storetest.Open(t, storetest.SQLite(t), store.Keyring{Current: store.NewKey()}, time.Now)
	s := &Service{Store: db}
	var last sso.Enterprise
	for i := range 60 {
		e, err := db.CreateEnterprise(ctx, sso.ActorSystem, sso.Enterprise{
			Key:  fmt.Sprint("company-", i),
			Name: "Company",
		})
		if err != nil {
			t.Fatal(err)
		}
		if last = e; i == 0 {
			wantCompany(t, s, e.Key, false, false)
		}
		time.Sleep(time.Millisecond) // the order of IDs
	}
	wantCompany(t, s, "company-0", false, false)
	c, err := db.CreateConnection(ctx, sso.ActorSystem, sso.Connection{
		Enterprise: last.ID,
		Protocol:   sso.SAML,
		State:      sso.ConnectionEnabled,
		Live:       &sso.Config{Version: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	wantCompany(t, s, last.Key, true, false)
	if err := db.RecordAttempt(ctx, sso.Attempt{
		Enterprise: last.ID,
		ID:         sso.NewID[sso.AttemptID](time.Now()),
		Connection: c.ID,
		Outcome:    sso.OutcomeSucceeded,
		At:         time.Now(),
	}, ""); err != nil {
		t.Fatal(err)
	}
	wantCompany(t, s, last.Key, true, true)
}

// wantCompany asserts which of the last two steps are done, and in which enterprise.
func wantCompany(t *testing.T, s *Service, key string, provider, signIn bool) {
	t.Helper()
	all, err := s.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range all {
		var want bool
		switch i.Step {
		case Provider:
			want = provider
		case SignIn:
			want = signIn
		default:
			continue
		}
		if i.Done != want || i.Enterprise.Key != key {
			t.Errorf("%s: done %v in %q; want %v in %q", i.Step, i.Done, i.Enterprise.Key, want, key)
		}
	}
}
