package login_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/internal/demo/demoidp"
	"gatehouse/sso"
	"gatehouse/sso/login"
	"gatehouse/store"
)

func TestBegin(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			redirect, err := w.login.Begin(w.Context(), login.Start{
				Enterprise: c.ID,
				ReturnTo:   "/wiki",
				Browser:    w.browser,
			})
			w.ok(err)
			if !strings.HasPrefix(redirect.URL, c.idp.Issuer()+"/") {
				w.Errorf("%s is sent to %s", c.Key, redirect.URL)
			}
			p := w.pendingOf(redirect)
			want := sso.PendingLogin{
				ID:         p.ID,
				Enterprise: c.ID,
				Connection: c.conn.ID,
				Browser:    w.browser.Hash(),
				ReturnTo:   "/wiki",
				Nonce:      p.Nonce,
				Verifier:   p.Verifier,
				CreatedAt:  start(),
				ExpiresAt:  start().Add(10 * time.Minute),
			}
			if diff := cmp.Diff(want, p); diff != "" {
				w.Error(diff)
			}
			if len(p.Nonce) < 43 ||
				len(p.Verifier) < 43 ||
				p.Nonce == p.Verifier ||
				len(p.ID) != 42 {
				w.Errorf(
					"%d, %d and %d characters of randomness", len(p.Nonce),
					len(p.Verifier), len(p.ID),
				)
			}
		}
		if first, second := w.pendingOf(w.begin(
			w.acme,
		)), w.pendingOf(w.begin(w.acme)); first.ID == second.ID {
			w.Error("two sign-ins have one ID")
		}
	})
}

func TestBeginChoosesTheConnection(t *testing.T) {
	each(t, func(w *world) {
		second := w.connect(w.acme, "Second", sso.SAML)
		begin := func(ent sso.EnterpriseID, conn sso.ConnectionID) (sso.ConnectionID, error) {
			redirect, err := w.login.Begin(w.Context(), login.Start{
				Enterprise: ent,
				Connection: conn,
				Browser:    w.browser,
			})
			if err != nil {
				return "", err
			}
			return w.pendingOf(redirect).Connection, nil
		}
		_, err := begin(w.acme.ID, "")
		w.fails(err, sso.Invalid, "connection_needed")
		for _, want := range []sso.ConnectionID{w.acme.conn.ID, second.ID} {
			if got, err := begin(w.acme.ID, want); got != want {
				w.Errorf("asked for %s, got %s: %v", want, got, err)
			}
		}
		// Another company's connection is as good as none at all.
		for _, stranger := range []sso.ConnectionID{
			w.globex.conn.ID, "conn-x", sso.NewID[sso.ConnectionID](start()),
		} {
			_, err := begin(w.acme.ID, stranger)
			w.fails(err, sso.Forbidden, "connection_disabled")
		}
		w.disable(w.acme)
		if got, err := begin(w.acme.ID, ""); got != second.ID {
			w.Errorf("of one that serves and one that does not, got %s: %v", got, err)
		}
		_, err = begin(w.acme.ID, w.acme.conn.ID)
		w.fails(err, sso.Forbidden, "connection_disabled")
		w.disable(w.globex)
		_, err = begin(w.globex.ID, "")
		w.fails(err, sso.Forbidden, "connection_disabled")
		_, err = begin(sso.NewID[sso.EnterpriseID](start()), "")
		w.fails(err, sso.Forbidden, "connection_disabled")
	})
}

func TestBeginTakesNobodyElsewhere(t *testing.T) {
	each(t, func(w *world) {
		for _, hostile := range []string{
			"https://evil.example/", "//evil.example", "/\\evil.example",
			"javascript:alert(1)", "",
		} {
			redirect, err := w.login.Begin(w.Context(), login.Start{
				Enterprise: w.globex.ID,
				ReturnTo:   hostile,
				Browser:    w.browser,
			})
			w.ok(err)
			if p := w.pendingOf(redirect); p.ReturnTo != "/" {
				w.Errorf("%q is kept as %q", hostile, p.ReturnTo)
			}
		}
	})
}

// TestBeginAtABrokenProvider: what cannot be asked leaves nothing behind, and is
// counted.
func TestBeginAtABrokenProvider(t *testing.T) {
	each(t, func(w *world) {
		w.edit(w.globex, func(_ *sso.Connection, cfg *sso.Config) {
			oidc := *cfg.OIDC
			oidc.Issuer = w.idpBase + "/nowhere"
			cfg.OIDC = &oidc
		})
		_, err := w.login.Begin(w.Context(), login.Start{
			Enterprise: w.globex.ID,
			Browser:    w.browser,
		})
		w.fails(err, sso.Upstream, "idp_unusable")
		if diff := cmp.Diff([]string{"oidc:idp_unusable"}, w.observed); diff != "" {
			w.Error(diff)
		}
	})
}

var errDisk = errors.New("the disk is full")

// faulty is a store of which some methods fail.
type faulty struct {
	*store.DB
	save, attempt, record error
}

func (f faulty) SavePendingLogin(ctx context.Context, p sso.PendingLogin) error {
	if f.save != nil {
		return f.save
	}
	return f.DB.SavePendingLogin(ctx, p)
}

func (f faulty) RecordAttempt(ctx context.Context, a sso.Attempt, pending string) error {
	if f.attempt != nil {
		return f.attempt
	}
	return f.DB.RecordAttempt(ctx, a, pending)
}

func (f faulty) RecordLogin(ctx context.Context, s sso.SignIn, decide sso.Decide) (sso.User, sso.SyncRecord, error) {
	if f.record != nil {
		return sso.User{}, sso.SyncRecord{}, f.record
	}
	return f.DB.RecordLogin(ctx, s, decide)
}

func TestBeginWithoutAStore(t *testing.T) {
	each(t, func(w *world) {
		s := w.with(func(o *options) {
			o.SignIns = faulty{
				DB:   w.db,
				save: errDisk,
			}
		})
		if r, err := s.Begin(w.Context(), login.Start{
			Enterprise: w.acme.ID,
			Browser:    w.browser,
		}); !errors.Is(err, errDisk) || r.URL != "" {
			w.Errorf("sent to %q although nothing was saved: %v", r.URL, err)
		}
		w.ok(w.db.Close())
		_, err := w.login.Begin(w.Context(), login.Start{
			Enterprise: w.acme.ID,
			Browser:    w.browser,
		})
		w.fails(err, sso.Unavailable, "temporarily_unavailable")
		_, err = w.login.Discover(w.Context(), "acme")
		w.fails(err, sso.Unavailable, "temporarily_unavailable")
	})
}

func TestDiscover(t *testing.T) {
	each(t, func(w *world) {
		for _, typed := range []string{
			"acme", " ACME ", "ada@acme.example", "Somebody.Else@ACME.example",
		} {
			found, err := w.login.Discover(w.Context(), typed)
			if err != nil ||
				found.Enterprise.ID != w.acme.ID ||
				len(found.Connections) != 1 ||
				found.Connections[0].ID != w.acme.conn.ID {
				w.Errorf("%q: %+v, %v", typed, found, err)
			}
		}
		_, err := w.db.CreateDomain(w.Context(), by, sso.Domain{
			Enterprise: w.acme.ID,
			Name:       "xn--bcher-kva.example",
			TXTRecord:  "x",
			VerifiedAt: w.clock.Now(),
		})
		w.ok(err)
		for _, typed := range []string{
			"ada@bücher.example", "Ada@BÜCHER.example ", "ada@bu\u0308cher.example",
			"ada@xn--bcher-kva.example",
		} {
			if found, err := w.login.Discover(
				w.Context(), typed,
			); err != nil || found.Enterprise.ID != w.acme.ID {
				w.Errorf("%q: %+v, %v", typed, found, err)
			}
		}
		w.disable(w.acme)
		if found, err := w.login.Discover(w.Context(), "acme"); err != nil || len(found.Connections) != 0 {
			w.Errorf("a connection that does not serve is offered: %+v, %v", found.Connections, err)
		}
	})
}

// TestDiscoverSaysNothing: whatever is unknown, the answer is one and the same.
func TestDiscoverSaysNothing(t *testing.T) {
	each(t, func(w *world) {
		_, err := w.db.CreateDomain(w.Context(), by, sso.Domain{
			Enterprise: w.acme.ID,
			Name:       "unproven.example",
			TXTRecord:  "x",
		})
		w.ok(err)
		_, want := w.login.Discover(w.Context(), "unknown")
		w.fails(want, sso.NotFoundKind, "unknown_company")
		for _, typed := range []string{
			"", " ", "eve@unknown.example", "eve@unproven.example",
			"unproven.example", "acme.example", "@acme.example", "eve@",
			"a@b@acme.example",
			`"a@b"@acme.example`, "eve@sub.acme.example", "eve@acme.example.",
			"eve@xacme.example", "eve@аcme.example", "eve＠acme.example",
			"eve@acme\u200b.example", "eve@ａcme.example",
			"a'; drop table enterprises; --", "acme\x00", "\x00",
			"\xff", "eve@acme.example\xff", "%", "acme/", "acme\u200b",
			strings.Repeat("a", 300), "eve@" + strings.Repeat("a", 300) + ".example",
			string(w.acme.ID), string(w.acme.conn.ID),
		} {
			found, err := w.login.Discover(w.Context(), typed)
			if err == nil ||
				err.Error() != want.Error() ||
				sso.KindOf(err) != sso.NotFoundKind ||
				found.Enterprise.ID != "" ||
				found.Connections != nil {
				w.Errorf("%.40q: %+v, %v", typed, found, err)
			}
		}
	})
}

// TestEveryFault: a sign-in at a provider that misbehaves ends as the list of
// faults says, and the attempt tells the admin which check it was.
func TestEveryFault(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			w.enters(c, "ada") // something to replay
			for _, info := range demoidp.Faults() {
				code, affected := info.SAMLCode, info.SAML
				if c.conn.Protocol == sso.OIDC {
					code, affected = info.OIDCCode, info.OIDC
				}
				if !affected {
					continue
				}
				c.idp.SetFaultOnce(info.Fault)
				cb := w.answer(c, "ada", w.begin(c))
				if info.Fault == demoidp.Replay && c.conn.Protocol == sso.SAML {
					w.clock.Move(time.Second)
				}
				result, err := w.complete(c, cb)
				if code == "" {
					if err != nil || !w.alive(result) {
						w.Errorf("%s over %s: %v", info.Fault, c.conn.Protocol, err)
					}
					continue
				}
				a := w.recorded(c, err, sso.KindOf(err), code)
				if code != "idp_initiated_disabled" && code != "saml_replayed" {
					w.failedCheck(a)
				}
			}
		}
	})
}
