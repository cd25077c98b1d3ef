package firststeps

import (
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
