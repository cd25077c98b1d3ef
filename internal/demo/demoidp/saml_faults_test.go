package demoidp_test

import (
	"slices"
	"strings"
	"testing"

	crewjam "github.com/crewjam/saml"

	"gatehouse/internal/demo/demoidp"
)

// samlCheck asserts how crewjam/saml read a faulty message.
type samlCheck func(t *testing.T, a *crewjam.Assertion, err error)

func accepted(check func(t *testing.T, a *crewjam.Assertion)) samlCheck {
	return func(t *testing.T, a *crewjam.Assertion, err error) {
		if err != nil {
			t.Fatalf("refused: %v", err)
		}
		check(t, a)
	}
}

func refused(words string) samlCheck {
	return func(t *testing.T, _ *crewjam.Assertion, err error) {
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("got %v, want a refusal with %q", err, words)
		}
	}
}

func groups(n int, present bool) samlCheck {
	return accepted(func(t *testing.T, a *crewjam.Assertion) {
		if got, ok := values(a, "groups"); len(got) != n || ok != present {
			t.Errorf("%d groups, present %v; want %d, %v", len(got), ok, n, present)
		}
	})
}

func absent(name string) samlCheck {
	return accepted(func(t *testing.T, a *crewjam.Assertion) {
		if got, ok := values(a, name); ok {
			t.Errorf("%s = %q", name, got)
		}
	})
}

func nameIDIs(t *testing.T, a *crewjam.Assertion, present, transient bool) {
	t.Helper()
	id := a.Subject.NameID
	if (id != nil) != present ||
		present && strings.HasSuffix(id.Format, ":transient") != transient {
		t.Errorf("the NameID is %+v", id)
	}
}

func samlChecks() map[demoidp.Fault]samlCheck {
	return map[demoidp.Fault]samlCheck{
		demoidp.WrongAudience:    refused("AudienceRestriction"),
		demoidp.WrongRecipient:   refused("Recipient"),
		demoidp.WrongIssuer:      refused("Issuer does not match"),
		demoidp.WrongDestination: refused("Destination"),
		demoidp.NoNameID:         refused("no BaseID, NameID"),
		demoidp.TransientNameID: accepted(func(t *testing.T, a *crewjam.Assertion) {
			nameIDIs(t, a, true, true)
		}),
		demoidp.GroupIDs: accepted(func(t *testing.T, a *crewjam.Assertion) {
			if names, _ := values(a, "groups"); len(names) == 0 || len(names[0]) != 36 {
				t.Errorf("groups = %q", names)
			}
		}),
		demoidp.Unsigned:          refused("signature element not present"),
		demoidp.WrongKey:          refused("certificate"),
		demoidp.Expired:           refused("expired"),
		demoidp.ClockOff:          refused("is in the future"),
		demoidp.EncryptedWrongKey: refused("decryption error"),
		demoidp.Denied:            refused("Responder"),
		demoidp.IDPInitiated:      refused("InResponseTo"),
		demoidp.NoGroups:          groups(0, false),
		demoidp.EmptyGroups:       groups(0, true),
		demoidp.ManyGroups:        groups(300, true),
		demoidp.Truncated:         groups(demoidp.GroupLimit, true),
		demoidp.Encrypted:         groups(2, true),
		demoidp.SHA1:              groups(2, true), // crewjam accepts it; the algorithm is tested below
		demoidp.Overage: accepted(func(t *testing.T, a *crewjam.Assertion) {
			if _, ok := values(a, "groups"); ok {
				t.Error("groups are there")
			}
			if link, ok := values(a, demoidp.ClaimOverage); !ok ||
				!strings.HasSuffix(link[0], "/getMemberObjects") {
				t.Errorf("link = %q", link)
			}
		}),
		demoidp.NoEmail: absent("email"),
		demoidp.NoLogin: absent("login"),
		demoidp.OtherCompanyEmail: accepted(func(t *testing.T, a *crewjam.Assertion) {
			if mail, _ := values(a, "email"); !slices.Equal(mail, []string{"ada@rival.example"}) {
				t.Errorf("e-mail = %q", mail)
			}
		}),
	}
}

// TestSAMLFaults tests that the message has the fault: crewjam/saml refuses it with
// the given words, or accepts it with the expected claims.
func TestSAMLFaults(t *testing.T) {
	tests := samlChecks()
	idp := start(t, demoidp.Options{})
	peer := peer(t, idp, demoidp.SP{EncryptionBits: 128})
	for _, info := range demoidp.Faults() {
		if !info.SAML || info.Fault == demoidp.Replay {
			continue
		}
		t.Run(string(info.Fault), func(t *testing.T) {
			check, ok := tests[info.Fault]
			if !ok {
				t.Fatal("no test for this fault")
			}
			redirect, id := ask(t, peer, crewjam.HTTPRedirectBinding)
			idp.SetFaultOnce(info.Fault)
			form, _, err := idp.RespondSAML("ada@acme.example", redirect)
			if err != nil {
				t.Fatal(err)
			}
			text := decode(t, form)
			if got, want := strings.Contains(
				string(text), "rsa-sha1",
			), info.Fault == demoidp.SHA1; got != want {
				t.Errorf("signed with SHA-1: %v", got)
			}
			assertion, err := read(peer, text, id)
			check(t, assertion, err)
			if f, _ := idp.Fault(); f != demoidp.NoFault {
				t.Errorf("fault %q is still on", f)
			}
		})
	}
}
