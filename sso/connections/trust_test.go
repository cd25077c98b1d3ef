package connections_test

import (
	"strings"
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/connections"
)

// Actors of these tests. by is an API token, and so an operator.
const (
	linkOne = sso.Actor("link-one")
	linkTwo = sso.Actor("link-two")
	ada     = sso.Actor("user-ada")
	grace   = sso.Actor("user-grace")
)

// evil has a connection lead to another identity provider.
func (w *world) evil(who sso.Actor, id sso.ConnectionID) sso.Connection {
	w.Helper()
	d := newDirectory(w.T)
	d.set(func(d *directory) { d.entity = "https://evil.test/entity" })
	c, _, err := w.Edit(
		w.Context(), who, w.ent, id,
		connections.Edit{SAML: &connections.SAMLEdit{
			MetadataURL: new(d.metadataURL()),
			IDPEntityID: new("https://evil.test/entity"),
		}},
	)
	w.ok(err)
	return c
}

// needs asserts that an actor cannot make the draft live, and that it is not
// live.
func (w *world) needs(who sso.Actor, id sso.ConnectionID) {
	w.Helper()
	before := w.load(id)
	_, err := w.Enable(w.Context(), who, w.ent, id, 0)
	w.fails(err, sso.Conflict, "trust_approval_needed")
	after := w.load(id)
	w.same(before.Live, after.Live)
	if before.Revision != after.Revision ||
		!after.Trust.Draft.Waits() && !after.Trust.Draft.Refused() {
		w.Errorf("nothing waits, or the connection was changed: %+v", after.Trust)
	}
}

func (w *world) enables(who sso.Actor, id sso.ConnectionID) sso.Connection {
	w.Helper()
	c, err := w.Enable(w.Context(), who, w.ent, id, 0)
	w.ok(err)
	return c
}

// decide is by an admin who is signed in through the connection.
func (w *world) decide(who sso.Actor, c sso.Connection, digest string, approve bool) error {
	w.Helper()
	_, err := w.DecideTrust(w.Context(), connections.Approver{
		By:      who,
		Through: c.ID,
		Since:   w.clock.Now(),
	}, w.ent, c.ID, digest, approve)
	return err
}

func TestTrustOfALiveConnectionNeedsApproval(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]connections.Edit{
		"certificates": {SAML: &connections.SAMLEdit{
			MetadataURL:  new(""),
			Certificates: []string{b64(certificate(t, 90))},
		}},
		"accounts by address": {SCIM: &connections.SCIMEdit{MatchEmail: new(true)}},
		"entity ID": {SAML: &connections.SAMLEdit{
			MetadataURL: new(""),
			IDPEntityID: new("https://evil.test"),
		}},
		"address": {SAML: &connections.SAMLEdit{
			MetadataURL: new(""),
			SSOURL:      new("https://evil.test/sso"),
		}},
		"name ID": {
			SAML: &connections.SAMLEdit{NameIDFormat: new("urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress")},
		},
		"SHA-1":   {SAML: &connections.SAMLEdit{AllowSHA1: new(true)}},
		"subject": {Mapping: &connections.MappingEdit{Subject: new("department")}},
		"login": {
			Mapping: &connections.MappingEdit{Login: []string{"department"}},
		},
		"e-mail": {
			Mapping: &connections.MappingEdit{Email: []string{"department"}},
		},
		"codes": {EmailVerification: &connections.EmailVerificationEdit{
			Mode:     new("never"),
			TrustIDP: new(true),
		}},
	} {
		for _, who := range []sso.Actor{linkOne, ada} {
			t.Run(name+" by "+string(who), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				c := w.live(newDirectory(t))
				_, _, err := w.Edit(t.Context(), who, w.ent, c.ID, change)
				w.ok(err)
				w.needs(who, c.ID)
				w.needs(grace, c.ID)
				if got := w.actions(1)[0]; got != "connection.trust_asked" {
					t.Errorf("the newest event is %s", got)
				}
			})
		}
	}
}

func TestOtherChangesNeedNoApproval(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.live(newDirectory(t))
	_, _, err := w.Edit(t.Context(), linkOne, w.ent, c.ID, connections.Edit{
		SAML: &connections.SAMLEdit{ForceAuthn: new(true)},
		Mapping: &connections.MappingEdit{
			Groups: []string{"teams"},
			Name:   []string{"cn"},
		},
		AllowSignIn: new("true"),
		GroupSync:   &connections.GroupSyncEdit{Mode: new(sso.SyncAddOnly)},
	})
	w.ok(err)
	if changes, err := w.TrustChanges(t.Context(), w.load(c.ID)); err != nil || len(changes) != 0 {
		t.Errorf("%+v %v", changes, err)
	}
	w.enables(linkOne, c.ID)
}

// TestLinkNamesNoAdmins: where the members of a group administer the company, the
// holder of a link cannot make users members of it by reading other names.
func TestLinkNamesNoAdmins(t *testing.T) {
	t.Parallel()
	rewrite := &connections.RewriteEdit{
		Pattern: new("^(.*)$"),
		Replace: new("admins"),
	}
	for name, change := range map[string]connections.Edit{
		"claim": {
			Mapping: &connections.MappingEdit{Groups: []string{"department"}},
		},
		"rewrite": {Mapping: &connections.MappingEdit{GroupsRewrite: rewrite}},
		"preset": {
			Mapping: &connections.MappingEdit{
				GroupsRewrite: &connections.RewriteEdit{
					Preset: new(sso.RewriteCommonName),
				},
			},
		},
		"delimiter": {Mapping: &connections.MappingEdit{Delimiter: new("-")}},
		"include":   {Mapping: &connections.MappingEdit{Include: new("admins")}},
		"exclude":   {Mapping: &connections.MappingEdit{Exclude: new("users")}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c := w.live(newDirectory(t))
			organization, err := w.db.CreateOrganization(
				t.Context(), by,
				sso.Organization{
					Enterprise: w.ent,
					Key:        "web",
					Name:       "Web",
				},
			)
			w.ok(err)
			admins := sso.Group{
				Organization: organization.ID,
				Name:         "admins",
				Admin:        true,
			}
			_, err = w.db.CreateGroup(t.Context(), by, w.ent, admins)
			w.ok(err)
			_, _, err = w.Edit(t.Context(), linkOne, w.ent, c.ID, change)
			w.ok(err)
			_, err = w.Enable(t.Context(), linkOne, w.ent, c.ID, 0)
			w.fails(err, sso.Conflict, "admin_groups_mapping")
			w.same(c.Live, w.load(c.ID).Live)
			w.enables(ada, c.ID)
			// What reads no other names is the link's to change.
			_, _, err = w.Edit(t.Context(), linkOne, w.ent, c.ID, connections.Edit{
				Mapping: &connections.MappingEdit{Name: []string{"cn"}},
			})
			w.ok(err)
			w.enables(linkOne, c.ID)
		})
	}
}

func TestFirstConnectionNeedsNoApproval(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	metadata := &connections.SAMLEdit{MetadataURL: new(d.metadataURL())}
	c, _, err := w.Create(t.Context(), linkOne, w.ent, sso.SAML, connections.Edit{
		Name: new("First"),
		SAML: metadata,
	})
	w.ok(err)
	w.enables(linkOne, c.ID)
	// A second one beside it is another trust of the same enterprise.
	c, _, err = w.Create(t.Context(), linkTwo, w.ent, sso.SAML, connections.Edit{
		Name: new("Second"),
		SAML: metadata,
	})
	w.ok(err)
	w.needs(linkTwo, c.ID)
	w.enables(by, c.ID)
}

func TestApprovalIsByAnotherAndForOneContent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	live := w.live(newDirectory(t))
	c := w.evil(linkOne, live.ID)
	w.needs(linkOne, c.ID)
	digest := c.Draft.TrustDigest()
	// Neither the link nor an admin with the link in their browser.
	w.fails(w.decide(linkOne, c, digest, true), sso.Conflict, "trust_other_approver")
	withLink := connections.Approver{
		By:      ada,
		Link:    sso.SetupLinkID(linkOne),
		Through: c.ID,
		Since:   w.clock.Now(),
	}
	_, err := w.DecideTrust(t.Context(), withLink, w.ent, c.ID, digest, true)
	w.fails(err, sso.Conflict, "trust_other_approver")
	_, err = w.DecideTrust(
		t.Context(), connections.Approver{By: linkTwo}, w.ent, c.ID, digest, true,
	)
	w.fails(err, sso.NotFoundKind, "not_found")
	w.fails(w.decide(ada, c, "another", true), sso.Conflict, "trust_change_gone")
	w.ok(w.decide(ada, c, digest, true))
	// What does not change trust leaves the approval; what does ends it.
	_, _, err = w.Edit(t.Context(), linkOne, w.ent, c.ID, connections.Edit{
		Mapping: &connections.MappingEdit{Groups: []string{"teams"}},
	})
	w.ok(err)
	if !w.load(c.ID).Trust.Draft.Approved {
		t.Error("another mapping of groups ended the approval")
	}
	for _, who := range []sso.Actor{linkOne, ada, by} {
		c = w.evil(who, c.ID)
		w.needs(linkOne, c.ID)
		w.ok(w.decide(grace, c, c.Draft.TrustDigest(), true))
	}
	// she is an author by now
	w.fails(
		w.decide(ada, c, c.Draft.TrustDigest(), true), sso.Conflict,
		"trust_other_approver",
	)
	now := w.enables(linkOne, c.ID)
	w.same("https://evil.test/entity", now.Live.SAML.IDPEntityID)
	if !now.Trust.Since.Equal(w.clock.Now()) || now.Trust.Draft != nil {
		t.Errorf("%+v", now.Trust)
	}
	w.same([]string{"connection.enabled", "connection.trust_approved"}, w.actions(2))
}

func TestRefusedChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.evil(linkOne, w.live(newDirectory(t)).ID)
	w.needs(linkOne, c.ID)
	w.ok(w.decide(ada, c, c.Draft.TrustDigest(), false))
	w.needs(linkOne, c.ID)
	w.needs(ada, c.ID)
	w.same("connection.trust_refused", w.actions(1)[0])
}

func TestTwoLinksDoNotApproveEachOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.evil(linkOne, w.live(newDirectory(t)).ID)
	w.needs(linkTwo, c.ID)
	c = w.evil(linkTwo, c.ID)
	w.needs(linkOne, c.ID)
	authors := w.load(c.ID).Trust.Draft.Authors
	w.same([]sso.Actor{linkOne, linkTwo}, authors)
}

func TestOperatorsNeedNoApproval(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.evil(by, w.live(newDirectory(t)).ID)
	// Any actor may enable it: only an operator wrote it.
	w.enables(linkOne, c.ID)
	c = w.evil(linkOne, c.ID)
	w.needs(linkOne, c.ID)
	w.enables(sso.Actor("adm-olive"), c.ID)
}

// An operator's edit of a draft does not make a link's part of it theirs.
func TestOperatorsEditIsNoApproval(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.evil(linkOne, w.live(newDirectory(t)).ID)
	_, _, err := w.Edit(t.Context(), by, w.ent, c.ID, connections.Edit{
		SAML: &connections.SAMLEdit{AllowSHA1: new(true)},
	})
	w.ok(err)
	w.needs(linkOne, c.ID)
}

func TestDisabledConnectionIsLiveTrust(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.live(newDirectory(t))
	_, err := w.Disable(t.Context(), ada, w.ent, c.ID, 0)
	w.ok(err)
	w.enables(ada, c.ID) // as it was
	_, err = w.Disable(t.Context(), ada, w.ent, c.ID, 0)
	w.ok(err)
	w.evil(ada, c.ID)
	w.needs(ada, c.ID)
	w.needs(linkOne, c.ID)
}

func TestRollbackToAnotherTrust(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.live(newDirectory(t))
	first := c.Live.TrustDigest()
	w.evil(by, c.ID)
	c = w.enables(by, c.ID)
	_, err := w.Rollback(t.Context(), ada, w.ent, c.ID, 0)
	w.fails(err, sso.Conflict, "trust_approval_needed")
	if got := w.load(c.ID); got.Live.TrustDigest() == first || !got.Trust.Back.Waits() {
		t.Fatalf("%+v", got.Trust)
	}
	w.fails(w.decide(ada, c, first, true), sso.Conflict, "trust_other_approver")
	w.ok(w.decide(grace, c, first, true))
	c, err = w.Rollback(t.Context(), ada, w.ent, c.ID, 0)
	w.ok(err)
	if c.Live.TrustDigest() != first || c.Trust.Back != nil {
		t.Errorf("%+v", c.Trust)
	}
	// The approval was for once: forth again is another change.
	_, err = w.Rollback(t.Context(), ada, w.ent, c.ID, 0)
	w.fails(err, sso.Conflict, "trust_approval_needed")
	if _, err = w.Rollback(t.Context(), by, w.ent, c.ID, 0); err != nil {
		t.Errorf("an operator cannot roll back: %v", err)
	}
}

// A rollback to the same trust needs no approval.
func TestRollbackOfTheSameTrust(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.live(newDirectory(t))
	_, _, err := w.Edit(t.Context(), ada, w.ent, c.ID, connections.Edit{
		Mapping: &connections.MappingEdit{Groups: []string{"teams"}},
	})
	w.ok(err)
	w.enables(ada, c.ID)
	if _, err := w.Rollback(t.Context(), ada, w.ent, c.ID, 0); err != nil {
		t.Error(err)
	}
}

// An admin whose session is from before the change speaks for the other trust.
func TestApproverSignedInUnderAnotherTrust(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.live(newDirectory(t))
	before := w.clock.Now()
	w.clock.Move(1)
	w.evil(by, c.ID)
	w.clock.Move(1000000)
	w.enables(by, c.ID)
	c = w.evil(linkOne, c.ID)
	_, err := w.DecideTrust(t.Context(), connections.Approver{
		By:      ada,
		Through: c.ID,
		Since:   before,
	}, w.ent, c.ID, c.Draft.TrustDigest(), true)
	w.fails(err, sso.Conflict, "trust_sign_in_again")
}

// Metadata that is fetched again from the address in use is the identity
// provider's own; on a draft it ends an approval all the same.
func TestRefreshedMetadata(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	c := w.live(d)
	d.set(func(d *directory) { d.certs = append(d.certs, certificate(t, 100)) })
	c, changed, err := w.RefreshMetadata(t.Context(), ada, w.ent, c.ID)
	w.ok(err)
	if !changed || !c.Trust.Since.IsZero() {
		t.Errorf("changed %v, %+v", changed, c.Trust)
	}
	other := newDirectory(t)
	c, _, err = w.Edit(t.Context(), linkOne, w.ent, c.ID, connections.Edit{
		SAML: &connections.SAMLEdit{MetadataURL: new(other.metadataURL())},
	})
	w.ok(err)
	w.ok(w.decide(ada, c, c.Draft.TrustDigest(), true))
	other.set(func(d *directory) { d.certs = [][]byte{certificate(t, 200)} })
	_, _, err = w.RefreshMetadata(t.Context(), grace, w.ent, c.ID)
	w.ok(err)
	w.needs(linkOne, c.ID)
	w.same([]sso.Actor{linkOne}, w.load(c.ID).Trust.Draft.Authors)
}

func TestRestartKeepsTheAuthors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.evil(linkOne, w.live(newDirectory(t)).ID)
	_, err := w.Restart(t.Context(), by, w.ent, c.ID, 0, sso.SAML, sso.Keycloak)
	w.ok(err)
	w.needs(linkOne, c.ID)
	_, err = w.Restart(t.Context(), linkOne, w.ent, c.ID, 0, sso.OIDC, sso.Okta)
	w.fails(err, sso.Invalid, "invalid_configuration", "protocol")
}

// A draft from before authors were recorded has none: it waits until an operator
// enables it, or an admin approves it.
func TestDraftOfEarlier(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.evil(linkOne, w.live(newDirectory(t)).ID)
	none := func(sso.Connection) (sso.Trust, error) { return sso.Trust{}, nil }
	_, err := w.db.UpdateTrust(
		t.Context(), by, w.ent, c.ID, "connection.edited", none,
	)
	w.ok(err)
	w.needs(linkOne, c.ID)
	w.evil(by, c.ID) // an operator's edit does not make the rest of it theirs
	w.needs(linkOne, c.ID)
}

func TestTrustChangesNameTheFields(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.evil(linkOne, w.live(newDirectory(t)).ID)
	_, _, err := w.Edit(t.Context(), linkOne, w.ent, c.ID, connections.Edit{
		Mapping: &connections.MappingEdit{Groups: []string{"teams"}},
	})
	w.ok(err)
	changes, err := w.TrustChanges(t.Context(), w.load(c.ID))
	w.ok(err)
	if len(changes) != 1 || changes[0].State() != "open" {
		t.Fatalf("%+v", changes)
	}
	w.same("saml.metadata_url saml.idp_entity_id saml.certificates", strings.Join(changes[0].Fields, " "))
}

// TestSameContentIsTheSameChange: a draft that is taken back and made again is
// anew, and its approval of before gone.
func TestApprovalEndsWithTheDraft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	live := w.live(newDirectory(t))
	d := newDirectory(t)
	edit := connections.Edit{
		SAML: &connections.SAMLEdit{MetadataURL: new(d.metadataURL())},
	}
	c, _, err := w.Edit(t.Context(), linkOne, w.ent, live.ID, edit)
	w.ok(err)
	w.ok(w.decide(ada, c, c.Draft.TrustDigest(), true))
	_, err = w.DiscardDraft(t.Context(), linkOne, w.ent, live.ID, 0)
	w.ok(err)
	_, _, err = w.Edit(t.Context(), linkOne, w.ent, live.ID, edit)
	w.ok(err)
	w.needs(linkOne, live.ID)
}

// TestOwnTokenIsNoOther: an admin does not approve what a token did that they made, be
// it through another token or a setup link.
func TestOwnTokenIsNoOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	live := w.live(newDirectory(t))
	token := func(maker sso.Actor) sso.Actor {
		k, err := w.db.CreateToken(t.Context(), maker, sso.Token{
			Enterprise: w.ent,
			Hash:       sso.NewSecret().Hash(),
			Scopes:     []sso.Scope{sso.ScopeAll},
		})
		w.ok(err)
		return k.Actor()
	}
	first := token(ada)
	link, err := w.db.CreateSetupLink(t.Context(), first, sso.SetupLink{
		Enterprise: w.ent,
		Token:      sso.NewSecret().Hash(),
	})
	w.ok(err)
	long := ada
	for range 12 {
		long = token(long)
	}
	for _, author := range []sso.Actor{first, token(first), sso.Actor(link.ID), long} {
		c := w.evil(author, live.ID)
		w.needs(author, c.ID)
		digest := c.Draft.TrustDigest()
		w.fails(w.decide(ada, c, digest, true), sso.Conflict, "trust_other_approver")
		w.ok(w.decide(by, c, digest, true))
		_, err := w.DiscardDraft(t.Context(), by, w.ent, c.ID, sso.AnyRevision)
		w.ok(err)
	}
	c := w.evil(token(grace), live.ID)
	w.ok(w.decide(ada, c, c.Draft.TrustDigest(), true))
}
