package login_test

import (
	"fmt"
	"testing"
	"time"

	"gatehouse/internal/demo/demoidp"
	"gatehouse/sso"
	"gatehouse/sso/login"
)

// TestRegressionsOfCodes are flaws that were published about proofs of an
// address elsewhere. docs/regressions.md lists them all.
func TestRegressionsOfCodes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]func(*world){
		"CVE-2026-9087 a proof used by another account": anothersProof,
		"CVE-2025-7365 the address changes meanwhile":   addressChanges,
		"CVE-2025-24806 a limit for each spelling":      spelledOtherwise,
		"CVE-2026-27946 the step is skipped":            stepSkipped,
	} {
		t.Run(name, func(t *testing.T) { each(t, test) })
	}
}

// anothersProof: a code is for one sign-in, of one person, in one browser.
func anothersProof(w *world) {
	c := w.acme
	w.outside(c, "always", "")
	c.idp.AddPerson(demoidp.Person{
		ID:        "id-eve2",
		Login:     "eve2",
		Email:     "eve2@elsewhere.example",
		GivenName: "E",
		Surname:   "X",
	})
	mine := w.waits(c, "out")
	code := w.code()
	theirs := w.waits(c, "eve2")
	if code == w.code() { // once in a million
		w.Skip("two people have the same code")
	}
	_, err := w.verify(theirs, code)
	w.refused(err, "code_wrong")
	_, err = w.login.Verify(w.Context(), login.Entry{
		Proof:   mine,
		Browser: sso.NewSecret(),
		Code:    code,
	})
	w.refused(err, "code_expired")
	w.refused(w.login.Resend(w.Context(), login.Entry{
		Proof:   mine,
		Browser: sso.NewSecret(),
	}), "code_expired")
	_, err = w.verify(sso.NewID[sso.EmailProofID](w.clock.Now()), code)
	w.refused(err, "code_expired")
	r, err := w.verify(mine, code)
	w.ok(err)
	if r.User.Login != "out" || len(w.users(c)) != 1 {
		w.Errorf("%+v", r.User)
	}
}

// addressChanges: what is proven is the address the code went to.
func addressChanges(w *world) {
	c := w.acme
	w.outside(c, "always", "")
	p := w.waits(c, "out")
	c.idp.AddPerson(demoidp.Person{
		ID:        "id-out",
		Login:     "out",
		Email:     "victim@elsewhere.example",
		GivenName: "O",
		Surname:   "X",
	})
	r, err := w.verify(p, w.code())
	w.ok(err)
	if r.User.Email != "out@elsewhere.example" || !r.User.EmailVerified {
		w.Errorf("%+v", r.User)
	}
	if again := w.enters(c, "out"); again.User.ID != r.User.ID ||
		again.User.Email != "victim@elsewhere.example" ||
		again.User.EmailVerified {
		w.Errorf("another address is %+v", again.User)
	}
}

// spelledOtherwise: codes are counted for the person, whatever they are called
// and however often they begin.
func spelledOtherwise(w *world) {
	c := w.acme
	w.outside(c, "always", "")
	for i, email := range []string{
		"out@elsewhere.example", "OUT@elsewhere.example", "out@ELSEWHERE.example",
		"out+1@elsewhere.example", "other@elsewhere.example",
	} {
		c.idp.AddPerson(demoidp.Person{
			ID:        "id-out",
			Login:     fmt.Sprintf("Out%d", i),
			Email:     email,
			GivenName: "O",
			Surname:   "X",
		})
		w.browser = sso.NewSecret()
		p := w.waits(c, fmt.Sprintf("Out%d", i))
		waiting, err := w.login.Waiting(w.Context(), login.Entry{
			Proof:   p,
			Browser: w.browser,
		})
		w.ok(err)
		if (waiting.Problem == "too_many_codes") != (i >= 3) ||
			len(w.box.letters) != min(i+1, 3) {
			w.Errorf(
				"sign-in %d: %q, %d letters", i, waiting.Problem, len(w.box.letters),
			)
		}
	}
}

// stepSkipped: without the code there is no session, whatever is done next.
func stepSkipped(w *world) {
	c := w.acme
	w.outside(c, "always", "")
	cb := w.answer(c, "out", w.begin(c))
	r, err := w.complete(c, cb)
	w.ok(err)
	_, err = w.complete(c, cb)
	w.refused(err, "saml_replayed")
	_, err = w.verify(r.Proof, "")
	w.refused(err, "code_malformed")
	w.waits(c, "out") // begins at the same place
	w.idpInitiated(c, sso.IDPInitiatedDirect)
	unasked := w.unsolicited(c, "out")
	again, err := w.complete(c, unasked)
	w.ok(err)
	if again.Proof == "" || again.Token != "" {
		w.Errorf("the tile skips it: %+v", again)
	}
	unasked = w.unsolicited(c, "out")
	unasked.Browser = "" // a code could not be bound to it
	restart, err := w.complete(c, unasked)
	w.ok(err)
	if restart.Start == nil || restart.Token != "" || restart.Proof != "" {
		w.Errorf("%+v", restart)
	}
	w.clock.Move(sso.ProofLifetime + time.Second)
	_, err = w.verify(r.Proof, w.code())
	w.refused(err, "code_expired")
	if len(w.users(c)) != 0 {
		w.Error("somebody got in")
	}
}
