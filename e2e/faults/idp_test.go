package faults

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"gatehouse/e2e/auditor"
	"gatehouse/e2e/harness"
	"gatehouse/internal/demo/demoidp"
)

// pace is the time between sign-ins: a connection accepts ten a second.
const pace = 110 * time.Millisecond

// fronted is a company whose identity provider can misbehave.
type fronted struct {
	*harness.Company
	g     *harness.Gateway
	idp   *demoidp.IdP
	front *harness.Front
	conn  harness.Connection
}

func newFronted(r *result, g *harness.Gateway, api *harness.API, key string, oidc bool) fronted {
	r.Helper()
	idp, front := harness.NewFrontedIdP(r, harness.Ada())
	f := fronted{
		Company: harness.NewCompany(g, api, key, harness.TwoOrganizations()),
		g:       g,
		idp:     idp,
		front:   front,
	}
	if oidc {
		f.conn = f.ConnectOIDC(idp)
	} else {
		f.conn = f.ConnectSAML(idp)
	}
	return f
}

func (f fronted) signIn() harness.Answer { return f.g.Visitor().SignIn(f.idp, f.Key, "p-1") }

// mustSignIn signs in and asserts success.
func (f fronted) mustSignIn(r *result, why string) {
	r.Helper()
	if a := f.signIn(); !signedIn(a) {
		r.errors++
		r.Errorf("%s: %v", why, a)
	}
}

// clockOfIdP asserts that an identity provider's clock may be 58 seconds off,
// and not more than a minute ahead or six behind.
func clockOfIdP(r *result) {
	g := harness.Start(r, harness.Options{})
	api := g.API()
	for key, oidc := range map[string]bool{"acme": false, "globex": true} {
		f := newFronted(r, g, api, key, oidc)
		r.each(func(int) {
			for _, off := range []time.Duration{
				-58 * time.Second, 0, 58 * time.Second,
			} {
				f.front.MoveClock(off)
				f.mustSignIn(
					r, fmt.Sprintf("%s, a clock that is off by %s", key, off),
				)
			}
			for _, off := range []time.Duration{
				63 * time.Second, 10 * time.Minute, -time.Hour,
			} {
				f.front.MoveClock(off)
				if a := f.signIn(); a.Status != http.StatusBadRequest && a.Status != http.StatusForbidden ||
					a.Code() == "" {
					r.other++
					r.Errorf("%s, a clock that is off by %s: %v", key, off, a)
				}
			}
			f.front.MoveClock(0)
		})
	}
	r.audit(auditor.NewJournal(), g)
}

// metadataGone makes metadata unavailable. Sign-ins continue with the last
// metadata, and the connection shows the error.
func metadataGone(r *result) {
	g := harness.Start(r, harness.Options{})
	f := newFronted(r, g, g.API(), "acme", false)
	f.front.Answer(harness.Gone, "/saml/metadata")
	if status := f.Refresh(f.conn.ID); status != http.StatusBadGateway {
		r.Errorf("metadata that answers 500: %d", status)
	}
	if said := f.MetadataError(f.conn.ID); said == "" {
		r.Error("the connection does not say that its metadata cannot be read")
	}
	r.each(func(int) { f.mustSignIn(r, "the metadata is gone") })
	g.Kill()
	g.Begin("serve")
	g.WaitReady()
	f.mustSignIn(r, "the metadata is gone, and the program was restarted")
	f.front.Answer(harness.Well, "")
	if status := f.Refresh(f.conn.ID); status != http.StatusOK {
		r.Errorf("metadata that is back: %d", status)
	}
	if said := f.MetadataError(f.conn.ID); said != "" {
		r.Errorf("the metadata is back, and the connection says %q", said)
	}
	r.audit(auditor.NewJournal(), g)
}

// keysRolled changes the identity provider's key with the old one still
// published. No sign-in fails, and a key that is no longer published is
// refused.
func keysRolled(r *result) {
	g := harness.Start(r, harness.Options{})
	f := newFronted(r, g, g.API(), "acme", false)
	r.each(func(int) {
		f.mustSignIn(r, "before the key changes")
		if err := f.idp.RotateKeys(); err != nil {
			r.Fatal(err)
		}
		if status := f.Refresh(f.conn.ID); status != http.StatusOK {
			r.Errorf("refresh: %d", status)
		}
		f.mustSignIn(r, "after the key changed")
		f.idp.SetFaultOnce(demoidp.WrongKey)
		if a := f.signIn(); a.Code() != "saml_signature_invalid" {
			r.other++
			r.Errorf("a key that is not published: %v", a)
		}
	})
	r.audit(auditor.NewJournal(), g)
}

// metadataSwapped publishes metadata of another identity provider, without
// keys, and malformed. None changes what is trusted.
func metadataSwapped(r *result) {
	g := harness.Start(r, harness.Options{})
	f := newFronted(r, g, g.API(), "acme", false)
	trusted := f.Certificates(f.conn.ID)
	edits := map[string]func(string) string{
		"another entity ID": func(s string) string {
			return strings.Replace(
				s, `entityID="http`, `entityID="https://attacker.example/http`, 1,
			)
		},
		"no key": func(s string) string {
			return strings.ReplaceAll(s, "KeyDescriptor", "Nothing")
		},
		"no sign-in address": func(s string) string {
			return strings.ReplaceAll(s, "SingleSignOnService", "Nothing")
		},
		"a page of HTML": func(string) string {
			return "<!doctype html><title>Sign in</title>"
		},
		"half of it": func(s string) string { return s[:len(s)/2] },
		"nothing":    func(string) string { return "" },
		"a service provider": func(s string) string {
			return strings.ReplaceAll(s, "IDPSSODescriptor", "SPSSODescriptor")
		},
		"expired a while ago": func(s string) string {
			return strings.Replace(s, "<EntityDescriptor", `<EntityDescriptor validUntil="2020-01-01T00:00:00Z"`, 1)
		},
	}
	r.each(func(int) {
		for name, edit := range edits {
			changed := true
			f.front.Edit("/saml/metadata", func(s string) string {
				changed = edit(s) != s
				return edit(s)
			})
			if status := f.Refresh(f.conn.ID); changed && status < 400 {
				r.other++
				r.Errorf("metadata with %s was taken: %d", name, status)
			}
			if now := f.Certificates(f.conn.ID); now != trusted {
				r.other++
				r.Errorf("metadata with %s changed what is trusted from %s to %s", name, trusted, now)
			}
			f.mustSignIn(r, "metadata with "+name)
		}
	})
	r.audit(auditor.NewJournal(), g)
}

// idpMisbehaves tests an identity provider that responds slowly, endlessly or
// with too much data: the request is aborted within ten seconds and affects no
// other sign-in.
func idpMisbehaves(r *result) {
	g := harness.Start(r, harness.Options{})
	api := g.API()
	good := newFronted(r, g, api, "good", false)
	manners := []harness.Manner{
		harness.Slowly, harness.Endless, harness.Huge, harness.Looping, harness.Bomb,
		harness.Hanging, harness.Gone,
	}
	bad := make([]fronted, len(manners))
	for i, manner := range manners {
		bad[i] = newFronted(r, g, api, fmt.Sprintf("bad-%d", i), false)
		bad[i].front.Answer(manner, "")
	}
	before := g.Resident()
	r.each(func(int) {
		var over atomic.Bool
		others := make(chan int)
		go func() {
			n := 0
			for ; !over.Load(); n++ {
				good.mustSignIn(r, "while another identity provider misbehaves")
				time.Sleep(pace)
			}
			others <- n
		}()
		for i, took := range harness.AtOnce(len(bad), func(i int) time.Duration {
			begun := time.Now()
			if status := bad[i].Refresh(bad[i].conn.ID); status != http.StatusBadGateway {
				r.Errorf("metadata that comes %s: %d", manners[i], status)
			}
			return time.Since(begun)
		}) {
			r.took(took)
			if took > 11*time.Second {
				r.Errorf(
					"metadata that comes %s was given up on after %s", manners[i],
					took,
				)
			}
		}
		over.Store(true)
		if n := <-others; n < 20 {
			r.Errorf("only %d others could sign in meanwhile", n)
		}
	})
	if grown := g.Resident() - before; grown > 64<<20 {
		r.Errorf("memory grew by %d MiB", grown>>20)
	}
	r.audit(auditor.NewJournal(), g)
}

// idpHangs delivers many responses whose identity provider does not respond.
// Other users sign in as usual, and the waiting ones get an error in time.
func idpHangs(r *result) {
	g := harness.Start(r, harness.Options{})
	api := g.API()
	good, bad := newFronted(
		r, g, api, "good", false,
	), newFronted(r, g, api, "bad", true)
	if a := bad.signIn(); !signedIn(a) {
		r.Fatal(a)
	}
	visitors, answers := make(
		[]*harness.Visitor, r.rounds,
	), make([]harness.Return, r.rounds)
	for i := range visitors {
		var err error
		visitors[i] = g.Visitor()
		if answers[i], err = visitors[i].Visit(bad.idp, "bad", "p-1"); err != nil {
			r.Fatal(err)
		}
	}
	bad.front.Answer(harness.Hanging, "")
	done := make(chan []harness.Answer)
	begun := time.Now()
	go func() {
		done <- harness.AtOnce(r.rounds, func(i int) harness.Answer {
			return visitors[i].Deliver(answers[i])
		})
	}()
	for n := 0; ; n++ {
		select {
		case all := <-done:
			r.took(time.Since(begun))
			if n < 20 {
				r.Errorf("only %d others could sign in meanwhile", n)
			}
			for _, a := range all {
				r.done++
				if a.Status != http.StatusBadGateway &&
					a.Status != http.StatusServiceUnavailable {
					r.Errorf("the identity provider hangs: %v", a)
				}
			}
			if r.slowest > 12*time.Second {
				r.Errorf("the last was told after %s", r.slowest)
			}
			r.audit(auditor.NewJournal(), g)
			return
		default:
			good.mustSignIn(r, "while another identity provider hangs")
			time.Sleep(pace)
		}
	}
}
