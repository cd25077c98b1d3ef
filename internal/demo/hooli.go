package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"slices"
	"strings"
	"time"

	"gatehouse/internal/demo/demoidp"
	"gatehouse/internal/demo/demoscim"
	"gatehouse/sso"
	"gatehouse/sso/policy"
	"gatehouse/sso/provisioning"
)

// Hooli is the company of the story about lost members: its directory has 269 people
// in one group, and a token that covers people only. Sign-ins have brought 21 of them
// into the group; the group itself is refused, in every cycle since yesterday.
const (
	hooliKey      = "hooli"
	hooliGroup    = "all-staff"
	hooliPeople   = 269
	hooliSignedIn = 21

	// hooliCycle is the pause between cycles, and hooliCycles how many were refused.
	hooliCycle  = 40 * time.Minute
	hooliCycles = 36

	// tokenName is the token of the story, and narrowName another one that the
	// directory can be switched to.
	tokenName  = "directory"
	narrowName = "directory, users only"

	// tokensKey is where the database of a demo keeps both secrets, for its next
	// start.
	tokensKey = "demo_hooli_tokens"
)

func hooli() company {
	return company{hooliKey, "Hooli", "hooli.example", "", []organization{
		{"everyone", "Everyone", []string{hooliGroup}},
	}}
}

// staff returns the people of Hooli, each with another name.
func staff() []demoidp.Person {
	given := strings.Fields("Amara Bruno Chiara Dmitri Elif Farid Greta Hugo Ines Jonas Kaori Leila Mateo Nadia " +
		"Oskar Priya Quinn")
	family := strings.Fields("Abe Berg Costa Diaz Eriksen Fischer Garcia Haddad Ivanova Jensen Kowalski Larsen " +
		"Moreau Novak Okafor Petrov")
	var all []demoidp.Person
	for i := range hooliPeople {
		p := demoidp.Person{
			ID:        fmt.Sprintf("hooli-%04d", i+1),
			GivenName: given[i%len(given)],
			Surname:   family[i%len(family)],
			Groups:    []string{hooliGroup},
		}
		p.Login = strings.ToLower(p.GivenName+"."+p.Surname) + "@hooli.example"
		p.Email = p.Login
		all = append(all, p)
	}
	return all
}

func (d *Demo) connectHooli(ctx context.Context) error {
	secret := sso.NewSecret()
	idp := d.options.Outside.hooli
	var err error
	d.hooliConnection, err = d.connection(ctx,
		sso.Connection{
			Enterprise: d.hooli.ID,
			Name:       "Hooli Directory",
			Protocol:   sso.OIDC,
			Provider:   sso.Entra,
		},
		sso.Config{
			OIDC: &sso.OIDCConfig{
				Issuer:       idp.Issuer(),
				ClientID:     "gatehouse",
				ClientSecret: secret,
				AuthMethod:   sso.ClientSecretBasic,
				Scopes:       []string{"openid", "profile", "email", "groups"},
			},
			EmailVerification: sso.EmailVerification{Mode: policy.ModeUnverifiedDomain},
			Provisioning:      sso.ProvisionSCIM,
			Unprovisioned:     sso.UnprovisionedClaims,
		},
	)
	if err != nil {
		return err
	}
	idp.RegisterOIDC(demoidp.Client{
		Name:           "Gatehouse for Hooli",
		ID:             "gatehouse",
		Secret:         secret,
		RedirectURIs:   []string{d.options.OIDC.RedirectURI(d.hooliConnection.ID)},
		PostLogoutURIs: []string{d.options.SignedOut},
	})
	token, narrow, err := d.hooliTokens(ctx)
	if err != nil {
		return err
	}
	idp.Provision(demoidp.Target{
		BaseURL:   d.options.BaseURL + "/scim/v2/connections/" + string(d.hooliConnection.ID),
		Token:     token,
		UsersOnly: narrow,
		Dialect:   demoscim.EntraOff,
	})
	return nil
}

// hooliPath returns a page about Hooli's provisioning in the console.
func (d *Demo) hooliPath(page string) string {
	return "/admin/enterprises/" + hooliKey + "/connections/" + string(d.hooliConnection.ID) + "/provisioning/" + page
}

// hooliFacts loads how far the story is.
func (d *Demo) hooliFacts(ctx context.Context, f *facts) error {
	report, err := d.options.Store.MembershipReport(ctx, d.hooli.ID, d.hooliConnection.ID)
	if err != nil {
		return fmt.Errorf("compare members: %w", err)
	}
	f.pushed = report.Users
	for _, g := range report.Groups {
		if g.Name == hooliGroup {
			f.members = report.Members[g.ID].Actual
		}
	}
	tokens, _, err := d.options.Store.ProvisioningTokens(ctx, d.hooli.ID, d.hooliConnection.ID, sso.Page{})
	if err != nil {
		return fmt.Errorf("read provisioning tokens: %w", err)
	}
	f.widened = slices.ContainsFunc(tokens, func(k sso.ProvisioningToken) bool {
		return k.Name == tokenName && k.Allows(sso.ScopeGroupsWrite)
	})
	f.broken = d.options.Outside.hooli.ProvisioningBroken()
	return nil
}

// hooliSteps returns the story about lost members.
func (d *Demo) hooliSteps(f facts) []step {
	var pushed, members string
	if f.pushed > 0 {
		pushed = fmt.Sprintf("%d people arrived.", f.pushed)
	}
	if f.members >= hooliPeople {
		members = fmt.Sprintf("%d expected, %d actual.", hooliPeople, f.members)
	}
	return []step{
		{
			"Find lost members",
			fmt.Sprintf("Hooli’s directory has %d people in one group, and %d have arrived. Gatehouse says who is "+
				"missing, why, and what to do. It has sent a mail as well.", hooliPeople, hooliSignedIn),
			consoleLink(d.hooliPath("drift")), "Expected against actual", f.missing, "",
		},
		{
			"Provision from Hooli’s directory",
			"Run a cycle there. The people arrive, and the group is refused, because the token covers people only.",
			provisioningPath(hooliKey), "Hooli’s directory", f.pushed > 0, pushed,
		},
		{
			"Add the scope to the token",
			"Under Open problems, with one press. Nothing changes at the directory.",
			consoleLink(d.hooliPath("problems")), "Open problems", f.widened, "",
		},
		{
			"Restart provisioning",
			"The directory sends again what was refused. Everyone arrives, and the problem is solved.",
			provisioningPath(hooliKey), "Hooli’s directory", members != "", members,
		},
		{
			"Break provisioning",
			"Lose answers, rename the group, or give a login to someone else. Then run a cycle, and read the console.",
			provisioningPath(hooliKey) + "#break", "Break it", f.broken, "",
		},
	}
}

// hooliTokens returns the tokens of an earlier demo, or creates them, and with them
// what happened before the demo begins.
func (d *Demo) hooliTokens(ctx context.Context) (token, narrow sso.Secret, err error) {
	db := d.options.Store
	kept, err := db.Meta(ctx, tokensKey)
	if err != nil {
		return "", "", fmt.Errorf("read the provisioning tokens: %w", err)
	}
	if kept != "" {
		first, second, _ := strings.Cut(kept, " ")
		return sso.Secret(first), sso.Secret(second), nil
	}
	token, narrow = sso.SCIMToken.New(), sso.SCIMToken.New()
	k, err := d.hooliToken(ctx, tokenName, token)
	if err == nil {
		_, err = d.hooliToken(ctx, narrowName, narrow)
	}
	if err != nil {
		return "", "", fmt.Errorf("create a provisioning token: %w", err)
	}
	if _, err = db.SaveExpectation(ctx, sso.Actor(d.olive.ID), sso.Expectation{
		Enterprise: d.hooli.ID,
		Connection: d.hooliConnection.ID,
		Group:      hooliGroup,
		Source:     sso.ExpectedByAdmin,
		People:     hooliPeople,
	}); err != nil {
		return "", "", fmt.Errorf("expect members: %w", err)
	}
	refused := d.refusedSinceYesterday(k)
	if err = db.RecordProvisioning(ctx, refused); err != nil {
		return "", "", fmt.Errorf("record what was refused: %w", err)
	}
	if err = db.RecordContacts(ctx, map[sso.ContactKey]sso.ProvisioningContacts{{
		Connection: d.hooliConnection.ID,
		Known:      true,
	}: contacts(refused)}); err != nil {
		return "", "", fmt.Errorf("record who sent it: %w", err)
	}
	if err = db.SetMeta(ctx, tokensKey, token.Reveal()+" "+narrow.Reveal()); err != nil {
		return "", "", fmt.Errorf("keep the provisioning tokens: %w", err)
	}
	return token, narrow, nil
}

func (d *Demo) hooliToken(ctx context.Context, name string, secret sso.Secret) (sso.ProvisioningToken, error) {
	return d.options.Store.CreateProvisioningToken(ctx, by, sso.ProvisioningToken{
		Enterprise: d.hooli.ID,
		Connection: d.hooliConnection.ID,
		Name:       name,
		Hash:       secret.Hash(),
		Scopes:     []sso.ProvisioningScope{sso.ScopeUsersRead, sso.ScopeUsersWrite},
	})
}

// refusedSinceYesterday returns the requests about the group that were refused since
// yesterday, one in each cycle.
func (d *Demo) refusedSinceYesterday(k sso.ProvisioningToken) []sso.ProvisioningEvent {
	refusal := provisioning.ScopeMissing(
		&provisioning.Call{Token: k, Connection: d.hooliConnection}, sso.ScopeGroupsRead,
	)
	known, _ := errors.AsType[*sso.Error](refusal)
	var all []sso.ProvisioningEvent
	for i := range hooliCycles {
		at := d.options.Now().Add(-hooliCycle * time.Duration(hooliCycles-i))
		all = append(all, sso.ProvisioningEvent{
			ID:         sso.NewID[sso.ProvisioningEventID](at),
			Enterprise: d.hooli.ID,
			Connection: d.hooliConnection.ID,
			At:         at,
			Token:      k.ID,
			Client:     demoscim.UserAgent(demoscim.EntraOff),
			Method:     http.MethodGet,
			Kind:       sso.ScopeGroupsRead,
			Name:       hooliGroup,
			Status:     http.StatusForbidden,
			Code:       known.Code,
			Detail:     known.Text().String(),
			Took:       time.Millisecond,
		})
	}
	return all
}

// contacts returns the first and the last of some requests about groups, which this
// machine sent.
func contacts(all []sso.ProvisioningEvent) (c sso.ProvisioningContacts) {
	for _, e := range all {
		c = c.Add(sso.ProvisioningContact{
			At:      e.At,
			Remote:  "127.0.0.1",
			Client:  e.Client,
			Request: e.Method + " /Groups",
			Status:  e.Status,
		})
	}
	return c
}

// SignInStaff signs 21 people of Hooli in, over HTTP as their browsers would, unless
// an earlier demo has. The gateway has to be serving.
func (d *Demo) SignInStaff(ctx context.Context) error {
	users, _, err := d.options.Store.Users(ctx, d.hooli.ID, sso.UserFilter{}, sso.Page{Limit: 1})
	if err != nil {
		return fmt.Errorf("read the people of Hooli: %w", err)
	}
	if len(users) > 0 {
		return nil
	}
	for i, person := range staff() {
		if i%(hooliPeople/hooliSignedIn) != 0 || i/(hooliPeople/hooliSignedIn) >= hooliSignedIn {
			continue
		}
		if err := d.signInOverHTTP(ctx, person.ID); err != nil {
			return fmt.Errorf("sign in %s: %w", person.Login, err)
		}
	}
	return nil
}

// signInOverHTTP signs one person of Hooli in with a browser of their own.
func (d *Demo) signInOverHTTP(ctx context.Context, person string) error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return fmt.Errorf("make a browser: %w", err)
	}
	browser := &http.Client{
		Jar:           jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	to, err := redirected(ctx, browser, d.options.BaseURL+"/login/sso?enterprise_key="+hooliKey)
	if err != nil {
		return err
	}
	back, err := d.options.Outside.hooli.RespondOIDC(person, sso.Redirect{URL: to})
	if err != nil {
		return err
	}
	_, err = redirected(ctx, browser, back)
	return err
}

// redirected opens an address and returns where it redirects to.
func redirected(ctx context.Context, browser *http.Client, address string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", fmt.Errorf("open %s: %w", address, err)
	}
	resp, err := browser.Do(r)
	if err != nil {
		return "", fmt.Errorf("open %s: %w", address, err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusSeeOther {
		return "", fmt.Errorf("open %s: %s", address, resp.Status)
	}
	return resp.Header.Get("Location"), nil
}
